"""Working out who is on duty at a moment, from the spans of a group; pure and without a clock."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.rota import explain
from bot.rota.model import Group, Mode, Order, Person, Turn
from bot.rota.readings import Readings
from bot.rota.spans import Span, lay_out

HORIZON = timedelta(days=60)
"""How far ahead the next change is looked for."""
_STRIDE = timedelta(days=8)


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
    """

    start: datetime
    until: datetime
    standings: tuple[Standing, ...]
    next_change: datetime | None


def stretch(chain: Sequence[Group], readings: Readings, at: datetime) -> Stretch:
    """Return how groups stand at a moment.

    Args:
        chain: the group that is asked for, then the ones that answer when nobody is on duty there.
        readings: what the calendars say.
        at: the moment, UTC.
    """
    until: datetime | None = None
    now: tuple[Standing, ...] = ()
    first = at
    while first < at + HORIZON:
        last = first + _STRIDE
        boards = [(group, lay_out(group, readings, first, last)) for group in chain]
        if until is None:
            now = _stand_all(boards, at)
        for edge in _edges((span for _, spans in boards for span in spans), first, last):
            until = until or edge
            if _essence(_stand_all(boards, edge)) != _essence(now):
                return Stretch(at, until, now, edge)
        until = until or last
        first = last
    return Stretch(at, until or at, now, None)


def answering(standings: Sequence[Standing]) -> Standing:
    """Return the first group that has somebody on duty, or the last one that was asked."""
    return next((standing for standing in standings if standing.members), standings[-1])


def _stand_all(boards: Sequence[tuple[Group, Sequence[Span]]], at: datetime) -> tuple[Standing, ...]:
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


def _edges(spans: Iterable[Span], first: datetime, last: datetime) -> list[datetime]:
    """Return the moments after ``first``, up to ``last``, at which a span begins or ends, in order."""
    return sorted({edge for span in spans for edge in (span.start, span.end) if first < edge <= last})


def _essence(standings: Sequence[Standing]) -> tuple[str, tuple[Person, ...], bool]:
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
