from __future__ import annotations

from collections.abc import Sequence

import pytest

from bot.errors import ApiError, RotaError
from bot.rota import Turn, reachable
from tests.rota.plans import at, ids, rota

PLAN = rota("""
[groups.g]
order = "round-robin"
otherwise = "h"
[[groups.g.shifts]]
days = "mon-fri"
who = ["anna", "boris"]
[groups.h]
[[groups.h.shifts]]
who = ["anna", "carla"]
""")
TUESDAY = at("2026-06-02 12:00")
SUNDAY = at("2026-06-07 12:00")


class Presence:
    """Says who is on-line, and remembers who was asked for."""

    def __init__(self, online: str) -> None:
        self.online = set(online)
        self.asked: list[str] = []

    async def __call__(self, contact_ids: Sequence[str]) -> set[str]:
        self.asked.append("".join(contact_ids))
        return self.online & set(contact_ids)


async def test_who_is_off_line_is_left_out() -> None:
    duty = await reachable(PLAN, "g", TUESDAY, Presence("B"))
    assert (ids(duty), duty.answered_by, duty.open) == ("B", "g", True)
    assert duty.reasons[-1] == "Skipped for being off-line: anna."


async def test_the_order_is_kept() -> None:
    assert ids(await reachable(PLAN, "g", TUESDAY, Presence("AB"), lambda _group: Turn(calls=1))) == "BA"


async def test_where_all_are_off_line_the_next_group_answers() -> None:
    presence = Presence("")
    duty = await reachable(PLAN, "g", TUESDAY, presence)
    assert (ids(duty), duty.group, duty.answered_by) == ("C", "g", "h")  # a telephone rings whoever is on-line
    assert presence.asked == ["AB", "A"]
    assert "Everybody on duty in 'g' is off-line, so 'h' answers." in duty.reasons


async def test_where_nobody_is_on_duty_nobody_is_asked_about() -> None:
    presence = Presence("A")
    duty = await reachable(PLAN, "g", SUNDAY, presence)
    assert (ids(duty), duty.answered_by, duty.open) == ("AC", "h", False)
    assert presence.asked == ["A"]
    assert "Nobody is on duty in 'g', so 'h' answers." in duty.reasons


async def test_nobody_at_all() -> None:
    plan = rota('[groups.g]\n[[groups.g.shifts]]\nwho = ["anna"]\n')
    duty = await reachable(plan, "g", TUESDAY, Presence(""))
    assert (duty.members, duty.answered_by) == ((), "g")


async def test_nobody_is_left_out_when_presence_cannot_be_asked() -> None:
    async def broken(contact_ids: Sequence[str]) -> set[str]:
        raise ApiError(f"no answer about {len(contact_ids)}", path="contact/read", team_id="t")

    duty = await reachable(PLAN, "g", TUESDAY, broken)
    assert ids(duty) == "AB"
    assert duty.reasons[-1].startswith("Who is off-line could not be asked (contact/read: no answer about 2)")


async def test_an_unknown_group_is_an_error() -> None:
    with pytest.raises(RotaError, match="no group"):
        await reachable(PLAN, "x", TUESDAY, Presence(""))
