from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.errors import RotaError
from bot.rota import Rota, load_with_copies, moment, who_lines
from bot.rota.feeds import FeedStore
from bot.rota.readings import FeedCopy
from tests.rota.calendars import calendar, shift
from tests.rota.plans import BERLIN, PEOPLE, at, rota

PLAN = rota("""
[groups.g]
otherwise = "h"
[[groups.g.shifts]]
days = "mon-fri"
from = "09:00"
to = "17:00"
who = ["carla"]
[groups.h]
[[groups.h.shifts]]
name = "always"
on_holidays = "also"
who = ["boris"]
""")


def test_the_answer_says_who_until_when_and_why() -> None:
    assert who_lines(PLAN, "g", "2026-06-02 12:00") == [
        "g on Tue 2 Jun 2026 12:00 CEST: open, on duty:",
        "  1. carla (contact C, phone +4930123)",
        "Next change: Tue 2 Jun 2026 17:00 CEST",
        "Why:",
        "  - Shift mon-fri 09:00-17:00: carla.",
    ]


def test_another_group_that_answers_is_named() -> None:
    assert who_lines(PLAN, "g", "2026-12-31 23:30") == [
        "g on Thu 31 Dec 2026 23:30 CET: closed, answered by h, on duty:",
        "  1. Boris Petrov (contact B)",
        "Next change: Fri 1 Jan 2027 09:00 CET",
        "Why:",
        "  - Nothing is planned for 'g' at this time.",
        "  - Nobody is on duty in 'g', so 'h' answers.",
        "  - Shift 'always' (daily 00:00-24:00): Boris Petrov.",
    ]


def test_nobody_on_duty_is_said() -> None:
    assert who_lines(Rota.simple([]), "default", at("2026-06-02 12:00"))[:2] == [
        "default on Tue 2 Jun 2026 10:00 UTC: closed, nobody is on duty.",
        "Next change: none within 60 days",
    ]


def test_without_a_group_all_are_told_and_without_a_moment_now_is_meant() -> None:
    lines = who_lines(PLAN)
    assert [line.split()[0] for line in lines if " on " in line and ":" in line and line[0] in "gh"] == ["g", "h"]
    assert lines.count("") == 1
    assert f" {datetime.now(UTC).year} " in lines[0]


def test_an_unknown_group_is_an_error() -> None:
    with pytest.raises(RotaError, match="no group 'x'"):
        who_lines(PLAN, "x")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-12-31 23:30", "2026-12-31T22:30:00+00:00"),
        ("2026-12-31T23:30:15", "2026-12-31T22:30:15+00:00"),
        (" 2026-12-31 ", "2026-12-30T23:00:00+00:00"),
        ("2026-12-31 23:30+03:00", "2026-12-31T20:30:00+00:00"),
        ("2026-03-29 02:30", "2026-03-29T01:00:00+00:00"),
    ],
)
def test_a_moment_is_read_by_the_clocks_of_the_zone(text: str, expected: str) -> None:
    assert moment(text, BERLIN).isoformat() == expected


@pytest.mark.parametrize("text", ["", "tomorrow", "23:30", "2026-13-01"])
def test_what_is_no_moment_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is no moment; write one such as"):
        moment(text, BERLIN)


def test_copies_that_a_running_bot_has_kept_are_used(tmp_path: Path) -> None:
    path = tmp_path / "rota.toml"
    path.write_text(f'{PEOPLE}[groups.g]\n[[groups.g.calendars]]\nurl = "https://example.com/c"\n')
    body = calendar(shift(":20300601T000000Z", ":20300602T000000Z", "anna"))
    FeedStore(tmp_path / "cache").save("https://example.com/c", FeedCopy(body, 1_780_000_000.0))
    when = at("2030-06-01 12:00")
    assert "  1. anna (contact A)" in who_lines(load_with_copies(path, tmp_path / "cache", when), "g", when)
    assert "  1. anna (contact A)" not in who_lines(load_with_copies(path, tmp_path / "none", when), "g", when)
