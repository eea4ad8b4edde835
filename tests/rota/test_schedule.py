from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from bot.errors import RotaError
from bot.rota import Rota, Turn
from tests.rota.plans import at, change, ids, rota

NIGHTS = """
[groups.g]
[[groups.g.shifts]]
from = "22:00"
to = "06:00"
who = ["anna"]
"""


def test_a_list_of_contacts_is_a_rota() -> None:
    simple = Rota.simple(["x", "y", "x"])
    duty = simple.on_duty("default", at("2026-03-29 02:30"))
    assert (ids(duty), duty.open, duty.next_change) == ("xy", True, None)
    assert simple.groups == ("default",)
    assert simple.fallback_group == "default"


def test_an_empty_list_has_nobody_on_duty() -> None:
    duty = Rota.simple([]).on_duty("default", at("2026-01-01 00:00"))
    assert (duty.members, duty.open, duty.answered_by) == ((), False, "default")
    assert duty.reasons == ("Nothing is planned for 'default' at this time.",)


def test_a_group_that_is_not_there_is_an_error_with_a_hint() -> None:
    plan = rota(NIGHTS)
    assert plan.has_group("g")
    assert not plan.has_group("G")
    with pytest.raises(RotaError, match=r"no group 'gg'; it has g. Did you mean 'g'"):
        plan.on_duty("gg", at("2026-01-01 00:00"))
    with pytest.raises(RotaError, match=r"no group 'sales'; it has g.$"):
        plan.zone("sales")


def test_a_moment_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="needs a time zone"):
        rota(NIGHTS).on_duty("g", datetime(2026, 1, 1))  # noqa: DTZ001 - the mistake shown


def test_a_shift_ends_before_its_last_moment() -> None:
    plan = rota('[groups.g]\n[[groups.g.shifts]]\ndays = "mon-fri"\nfrom = "09:00"\nto = "17:00"\nwho = ["anna"]\n')
    assert ids(plan.on_duty("g", at("2026-06-01 08:59:59"))) == ""
    assert ids(plan.on_duty("g", at("2026-06-01 09:00"))) == "A"
    assert ids(plan.on_duty("g", at("2026-06-01 16:59:59"))) == "A"
    assert ids(plan.on_duty("g", at("2026-06-01 17:00"))) == ""
    assert change(plan.on_duty("g", at("2026-06-05 17:00"))) == "2026-06-08 09:00"


def test_a_night_shift_of_sunday_ends_on_monday() -> None:
    plan = rota(NIGHTS.replace('from = "22', 'days = "sun"\nfrom = "22'))
    assert ids(plan.on_duty("g", at("2026-06-08 05:59"))) == "A"
    assert ids(plan.on_duty("g", at("2026-06-07 05:59"))) == ""
    assert change(plan.on_duty("g", at("2026-06-07 23:00"))) == "2026-06-08 06:00"


def test_a_night_shift_is_an_hour_shorter_when_summer_begins() -> None:
    duty = rota(NIGHTS).on_duty("g", at("2026-03-28 22:00"))
    assert duty.next_change is not None
    assert duty.next_change.timestamp() - duty.at.timestamp() == timedelta(hours=7).total_seconds()
    assert change(duty) == "2026-03-29 06:00"


def test_a_night_shift_is_an_hour_longer_when_summer_ends() -> None:
    plan = rota(NIGHTS)
    assert ids(plan.on_duty("g", at("2026-10-25 02:30"))) == "A"
    assert ids(plan.on_duty("g", at("2026-10-25 02:30", fold=1))) == "A"
    assert change(plan.on_duty("g", at("2026-10-25 02:30", fold=1))) == "2026-10-25 06:00"


def test_a_shift_in_the_hour_that_is_skipped_is_not_on() -> None:
    plan = rota('[groups.g]\n[[groups.g.shifts]]\nfrom = "02:00"\nto = "03:00"\nwho = ["anna"]\n')
    assert change(plan.on_duty("g", at("2026-03-28 12:00"))) == "2026-03-30 02:00"


def test_a_shift_in_the_hour_that_comes_twice_changes_hands_once() -> None:
    plan = rota(
        '[groups.g]\n[[groups.g.shifts]]\nto = "02:30"\nwho = ["anna"]\n'
        '[[groups.g.shifts]]\nfrom = "02:30"\nto = "24:00"\nwho = ["boris"]\n'
    )
    assert ids(plan.on_duty("g", at("2026-10-25 02:15"))) == "A"
    assert ids(plan.on_duty("g", at("2026-10-25 02:45"))) == "B"
    assert ids(plan.on_duty("g", at("2026-10-25 02:15", fold=1))) == "B"


def test_a_whole_day_goes_to_its_midnight_and_equal_times_to_the_next_day() -> None:
    whole = rota('[groups.g]\n[[groups.g.shifts]]\ndays = "tue"\nfrom = "00:00"\nto = "24:00"\nwho = ["anna"]\n')
    assert change(whole.on_duty("g", at("2026-06-02 12:00"))) == "2026-06-03 00:00"
    round_the_clock = rota(
        '[groups.g]\n[[groups.g.shifts]]\ndays = "tue"\nfrom = "08:00"\nto = "08:00"\nwho = ["anna"]\n'
    )
    assert ids(round_the_clock.on_duty("g", at("2026-06-02 07:59"))) == ""
    assert change(round_the_clock.on_duty("g", at("2026-06-02 12:00"))) == "2026-06-03 08:00"


HOLIDAYS = """
[holidays]
country = "DE"
also = [{ on = "12-24", name = "Christmas Eve" }, { on = 2026-06-01, name = "Outing" }]
except = [2026-12-26]
"""


def test_a_shift_belongs_to_the_day_on_which_it_begins_holiday_or_not() -> None:
    plan = rota(HOLIDAYS + NIGHTS)
    eve_before = plan.on_duty("g", at("2026-12-24 03:00"))  # began on the 23rd, an ordinary day
    assert ids(eve_before) == "A"
    night = plan.on_duty("g", at("2026-12-24 23:00"))
    assert ids(night) == ""
    assert night.reasons == ("Shift daily 22:00-06:00 of the next day is not on: Christmas Eve.",)
    assert change(night) == "2026-12-26 22:00"  # a holiday taken out


@pytest.mark.parametrize(
    ("on_holidays", "holiday", "ordinary"), [("skip", "", "A"), ("also", "A", "A"), ("only", "A", "")]
)
def test_what_a_shift_does_on_holidays(on_holidays: str, holiday: str, ordinary: str) -> None:
    plan = rota(f'{HOLIDAYS}[groups.g]\n[[groups.g.shifts]]\nwho = ["anna"]\non_holidays = "{on_holidays}"\n')
    assert ids(plan.on_duty("g", at("2026-10-03 12:00"))) == holiday  # of the country
    assert ids(plan.on_duty("g", at("2026-06-01 12:00"))) == holiday  # one's own
    assert ids(plan.on_duty("g", at("2026-06-02 12:00"))) == ordinary


def test_a_shift_that_holds_on_holidays_too_says_so() -> None:
    shift = '[groups.g]\n[[groups.g.shifts]]\nto = "12:00"\nwho = ["anna"]\non_holidays = "also"\n'
    reasons = rota(HOLIDAYS + shift).on_duty("g", at("2026-12-24 10:00")).reasons
    assert reasons == ("Shift daily 00:00-12:00, on a holiday too (Christmas Eve): anna.",)


def test_a_group_may_have_holidays_of_its_own() -> None:
    plan = rota(f'{HOLIDAYS}[groups.g]\nholidays = {{ country = "FR" }}\n[[groups.g.shifts]]\nwho = ["anna"]\n')
    assert ids(plan.on_duty("g", at("2026-07-14 12:00"))) == ""
    assert ids(plan.on_duty("g", at("2026-10-03 12:00"))) == "A"


HOURS = """
[groups.g]
hours = [{ days = "mon-fri", from = "09:00", to = "17:00" }]
[[groups.g.shifts]]
on_holidays = "also"
who = ["anna"]
"""


def test_business_hours_stand_beside_who_is_on_duty() -> None:
    plan = rota(HOLIDAYS + HOURS)
    assert plan.is_open("g", at("2026-06-02 09:00"))
    evening = plan.on_duty("g", at("2026-06-02 18:00"))
    assert (evening.open, ids(evening), change(evening)) == (False, "A", "2026-06-03 09:00")
    holiday = plan.on_duty("g", at("2026-12-24 12:00"))
    assert not holiday.open
    assert "Business hours mon-fri 09:00-17:00 do not hold: Christmas Eve." in holiday.reasons


def test_an_override_opens_and_closes() -> None:
    plan = rota(
        HOURS + '[[overrides]]\nwhy = "move"\non = 2026-06-02\nopen = false\n'
        '[[overrides]]\non = 2026-06-06\nfrom = "10:00"\nto = "14:00"\nopen = true\n'
    )
    closed = plan.on_duty("g", at("2026-06-02 12:00"))
    assert (closed.open, ids(closed)) == (False, "A")
    assert closed.reasons[-1] == "Override 'move' closes the business hours."
    saturday = plan.on_duty("g", at("2026-06-06 13:00"))
    assert saturday.open
    assert saturday.reasons[-1] == "Override 'of 2026-06-06' opens the business hours."


@pytest.mark.parametrize(
    ("fields", "members"),
    [
        ('who = ["carla"]', "C"),
        ('who = ["carla", "boris"]\nmode = "add"', "ABC"),
        ('who = ["anna"]\nmode = "remove"', "B"),
        ("who = []", ""),
    ],
)
def test_what_an_override_does(fields: str, members: str) -> None:
    plan = rota(
        '[groups.g]\n[[groups.g.shifts]]\nwho = ["anna", "boris"]\n'
        f"[[overrides]]\nfrom = 2026-06-02\nto = 2026-06-03\n{fields}\n"
    )
    assert sorted(ids(plan.on_duty("g", at("2026-06-03 23:59")))) == list(members)
    assert ids(plan.on_duty("g", at("2026-06-04 00:00"))) == "AB"
    assert change(plan.on_duty("g", at("2026-06-01 12:00"))) == "2026-06-02 00:00"


def test_a_later_override_has_the_last_word_and_may_be_for_some_groups_only() -> None:
    plan = rota(
        '[groups.g]\n[[groups.g.shifts]]\nwho = ["anna"]\n[groups.h]\n[[groups.h.shifts]]\nwho = ["anna"]\n'
        '[[overrides]]\non = 2026-06-02\nwho = ["boris"]\n'
        '[[overrides]]\ngroups = ["h"]\non = 2026-06-02\nfrom = "18:00"\nto = "02:00"\nwho = ["carla"]\nmode = "add"\n'
    )
    assert ids(plan.on_duty("g", at("2026-06-02 20:00"))) == "B"
    assert ids(plan.on_duty("h", at("2026-06-02 20:00"))) == "BC"
    assert ids(plan.on_duty("h", at("2026-06-03 01:59"))) == "AC"


def test_an_override_may_be_written_with_moments() -> None:
    group = '[groups.g]\n[[groups.g.shifts]]\nwho = ["anna"]\n[[overrides]]\nwho = ["boris"]\n'
    local = rota(group + "from = 2026-06-02 18:00:00\nto = 2026-06-02 19:00:00\n")
    assert ids(local.on_duty("g", at("2026-06-02 18:30"))) == "B"
    zoned = rota(group + "from = 2026-06-02T18:00:00Z\nto = 2026-06-02T19:00:00Z\n")
    assert ids(zoned.on_duty("g", at("2026-06-02 18:30"))) == "A"
    assert ids(zoned.on_duty("g", at("2026-06-02 20:30"))) == "B"


def test_nobody_on_duty_falls_through_until_somebody_answers() -> None:
    plan = rota(
        '[groups.a]\notherwise = "b"\n[[groups.a.shifts]]\nto = "01:00"\nwho = ["anna"]\n'
        '[groups.b]\notherwise = "c"\n[[groups.b.shifts]]\nto = "01:00"\nwho = ["boris"]\n'
        '[groups.c]\n[[groups.c.shifts]]\nto = "12:00"\nwho = ["carla"]\n'
    )
    duty = plan.on_duty("a", at("2026-06-02 11:00"))
    assert (duty.group, duty.answered_by, ids(duty), duty.open) == ("a", "c", "C", False)
    assert "Nobody is on duty in 'a', so 'c' answers." in duty.reasons
    assert change(duty) == "2026-06-02 12:00"
    nobody = plan.on_duty("a", at("2026-06-02 13:00"))
    assert (nobody.answered_by, nobody.members, change(nobody)) == ("a", (), "2026-06-03 00:00")
    assert plan.chain("a") == ("a", "b", "c")


WEEKLY = """
[groups.g]
[[groups.g.shifts]]
from = "09:00"
to = "09:00"
who = ["anna", "boris", "carla"]
rotate = "week"
starting = 2026-01-05
"""


def test_a_weekly_rotation_hands_over_when_its_shift_begins() -> None:
    plan = rota(WEEKLY + "take = 1\n")
    assert ids(plan.on_duty("g", at("2026-01-05 09:00"))) == "A"
    assert ids(plan.on_duty("g", at("2026-01-12 08:59"))) == "A"
    assert ids(plan.on_duty("g", at("2026-01-12 09:00"))) == "B"
    assert ids(plan.on_duty("g", at("2025-12-31 12:00"))) == "C"
    assert change(plan.on_duty("g", at("2026-01-05 09:00"))) == "2026-01-12 09:00"


def test_a_rotation_without_a_limit_turns_the_order() -> None:
    assert ids(rota(WEEKLY).on_duty("g", at("2026-01-13 12:00"))) == "BCA"
    daily = rota(WEEKLY.replace('"week"', '"day"'))
    assert ids(daily.on_duty("g", at("2026-01-07 12:00"))) == "CAB"
    assert "rotating every day" in daily.on_duty("g", at("2026-01-07 12:00")).reasons[0]


@pytest.mark.parametrize(
    ("order", "turn", "members"),
    [
        ("listed", Turn(calls=1, served={"A": 1.0}), "ABC"),
        ("round-robin", Turn(), "ABC"),
        ("round-robin", Turn(calls=4), "BCA"),
        ("longest-idle", Turn(served={"A": 30.0, "B": 10.0}), "CBA"),
        ("longest-idle", Turn(served={"A": 1.0, "B": 1.0, "C": 1.0}), "ABC"),
    ],
)
def test_the_order_within_a_group(order: str, turn: Turn, members: str) -> None:
    plan = rota(f'[groups.g]\norder = "{order}"\n[[groups.g.shifts]]\nwho = ["anna", "boris", "carla"]\n')
    assert ids(plan.on_duty("g", at("2026-06-02 12:00"), turn)) == members


def test_an_order_of_nobody_is_nobody() -> None:
    plan = rota(NIGHTS.replace("[groups.g]", '[groups.g]\norder = "round-robin"', 1))
    assert ids(plan.on_duty("g", at("2026-06-02 12:00"), Turn(calls=3))) == ""


def test_members_are_named_once_with_the_phone_that_the_rota_names() -> None:
    plan = rota('[groups.g]\n[[groups.g.shifts]]\nwho = ["carla"]\n[[groups.g.shifts]]\nwho = ["boris", "carla"]\n')
    members = plan.on_duty("g", at("2026-06-02 12:00")).members
    assert [(member.name, member.phone) for member in members] == [("carla", "+4930123"), ("Boris Petrov", None)]


def test_a_group_may_have_a_zone_of_its_own() -> None:
    plan = rota(
        '[groups.g]\ntimezone = "Asia/Tokyo"\n[[groups.g.shifts]]\nfrom = "09:00"\nto = "10:00"\nwho = ["anna"]\n'
    )
    assert ids(plan.on_duty("g", at("2026-06-02 02:30"))) == "A"


def test_asking_back_and_forth_in_time_gives_the_same_answers() -> None:
    plan = rota(NIGHTS)
    moments = [at("2026-06-02 23:00"), at("2026-06-02 12:00"), at("2026-06-02 23:30"), at("2026-06-02 23:00")]
    assert [ids(plan.on_duty("g", moment)) for moment in moments] == ["A", "", "A", "A"]
