"""The rota: who is on duty, when, for which group."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from difflib import get_close_matches
from pathlib import Path
from zoneinfo import ZoneInfo

from bot.errors import RotaError
from bot.rota import explain
from bot.rota.load import load_plan
from bot.rota.model import Group, Member, OnDuty, OnHolidays, Order, Person, Plan, Shift, Turn, Window
from bot.rota.readings import FeedCopy, Readings, read_all
from bot.rota.schedule import Stretch, answering, arranged, stretch

SIMPLE_GROUP = "default"
"""The one group of a rota that is only a list of contact ids."""


class Rota:
    """Who is on duty, when, for which group. It never changes; `RotaWatch` replaces it when its file does.

    Args:
        plan: what the rota file says.
        readings: what its calendars say.
    """

    def __init__(self, plan: Plan, readings: Readings | None = None) -> None:
        self.plan = plan
        self._readings: Readings = readings or {}
        self._recent: dict[str, Stretch] = {}

    @classmethod
    def simple(cls, contact_ids: Sequence[str]) -> Rota:
        """Return the simplest rota: one group, `SIMPLE_GROUP`, in which the same contacts are always on duty.

        Args:
            contact_ids: whom to ring, in this order; may be empty.
        """
        people = {contact_id: Person(contact_id, contact_id, contact_id) for contact_id in contact_ids}
        always = Shift("always", Window(on_holidays=OnHolidays.ALSO), tuple(people.values()))
        group = Group(SIMPLE_GROUP, ZoneInfo("UTC"), shifts=(always,) if people else ())
        return cls(Plan({SIMPLE_GROUP: group}, SIMPLE_GROUP, people))

    @classmethod
    def load(cls, path: Path) -> Rota:
        """Read a rota file; its calendars count as not read yet, see `with_calendars`.

        Raises:
            RotaError: the file cannot be read or has mistakes; all of them are listed.
        """
        return cls(load_plan(path))

    def with_calendars(self, copies: Mapping[str, FeedCopy], now: datetime) -> Rota:
        """Return this rota with its calendars read. It may take seconds: not for the event loop.

        Args:
            copies: the feeds, by address.
            now: the moment around which they are worked out, ten days back and 400 ahead.
        """
        return Rota(self.plan, read_all(self.plan, copies, now))

    @property
    def groups(self) -> tuple[str, ...]:
        """The names of all groups, in the file's order."""
        return tuple(self.plan.groups)

    @property
    def fallback_group(self) -> str:
        """The group that is rung when a call's flow cannot go on."""
        return self.plan.fallback

    @property
    def takes_turns(self) -> bool:
        """Whether the order of any group depends on what has been before."""
        return any(group.order is not Order.LISTED for group in self.plan.groups.values())

    def has_group(self, name: str) -> bool:
        """Return whether there is such a group."""
        return name in self.plan.groups

    def zone(self, group: str) -> ZoneInfo:
        """Return the time zone of a group.

        Raises:
            RotaError: there is no such group.
        """
        return self._group(group).zone

    def on_duty(self, group: str, at: datetime, turn: Turn | None = None) -> OnDuty:
        """Return who is on duty.

        When nobody is, the group named by ``otherwise`` answers, and so on.

        Args:
            group: the group's name.
            at: the moment, with a time zone.
            turn: what has been before, for groups whose order depends on it.

        Raises:
            RotaError: there is no such group.
            ValueError: the moment has no time zone.
        """
        now = self._stretch(group, at)
        answer = answering(now.standings)
        reasons: list[str] = []
        for standing in now.standings[: now.standings.index(answer) + 1]:
            if standing is not now.standings[0]:
                reasons.append(explain.falls_through(now.standings[0].group, standing.group))
            reasons.extend(standing.reasons)
        return OnDuty(
            group=group,
            answered_by=answer.group if answer.members else group,
            at=at,
            members=self._members(answer.group, answer.members, turn),
            reasons=tuple(reasons),
            open=now.standings[0].open,
            next_change=now.next_change,
        )

    def alone(self, group: str, at: datetime, turn: Turn | None = None) -> OnDuty:
        """Return who is on duty in a group itself, whoever would answer instead; otherwise like `on_duty`."""
        now = self._stretch(group, at)
        own = now.standings[0]
        members = self._members(group, own.members, turn)
        return OnDuty(group, group, at, members, own.reasons, own.open, now.next_change)

    def is_open(self, group: str, at: datetime) -> bool:
        """Return whether a group has business hours; errors as `on_duty`."""
        return self._stretch(group, at).standings[0].open

    def chain(self, group: str) -> tuple[str, ...]:
        """Return a group and, in order, those that answer when nobody is on duty there.

        Raises:
            RotaError: there is no such group.
        """
        return tuple(link.name for link in self._chain(group))

    def _members(self, group: str, people: Sequence[Person], turn: Turn | None) -> tuple[Member, ...]:
        order = self.plan.groups[group].order
        return tuple(
            Member(person.contact_id, person.name, person.phone) for person in arranged(people, order, turn or Turn())
        )

    def _stretch(self, name: str, at: datetime) -> Stretch:
        """Return how a group stands, worked out anew only when the last answer does not hold any more."""
        if at.tzinfo is None:
            raise ValueError("the moment needs a time zone, such as datetime.now(UTC)")
        moment = at.astimezone(UTC)
        recent = self._recent.get(name)
        if recent is None or not recent.start <= moment < recent.until:
            recent = stretch(self._chain(name), self._readings, moment, recent)
            self._recent[name] = recent
        return recent

    def _chain(self, name: str) -> list[Group]:
        chain = [self._group(name)]
        while (instead := chain[-1].otherwise) is not None:
            chain.append(self._group(instead))
        return chain

    def _group(self, name: str) -> Group:
        group = self.plan.groups.get(name)
        if group is None:
            close = get_close_matches(name, self.groups, n=1)
            hint = f" Did you mean {close[0]!r}?" if close else ""
            raise RotaError([f"the rota has no group {name!r}; it has {', '.join(self.groups)}.{hint}"])
        return group
