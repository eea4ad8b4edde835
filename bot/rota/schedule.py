"""Working out who is on duty at a moment, from the spans of a group; pure and without a clock."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.rota import explain
from bot.rota.model import Group, Mode, Order, Person, Turn
from bot.rota.readings import Readings
from bot.rota.spans import Span, lay_out

HORIZON = timedelta(days=60)
"""How far ahead the next change is looked for."""
_STRIDE = timedelta(days=8)
_Boards = Sequence[tuple[Group, Sequence[Span]]]
_Essence = tuple[str, tuple[Person, ...], bool]


@dataclass(frozen=True, slots=True)
class Standing:
    """How a group stands at a moment, whatever other groups do.

    Attributes:
        group: its name.
        members: who is on duty, as listed.
        open: whether it has business hours.
        reasons: why.
    """

    group: str
    members: tuple[Person, ...]
    open: bool
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Stretch:
    """How a group and those that answer for it stand, and for how long.

    Attributes:
        start: from when.
        until: up to when nothing of it changes, reasons included.
        standings: the group itself, then each group that would answer instead.
        next_change: when members or business hours change; None if not within `HORIZON`.
        searched: up to when a change was looked for.
    """

    start: datetime
    until: datetime
    standings: tuple[Standing, ...]
    next_change: datetime | None
    searched: datetime

    def holds_at(self, at: datetime) -> bool:
        """Return whether members and business hours are still the same at a moment."""
        return self.start <= at < (self.next_change or self.searched)


def stretch(chain: Sequence[Group], readings: Readings, at: datetime, before: Stretch | None = None) -> Stretch:
    """Return how groups stand at a moment.

    Args:
        chain: the group that is asked for, then the ones that answer when nobody is on duty there.
        readings: what the calendars say.
        at: the moment, UTC.
        before: an earlier answer for the same groups and calendars; what it found out is not worked out again.
    """
    last = at + _STRIDE
    boards = _boards(chain, readings, at, last)
    now = _stand_all(boards, at)
    until = next(iter(_edges(boards, at, last)), last)
    first = at
    if before is not None and before.holds_at(at):
        if before.next_change is not None:
            return Stretch(at, until, now, before.next_change, before.searched)
        first = before.searched
    change = _change(chain, readings, first, at + HORIZON, _essence(now))
    return Stretch(at, until, now, change, at + HORIZON)


def _change(
    chain: Sequence[Group], readings: Readings, first: datetime, end: datetime, essence: _Essence
) -> datetime | None:
    """Return the first moment after ``first``, up to ``end``, at which the answer is another one."""
    while first < end:
        last = min(first + _STRIDE, end)
        boards = _boards(chain, readings, first, last)
        for edge in _edges(boards, first, last):
            if _essence(_stand_all(boards, edge)) != essence:
                return edge
        first = last
    return None


def answering(standings: Sequence[Standing]) -> Standing:
    """Return the first group that has somebody on duty, or the last one that was asked."""
    return next((standing for standing in standings if standing.members), standings[-1])


def _boards(chain: Sequence[Group], readings: Readings, first: datetime, last: datetime) -> _Boards:
    return [(group, lay_out(group, readings, first, last)) for group in chain]


def _stand_all(boards: _Boards, at: datetime) -> tuple[Standing, ...]:
    return tuple(_stand(group, spans, at) for group, spans in boards)


def _stand(group: Group, spans: Sequence[Span], at: datetime) -> Standing:
    members: tuple[Person, ...] = ()
    open_: bool | None = None
    reasons: list[str] = []
    for span in spans:
        if span.start <= at < span.end:
            members = _applied(members, span)
            open_ = open_ if span.open is None else span.open
            reasons.append(span.reason)
    if open_ is None:
        open_ = bool(members) and group.hours is None
    if not reasons:
        reasons.append(explain.nothing_planned(group))
    return Standing(group.name, members, open_, tuple(reasons))


def _applied(members: tuple[Person, ...], span: Span) -> tuple[Person, ...]:
    match span.mode:
        case Mode.REPLACE:
            return tuple(dict.fromkeys(span.who))
        case Mode.ADD:
            return tuple(dict.fromkeys(members + span.who))
        case Mode.REMOVE:
            return tuple(person for person in members if person not in span.who)
        case _:
            return members


def _edges(boards: _Boards, first: datetime, last: datetime) -> list[datetime]:
    """Return the moments after ``first``, up to ``last``, at which a span begins or ends, in order."""
    return sorted(
        {edge for _, spans in boards for span in spans for edge in (span.start, span.end) if first < edge <= last}
    )


def _essence(standings: Sequence[Standing]) -> _Essence:
    """Return what makes two answers differ: who answers, with whom, and whether the group asked for is open."""
    answer = answering(standings)
    return answer.group, answer.members, standings[0].open


def arranged(members: Sequence[Person], order: Order, turn: Turn) -> tuple[Person, ...]:
    """Return members in the order in which they are called now."""
    if order is Order.LISTED or not members:
        return tuple(members)
    if order is Order.ROUND_ROBIN:
        first = turn.calls % len(members)
        return (*members[first:], *members[:first])
    return tuple(sorted(members, key=lambda person: turn.served.get(person.contact_id, float("-inf"))))
