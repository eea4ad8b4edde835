from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

import bot.rota
from bot.errors import RotaError
from bot.rota import Rota
from bot.rota.occurrence import can_be_read, check, covered
from tests.rota.calendars import calendar, shift

NOW = datetime(2026, 6, 1, 15, tzinfo=UTC)
FEED = calendar(shift(":20260601T090000Z", ":20260601T170000Z", "boris"))
ROTA = """
[people]
boris = "B"
[groups.g]
shifts = [{ who = ["boris"] }]
"""
CALENDARS = 'calendars = [{ url = "https://calendars.example/feed.ics" }]\n'


@pytest.fixture
def without_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make the import of one of its libraries fail, as that of a package which is not there does."""
    monkeypatch.setitem(sys.modules, "recurring_ical_events", None)
    monkeypatch.delitem(sys.modules, "bot.rota.ical", raising=False)
    monkeypatch.delattr(bot.rota, "ical", raising=False)


def test_what_is_covered() -> None:
    assert [f"{moment:%Y-%m-%d %H:%M}" for moment in covered(NOW)] == ["2026-05-22 00:00", "2027-07-06 00:00"]


def test_the_extra_is_there() -> None:
    assert can_be_read()
    check(FEED, NOW)


@pytest.mark.usefixtures("without_the_extra")
def test_the_extra_is_missing(tmp_path: Path) -> None:
    path = tmp_path / "rota.toml"
    assert not can_be_read()
    with pytest.raises(RotaError, match=r"pip install 'workonflow-bot\[calendars\]'"):
        check(FEED, NOW)
    path.write_text(ROTA, encoding="utf-8")
    assert Rota.load(path).on_duty("g", NOW).members, "whoever has no calendars does not need it"
    path.write_text(ROTA + CALENDARS, encoding="utf-8")
    with pytest.raises(RotaError, match=r"rota\.toml:6: calendars need packages that are not installed"):
        Rota.load(path)
