from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.errors import FeedError
from bot.rota.ical import occurrences, parse
from bot.rota.occurrence import Occurrence
from bot.rota.readings import FeedCopy, Names
from tests.rota.calendars import calendar, shift
from tests.rota.plans import BERLIN, PEOPLE, at, ids, rota

FIRST = datetime(2026, 1, 1, tzinfo=UTC)
LAST = datetime(2026, 12, 31, tzinfo=UTC)


def read(*events: str, head: str = "", zone: ZoneInfo = BERLIN) -> list[str]:
    """Return events as ``begin/end title`` by the clocks of Berlin."""
    found = occurrences(parse(calendar(*events, head=head)), zone, FIRST, LAST)
    return [
        f"{one.start.astimezone(BERLIN):%m-%d %H:%M}/{one.end.astimezone(BERLIN):%m-%d %H:%M} {one.summary}".strip()
        for one in found
    ]


def test_times_with_zone_in_utc_and_without_any() -> None:
    assert read(
        shift(";TZID=America/New_York:20260601T080000", ";TZID=America/New_York:20260601T100000", "new york"),
        shift(":20260602T080000Z", ":20260602T100000Z", "utc"),
        shift(":20260603T080000", ":20260603T100000", "floating"),
    ) == ["06-01 14:00/06-01 16:00 new york", "06-02 10:00/06-02 12:00 utc", "06-03 08:00/06-03 10:00 floating"]


def test_a_zone_that_the_feed_defines_itself() -> None:
    zone = (
        "BEGIN:VTIMEZONE\nTZID:House Time\nBEGIN:STANDARD\nDTSTART:19700101T000000\nTZOFFSETFROM:+0500\n"
        "TZOFFSETTO:+0500\nEND:STANDARD\nEND:VTIMEZONE"
    )
    event = shift(";TZID=House Time:20260601T120000", ";TZID=House Time:20260601T130000", "x")
    assert read(event, head=zone) == ["06-01 09:00/06-01 10:00 x"]


def test_all_day_events_last_from_midnight_to_midnight_of_the_group() -> None:
    event = shift(";VALUE=DATE:20260601", ";VALUE=DATE:20260603", "days")
    assert read(event) == ["06-01 00:00/06-03 00:00 days"]
    assert read(event, zone=ZoneInfo("Asia/Tokyo")) == ["05-31 17:00/06-02 17:00 days"]


def test_an_all_day_event_without_an_end_is_one_day() -> None:
    assert read("DTSTART;VALUE=DATE:20260601\nSUMMARY:day") == ["06-01 00:00/06-02 00:00 day"]


def test_a_duration_stands_for_an_end() -> None:
    assert read("DTSTART:20260601T080000\nDURATION:PT90M\nSUMMARY:x") == ["06-01 08:00/06-01 09:30 x"]


def test_repeated_events_keep_the_clock_across_a_change_and_leave_out_exceptions() -> None:
    assert read(
        shift(
            ";TZID=Europe/Berlin:20260327T220000",
            ";TZID=Europe/Berlin:20260328T060000",
            "night",
            "RRULE:FREQ=DAILY;COUNT=4",
            "EXDATE;TZID=Europe/Berlin:20260329T220000",
        )
    ) == ["03-27 22:00/03-28 06:00 night", "03-28 22:00/03-29 06:00 night", "03-30 22:00/03-31 06:00 night"]


def test_one_repetition_may_be_moved() -> None:
    series = shift(":20260601T080000Z", ":20260601T100000Z", "series", "RRULE:FREQ=WEEKLY;COUNT=2")
    moved = shift(":20260609T120000Z", ":20260609T130000Z", "moved", "RECURRENCE-ID:20260608T080000Z")
    body = calendar(series, moved).replace(b"UID:1@test", b"UID:0@test")
    found = occurrences(parse(body), BERLIN, FIRST, LAST)
    assert [(one.summary, one.start.day) for one in found] == [("series", 1), ("moved", 9)]


def test_a_series_without_end_is_read_as_far_as_asked() -> None:
    weekly = shift(":20200106T080000Z", ":20200106T100000Z", "w", "RRULE:FREQ=WEEKLY")
    assert len(read(weekly)) == 52


def test_an_event_that_began_before_is_kept() -> None:
    assert read(shift(":20251220T000000Z", ":20260102T000000Z", "long")) == ["12-20 01:00/01-02 01:00 long"]


def test_events_that_do_not_count() -> None:
    assert (
        read(
            shift(":20260601T080000Z", ":20260601T100000Z", "off", "STATUS:CANCELLED"),
            shift(":20260601T080000Z", ":20260601T080000Z", "no time"),
            "DTSTART:garbage\nSUMMARY:broken",
            "SUMMARY:no time at all",
            shift(":20260601T080000Z", ":20260601T100000Z", "broken rule", "RRULE:FREQ=SOMETIMES"),
        )
        == []
    )


def test_a_feed_may_name_its_zone_in_the_common_way() -> None:
    event = shift(":20260601T080000", ":20260601T100000", "x")
    assert read(event, head="X-WR-TIMEZONE:America/New_York") == ["06-01 14:00/06-01 16:00 x"]


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        (b"<html>sign in</html>", "no readable calendar"),
        (b"", "holds no calendar"),
        (b"BEGIN:VEVENT\r\nEND:VEVENT\r\n", "holds no calendar"),
        (b"\xff\xfe\x00\x01", "no readable calendar"),
        (calendar(shift(":20260601T080000Z", ":20260601T080100Z", "x", "RRULE:FREQ=SECONDLY")), "by the minute"),
        (calendar(shift(":20260601T080000Z", ":20260601T080100Z", "x", "RRULE:FREQ=minutely")), "by the minute"),
        (
            calendar(shift(":20260601T080000Z", ":20260601T090000Z", "x", "RRULE:FREQ=DAILY;BYMINUTE=1,2")),
            "by the minute",
        ),
    ],
)
def test_what_is_no_calendar_for_a_rota(body: bytes, problem: str) -> None:
    with pytest.raises(FeedError, match=problem):
        parse(body)


def test_a_calendar_with_too_many_events_is_refused() -> None:
    hourly = [shift(":20260101T000000Z", ":20260101T010000Z", str(n), "RRULE:FREQ=HOURLY") for n in range(2)]
    with pytest.raises(FeedError, match="more than 900 events"):
        occurrences(parse(calendar(*hourly)), BERLIN, FIRST, LAST, most=900)


def test_a_calendar_of_another_age_is_refused() -> None:
    with pytest.raises(FeedError, match="cannot be worked out"):
        occurrences(parse(calendar(head="CALSCALE:JULIAN")), BERLIN, FIRST, LAST)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text("DTSARENDUL:;=-0123456789TZ \\,RFQ\r\n", max_size=40), max_size=4))
def test_odd_events_raise_nothing_else(events: list[str]) -> None:
    try:
        found = occurrences(parse(calendar(*events)), BERLIN, FIRST, FIRST + timedelta(days=40))
    except FeedError:
        return
    assert list(found) == sorted(found)


def named(summary: str, *attendees: str) -> str:
    """Return the keys of the people whom an event names."""
    people = Names(rota('[groups.g]\n[[groups.g.shifts]]\nwho = ["anna"]\n').plan.people)
    event = Occurrence(FIRST, LAST, summary, attendees)
    return " ".join(person.key for person in people.named_in(event))


@pytest.mark.parametrize(
    ("summary", "attendees", "people"),
    [
        ("On call - Boris Petrov - primary", (), "boris"),
        ("on-call: BORIS  PETROV", (), "boris"),
        ("Petrov, B. covers", (), "boris"),
        ("boris@EXAMPLE.com - schedule", (), "boris"),
        ("[L1] anna, carla", (), "anna carla"),
        ("carla and anna and carla", (), "carla anna"),
        ("Joanna", (), ""),
        ("anna@elsewhere.com", (), ""),
        ("annaboris", (), ""),
        ("", (), ""),
        ("covered by anna", ("boris@example.com",), "boris"),
        ("covered by anna", ("stranger@example.com",), "anna"),
        ("x", ("x@y", "Boris Petrov"), "boris"),
    ],
)
def test_whom_an_event_names(summary: str, attendees: tuple[str, ...], people: str) -> None:
    assert named(summary, *attendees) == people


def test_with_no_people_nobody_is_named() -> None:
    assert Names({}).named_in(Occurrence(FIRST, LAST, "anna")) == ()


GROUP = """
[groups.g]
[[groups.g.shifts]]
who = ["carla"]
[[groups.g.calendars]]
name = "pager"
url = "webcal://example.com/feed"
"""
URL = "https://example.com/feed"
BODY = calendar(
    shift(
        ":20260601T080000Z",
        ":20260601T100000Z",
        "duty",
        "ATTENDEE;CN=Someone:mailto:someone@example.com",
        "ATTENDEE:mailto:BORIS@example.com",
        "ATTENDEE;PARTSTAT=DECLINED:mailto:anna@example.com",
    ),
    shift(":20260602T080000Z", ":20260602T100000Z", "team day"),
)
NOW = datetime(2026, 6, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("mode", "during", "reason"),
    [
        ("add", "CB", "adds Boris Petrov."),
        ("replace", "B", "puts Boris Petrov on duty instead."),
        ("remove", "C", "takes Boris Petrov off duty."),
    ],
)
def test_what_a_calendar_does_to_those_on_duty(mode: str, during: str, reason: str) -> None:
    plan = rota(f'{GROUP}mode = "{mode}"\n').with_calendars({URL: FeedCopy(BODY, NOW.timestamp())}, NOW)
    duty = plan.on_duty("g", at("2026-06-01 10:00"))
    assert ids(duty) == during
    assert duty.reasons[-1] == f"Calendar 'pager', read Mon 1 Jun 2026 02:00 CEST: 'duty' {reason}"
    assert ids(plan.on_duty("g", at("2026-06-01 12:00"))) == "C"


def test_an_event_that_names_nobody_changes_nothing_and_is_told() -> None:
    plan = rota(GROUP).with_calendars({URL: FeedCopy(BODY, NOW.timestamp())}, NOW)
    duty = plan.on_duty("g", at("2026-06-02 10:30"))
    assert ids(duty) == "C"
    assert duty.reasons[-1].endswith("'team day' names nobody of the rota's people, so it changes nothing.")


@pytest.mark.parametrize("copies", [{}, {URL: FeedCopy(b"<html>", 0.0)}])
def test_a_calendar_that_is_not_there_or_broken_changes_nothing_and_is_told(copies: dict[str, FeedCopy]) -> None:
    duty = rota(GROUP).with_calendars(copies, NOW).on_duty("g", at("2026-06-01 10:00"))
    assert ids(duty) == "C"
    assert duty.reasons[-1] == "Calendar 'pager' has not been read yet, so it changes nothing."


def test_a_moment_beyond_what_was_worked_out_is_told() -> None:
    plan = rota(GROUP).with_calendars({URL: FeedCopy(BODY, NOW.timestamp())}, NOW)
    assert "not worked out that far" in plan.on_duty("g", at("2028-01-01 00:00")).reasons[-1]
    assert "not worked out that far" in plan.on_duty("g", at("2025-01-01 00:00")).reasons[-1]


def test_groups_may_share_a_calendar() -> None:
    other = '[groups.h]\n[[groups.h.calendars]]\nurl = "https://example.com/feed"\nevery_minutes = 5\n'
    plan = rota(GROUP + other, head=PEOPLE).with_calendars({URL: FeedCopy(BODY, 0.0)}, NOW)
    assert ids(plan.on_duty("h", at("2026-06-01 10:00"))) == "B"
