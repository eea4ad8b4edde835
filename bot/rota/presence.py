"""Leaving out who is off-line."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import datetime

from bot.errors import BotError
from bot.rota import explain
from bot.rota.model import Member, OnDuty, Turn
from bot.rota.rota import Rota

Presence = Callable[[Sequence[str]], Awaitable[set[str]]]
"""Tells which of some contact ids are on-line."""


async def reachable(
    rota: Rota, group: str, at: datetime, presence: Presence, turn: Callable[[str], Turn] | None = None
) -> OnDuty:
    """Return who is on duty and can be reached: like `Rota.on_duty`, but members who are off-line are left out.

    A member for whom the rota names a phone number stays: a telephone rings whoever is on-line. Where all others
    are off-line, the group's ``otherwise`` answers. When presence cannot be asked, nobody is left out.

    Args:
        rota: the rota.
        group: the group's name.
        at: the moment, with a time zone.
        presence: asks who is on-line; a `BotError` from it counts as "not known".
        turn: gives what has been before in a group; it is asked for the groups in question only.

    Raises:
        RotaError: there is no such group.
    """
    asked = rota.on_duty(group, at)
    reasons: list[str] = []
    for name in rota.chain(group):
        duty = rota.alone(name, at, turn(name) if turn else None)
        if name != group:
            reasons.append(_passed_on(rota.alone(group, at), name))
        reasons.extend(duty.reasons)
        try:
            members, skipped = await _sorted_out(duty.members, presence)
        except BotError as error:
            members, skipped = duty.members, ()
            reasons.append(explain.presence_unknown(str(error)))
        if skipped:
            reasons.append(explain.off_line(skipped))
        if members:
            return replace(asked, answered_by=name, members=members, reasons=tuple(reasons))
    return replace(asked, answered_by=group, members=(), reasons=tuple(reasons))


def _passed_on(asked: OnDuty, instead: str) -> str:
    words = explain.all_off_line if asked.members else explain.falls_through
    return words(asked.group, instead)


async def _sorted_out(members: tuple[Member, ...], presence: Presence) -> tuple[tuple[Member, ...], tuple[Member, ...]]:
    """Return who can be reached and who cannot."""
    asked = [member.contact_id for member in members if member.phone is None]
    online = await presence(asked) if asked else set()
    kept = tuple(member for member in members if member.phone is not None or member.contact_id in online)
    return kept, tuple(member for member in members if member not in kept)
