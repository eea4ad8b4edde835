from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.rota.times import clock, days_text, instant, on_day, parse_clock, parse_days, shown

BERLIN = ZoneInfo("Europe/Berlin")
LORD_HOWE = ZoneInfo("Australia/Lord_Howe")  # its clocks change by half an hour


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("mon-fri", {0, 1, 2, 3, 4}),
        ("sat, sun", {5, 6}),
        ("Friday-Monday", {4, 5, 6, 0}),
        ("wed", {2}),
        ("daily", set(range(7))),
        ("mon-sun", set(range(7))),
        ("mon,wed-thu", {0, 2, 3}),
    ],
)
def test_weekdays_are_read(text: str, days: set[int]) -> None:
    assert parse_days(text) == days


@pytest.mark.parametrize("text", ["", "mo", "mon-", "daily-fri", "mon fri", "every day", "mon,,tue"])
def test_what_is_no_weekday_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is no weekday"):
        parse_days(text)


@given(st.frozensets(st.integers(0, 6), min_size=1))
def test_weekdays_are_read_as_they_are_shown(days: frozenset[int]) -> None:
    assert parse_days(days_text(days)) == days


@given(st.integers(0, 1440))
def test_times_of_day_are_read_as_they_are_shown(minutes: int) -> None:
    assert parse_clock(clock(minutes)) == minutes


def test_times_after_midnight_are_shown_as_of_the_next_day() -> None:
    assert clock(1440 + 90) == "01:30"


@pytest.mark.parametrize("value", ["24:01", "25:00", "9", "09:60", "9.30", "", "noon", time(9, 0, 1), time(9, 0, 0, 1)])
def test_what_is_no_time_of_day_is_refused(value: str | time) -> None:
    with pytest.raises(ValueError, match=r"no time of day|has seconds"):
        parse_clock(value)


def test_a_toml_time_is_a_time_of_day() -> None:
    assert parse_clock(time(9, 30)) == 570


def test_a_time_that_the_clocks_skip_is_the_moment_of_the_change() -> None:
    change = datetime(2026, 3, 29, 1, tzinfo=UTC)
    assert instant(datetime(2026, 3, 29, 2), BERLIN) == change  # noqa: DTZ001 - local time is the subject
    assert instant(datetime(2026, 3, 29, 2, 30), BERLIN) == change  # noqa: DTZ001 - as above
    assert instant(datetime(2026, 3, 29, 3), BERLIN) == change  # noqa: DTZ001 - as above
    assert instant(datetime(2026, 3, 29, 1, 59), BERLIN) == change - timedelta(minutes=1)  # noqa: DTZ001 - as above


def test_a_time_that_the_clocks_show_twice_is_the_first() -> None:
    assert on_day(date(2026, 10, 25), 150, BERLIN) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


def test_a_change_by_half_an_hour_is_found_too() -> None:
    assert on_day(date(2026, 10, 4), 135, LORD_HOWE) == datetime(2026, 10, 3, 15, 30, tzinfo=UTC)


def test_a_time_with_a_zone_is_only_converted() -> None:
    assert instant(datetime(2026, 1, 1, tzinfo=timezone(timedelta(hours=3))), BERLIN) == datetime(
        2025, 12, 31, 21, tzinfo=UTC
    )


@given(
    st.datetimes(datetime(2000, 1, 1), datetime(2035, 1, 1)),  # noqa: DTZ001 - local times are the subject
    st.sampled_from(["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "UTC"]),
)
def test_the_clocks_show_the_time_or_have_skipped_it(local: datetime, name: str) -> None:
    zone = ZoneInfo(name)
    back = instant(local, zone).astimezone(zone).replace(tzinfo=None)
    assert back == local or local < back <= local + timedelta(hours=1)


def test_a_moment_is_shown_with_weekday_and_zone() -> None:
    assert shown(datetime(2026, 12, 31, 22, 30, tzinfo=UTC), BERLIN) == "Thu 31 Dec 2026 23:30 CET"
