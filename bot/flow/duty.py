"""Whom to ring: people, people side by side, and whoever is on duty when it is time to ring."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, Protocol, TypeAlias

import structlog

from bot.api import Invitee, TeamApi
from bot.events import JsonValue
from bot.flow.services import Services
from bot.rota import Rota, Turn, reachable

log = structlog.get_logger("bot.flow")

NEXT_IN_TURN: Final = "rota next in turn"
"""Name of the step that takes a turn; what it brings tells the next process whose turn it is."""


@dataclass(frozen=True, slots=True)
class Duty:
    """Whoever is on duty in a group when it is dialled; nobody is asked before.

    Attributes:
        group: the group, or None for the rota's fallback group.
    """

    group: str | None = None


Target: TypeAlias = "str | Invitee | Duty | Sequence[Target]"
"""Whom to ring: a contact id, an `Invitee`, a `Duty`; a list rings one after another, a tuple all at once."""


class RunStep(Protocol):
    """Runs something as a recorded step."""

    def __call__(
        self, name: str, arguments: JsonValue, look: Callable[[], Awaitable[JsonValue]], /
    ) -> Awaitable[JsonValue]:
        """Return what it brought, or what it brought when it was recorded."""
        ...


class RotaView:
    """The rota, as a flow sees it; what it answers is recorded.

    Args:
        run_step: runs a recorded step.
        services: where the rota and the time come from.
        api: the platform, which knows who is on-line.
    """

    def __init__(self, run_step: RunStep, services: Services, api: TeamApi) -> None:
        self._run_step = run_step
        self._services = services
        self._api = api
        self._turns: dict[str, int] = {}

    def on_duty(self, group: str | None = None) -> Duty:
        """Return whoever is on duty in a group; it is looked up when it is dialled.

        Args:
            group: the group, or None for the fallback group. A group that the rota does not know counts
                as the fallback group, too, so that a rota that names no groups serves any flow.
        """
        return Duty(group)

    async def is_open(self, group: str | None = None) -> bool:
        """Return whether a group has business hours now."""

        async def look() -> JsonValue:
            rota = self._services.rota()
            return rota.is_open(_known(rota, group), self._now())

        return await self._run_step("rota is open", group, look) is True

    async def members(self, group: str | None = None) -> Sequence[Invitee]:
        """Return who is on duty in a group now and can be reached, in the order to ring them; `dial` does ring."""
        return _members(await self._run_step("rota on duty", group, self._look(group, self._services.turns.turn)))

    async def next_in_turn(self, group: str | None = None) -> Sequence[Invitee]:
        """Return whom to ring, as `members`; where a group takes turns, the next call begins with the next one.

        However often a flow asks, it takes one turn of each group that it comes to.
        """

        def own_turn(name: str) -> Turn:
            if name not in self._turns:
                self._turns[name] = self._services.turns.take(name)
            return self._services.turns.turn(name, self._turns[name])

        found = await self._run_step(NEXT_IN_TURN, group, self._look(group, own_turn))
        self._turns.update(turns_of(found))
        return _members(found)

    def _look(self, group: str | None, turn: Callable[[str], Turn]) -> Callable[[], Awaitable[JsonValue]]:
        async def look() -> JsonValue:
            rota = self._services.rota()
            duty = await reachable(rota, _known(rota, group), self._now(), self._online, turn)
            people: list[JsonValue] = [{"contactId": one.contact_id, "phone": one.phone} for one in duty.members]
            return {"members": people, "turns": dict(self._turns)}

        return look

    def _now(self) -> datetime:
        return datetime.fromtimestamp(self._services.clock.now(), UTC)

    async def _online(self, contact_ids: Sequence[str]) -> set[str]:
        found = await self._api.contacts.read(contact_ids)
        # Whom the platform says nothing about is rung: a telephone that does not answer costs less than a lost call.
        offline = {contact.contact_id for contact in found if contact.online is False}
        return set(contact_ids) - offline


def _known(rota: Rota, group: str | None) -> str:
    if group is None or rota.has_group(group):
        return group or rota.fallback_group
    # A rota without groups, such as a list of contacts, answers for any; in one that has them, it may be misspelt.
    report = log.warning if len(rota.groups) > 1 else log.debug
    report("the rota has no such group; its fallback group answers", group=group, instead=rota.fallback_group)
    return rota.fallback_group


def turns_of(brought: JsonValue) -> Mapping[str, int]:
    """Return the turns that a call had taken when the step `NEXT_IN_TURN` was done, by group."""
    turns = brought.get("turns") if isinstance(brought, dict) else None
    return (
        {name: number for name, number in turns.items() if isinstance(number, int)} if isinstance(turns, dict) else {}
    )


def _members(brought: JsonValue) -> Sequence[Invitee]:
    people = brought.get("members") if isinstance(brought, dict) else None
    return [_invitee(one) for one in people if isinstance(one, dict)] if isinstance(people, list) else []


def _invitee(value: Mapping[str, JsonValue]) -> Invitee:
    phone = value.get("phone")
    return Invitee(str(value.get("contactId")), phone if isinstance(phone, str) else None)
