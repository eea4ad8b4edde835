"""The rota as values: people, groups, shifts, calendars, dated overrides, and the answer to "who is on duty?"."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from bot.rota.holidays import HolidayCalendar

DAY_MINUTES = 24 * 60
EVERY_DAY = frozenset(range(7))


class Mode(StrEnum):
    """What an override or a calendar does to those who are on duty without it."""

    REPLACE = "replace"
    ADD = "add"
    REMOVE = "remove"


class Order(StrEnum):
    """In which order the members of a group are called."""

    LISTED = "listed"
    """As the rota names them."""
    ROUND_ROBIN = "round-robin"
    """The next one first with every call."""
    LONGEST_IDLE = "longest-idle"
    """Who had no call for the longest time first."""


class OnHolidays(StrEnum):
    """Whether a weekly window that begins on a public holiday counts."""

    SKIP = "skip"
    ALSO = "also"
    ONLY = "only"


class Every(StrEnum):
    """How often a rotation hands over."""

    DAY = "day"
    WEEK = "week"


@dataclass(frozen=True, slots=True)
class Person:
    """Someone who can be on duty.

    Attributes:
        key: the name that the rota file uses.
        contact_id: the platform's contact id.
        name: for people to read.
        phone: the number to ring instead of the contact's own, or None.
        email: as calendars name the person, or None.
        aliases: other names that calendars use.
    """

    key: str
    contact_id: str
    name: str
    phone: str | None = None
    email: str | None = None
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Window:
    """Hours that come back every week.

    Attributes:
        days: the weekdays on which it begins, Monday being 0.
        start: minutes after midnight of the day on which it begins, 0 to 1439.
        end: minutes after the same midnight, more than ``start``; over 1440 it ends on the next day.
        on_holidays: whether it counts when it begins on a public holiday.
    """

    days: frozenset[int] = EVERY_DAY
    start: int = 0
    end: int = DAY_MINUTES
    on_holidays: OnHolidays = OnHolidays.SKIP


@dataclass(frozen=True, slots=True)
class Rotation:
    """Those of a shift take turns: with every day or week the next one comes first.

    Attributes:
        every: when it hands over.
        starting: the day on which the order is as listed.
    """

    every: Every
    starting: date

    def turns(self, day: date) -> int:
        """Return how often it handed over until a day; negative before `starting`."""
        days = (day - self.starting).days
        return days if self.every is Every.DAY else days // 7


@dataclass(frozen=True, slots=True)
class Shift:
    """A weekly window and who is on duty in it.

    Attributes:
        name: for people to read.
        window: when.
        who: the members in order.
        rotation: how the order turns, or None.
        take: only so many of them are on duty, counted from the first; None is all.
    """

    name: str
    window: Window
    who: tuple[Person, ...]
    rotation: Rotation | None = None
    take: int | None = None

    def members(self, day: date) -> tuple[Person, ...]:
        """Return who is on duty when the shift begins on this day."""
        turn = self.rotation.turns(day) % len(self.who) if self.rotation else 0
        return (self.who[turn:] + self.who[:turn])[: self.take]


@dataclass(frozen=True, slots=True)
class Override:
    """An exception for a limited time.

    Attributes:
        name: why, for people to read.
        start: when it begins; without a zone it is local time of the group.
        end: when it is over, likewise.
        mode: what it does to those on duty, or None to leave them.
        who: the people it is about; none with `Mode.REPLACE` means that nobody is on duty.
        open: business hours meanwhile, or None to leave them.
    """

    name: str
    start: datetime
    end: datetime
    mode: Mode | None
    who: tuple[Person, ...] = ()
    open: bool | None = None


@dataclass(frozen=True, slots=True)
class Calendar:
    """An on-call calendar that another tool exports.

    Attributes:
        name: for people to read.
        url: where it is; it often holds a secret, so it is never shown.
        mode: what its events do to those on duty.
        every: seconds between two fetches.
    """

    name: str
    url: str = field(repr=False)
    mode: Mode = Mode.ADD
    every: float = 900.0


@dataclass(frozen=True, slots=True)
class Group:
    """A group that can be asked for, such as sales.

    Attributes:
        name: how handlers ask for it.
        zone: its time zone.
        shifts: the weekly plan.
        hours: business hours, or None: open whenever somebody of the group itself is on duty.
        calendars: on-call calendars, in order.
        overrides: exceptions, in order; the last word is theirs.
        holidays: its public holidays.
        order: in which order members are called.
        otherwise: the group that answers when nobody is on duty here.
    """

    name: str
    zone: ZoneInfo
    shifts: tuple[Shift, ...] = ()
    hours: tuple[Window, ...] | None = None
    calendars: tuple[Calendar, ...] = ()
    overrides: tuple[Override, ...] = ()
    holidays: HolidayCalendar = field(default_factory=HolidayCalendar)
    order: Order = Order.LISTED
    otherwise: str | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """A whole rota file.

    Attributes:
        groups: all groups by name, in the file's order; at least one.
        fallback: the group that is rung when a call's flow cannot go on.
        people: everybody, by key.
    """

    groups: Mapping[str, Group]
    fallback: str
    people: Mapping[str, Person]


@dataclass(frozen=True, slots=True)
class Member:
    """Someone to ring.

    Attributes:
        contact_id: the platform's contact id.
        name: for logs and people.
        phone: the number to ring, or None for the contact's own.
    """

    contact_id: str
    name: str
    phone: str | None = None


@dataclass(frozen=True, slots=True)
class OnDuty:
    """Who is on duty at a moment, and why.

    Attributes:
        group: the group that was asked for.
        answered_by: the group whose members these are; another one when nobody is on duty in ``group``.
        at: the moment.
        members: whom to ring, in this order; may be empty.
        reasons: why, one sentence each.
        open: whether ``group`` has business hours.
        next_change: when members or business hours change next; None if they do not within `HORIZON`.
    """

    group: str
    answered_by: str
    at: datetime
    members: tuple[Member, ...]
    reasons: tuple[str, ...]
    open: bool
    next_change: datetime | None


@dataclass(frozen=True, slots=True)
class Turn:
    """What has been before, for orders that depend on it; the caller of the rota keeps it.

    Attributes:
        calls: how many calls the group has had, for `Order.ROUND_ROBIN`.
        served: contact id to unix seconds of that member's last call, for `Order.LONGEST_IDLE`.
    """

    calls: int = 0
    served: Mapping[str, float] = field(default_factory=dict)
