"""Rotas for tests, written as the file that a user would write."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from zoneinfo import ZoneInfo

from bot.rota import OnDuty, Rota

BERLIN = ZoneInfo("Europe/Berlin")

PEOPLE = """
timezone = "Europe/Berlin"
[people]
anna = "A"
boris = { contact = "B", name = "Boris Petrov", email = "Boris@example.com", aliases = ["Petrov, B."] }
carla = { contact = "C", phone = "+4930123" }
"""


def rota(groups: str, *, head: str = PEOPLE) -> Rota:
    """Return the rota of a file with three people and these groups."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "rota.toml"
        path.write_text(head + groups, "utf-8")
        return Rota.load(path)


def at(text: str, *, fold: int = 0) -> datetime:
    """Return a moment by the clocks of Berlin."""
    return datetime.fromisoformat(text).replace(tzinfo=BERLIN, fold=fold)


def ids(duty: OnDuty) -> str:
    """Return the contact ids on duty, in order, in one text."""
    return "".join(member.contact_id for member in duty.members)


def change(duty: OnDuty) -> str:
    """Return when the answer changes, by the clocks of Berlin."""
    return "never" if duty.next_change is None else f"{duty.next_change.astimezone(BERLIN):%Y-%m-%d %H:%M}"
