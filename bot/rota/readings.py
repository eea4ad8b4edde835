"""What the calendars of a rota say: events matched with the people whom they name."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.errors import FeedError
from bot.rota.model import Person, Plan
from bot.rota.occurrence import Occurrence, covered, occurrences_in


@dataclass(frozen=True, slots=True)
class FeedCopy:
    """A copy of a feed.

    Attributes:
        body: the feed as it was sent.
        read_at: when it was fetched, unix seconds.
    """

    body: bytes
    read_at: float


@dataclass(frozen=True, slots=True)
class Entry:
    """An event of a calendar and the people it names."""

    start: datetime
    end: datetime
    title: str
    who: tuple[Person, ...]


@dataclass(frozen=True, slots=True)
class Reading:
    """What a calendar says.

    Attributes:
        entries: its events in order of time.
        first: from when on it is known, UTC.
        last: until when it is known, UTC.
        read_at: when it was fetched, unix seconds.
    """

    entries: tuple[Entry, ...]
    first: datetime
    last: datetime
    read_at: float


Readings = Mapping[tuple[str, str], Reading]
"""By the calendar's address and the name of the zone in which it is read."""


def read_all(plan: Plan, copies: Mapping[str, FeedCopy], now: datetime) -> dict[tuple[str, str], Reading]:
    """Read the calendars of a rota. It takes long for large ones: not for the event loop.

    Args:
        plan: the rota.
        copies: the feeds that are there, by address. One that cannot be read is left out, like a missing one.
        now: the moment around which events are worked out.
    """
    people = Names(plan.people)
    readings: dict[tuple[str, str], Reading] = {}
    for group in plan.groups.values():
        for calendar in group.calendars:
            key = (calendar.url, group.zone.key)
            copy = copies.get(calendar.url)
            if copy is None or key in readings:
                continue
            try:
                readings[key] = _read(copy, group.zone, people, now)
            except FeedError:
                continue  # whoever made the copy checked and reported it; an old one on disk may be of another version
    return readings


def _read(copy: FeedCopy, zone: ZoneInfo, people: Names, now: datetime) -> Reading:
    first, last = covered(now)
    events = occurrences_in(copy.body, zone, first, last)
    entries = tuple(Entry(event.start, event.end, event.summary, people.named_in(event)) for event in events)
    return Reading(entries, first, last, copy.read_at)


class Names:
    """Finds people by what calendars call them: address, name, alias, contact id or key of the rota file.

    Args:
        people: everybody, by key.
    """

    def __init__(self, people: Mapping[str, Person]) -> None:
        self._people: dict[str, Person] = {}
        for person in people.values():
            for name in (person.key, person.contact_id, person.name, person.email, *person.aliases):
                if name:
                    self._people.setdefault(_folded(name), person)
        longest_first = sorted(self._people, key=len, reverse=True)
        words = "|".join(re.escape(name) for name in longest_first)
        self._pattern = re.compile(rf"(?<![\w@.]){'(?:' + words + ')' if words else '(?!)'}(?![\w@])")

    def named_in(self, event: Occurrence) -> tuple[Person, ...]:
        """Return whom an event names: its attendees where any of them is known, else the names in its title."""
        invited = [self._people[name] for name in map(_folded, event.attendees) if name in self._people]
        titled = [self._people[match[0]] for match in self._pattern.finditer(_folded(event.summary))]
        return tuple(dict.fromkeys(invited or titled))


def _folded(text: str) -> str:
    return " ".join(text.casefold().split())
