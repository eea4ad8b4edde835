"""The rota laid out on the line of time: every shift, event, override and hour of business as a span."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from bot.rota import explain
from bot.rota.model import DAY_MINUTES, EVERY_DAY, Group, Mode, OnHolidays, Person, Window
from bot.rota.readings import Readings
from bot.rota.times import instant, on_day

_LONGEST = timedelta(days=3)
"""A window lasts two days at most, a day when the clocks change somewhat longer."""
_EVER = (datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC))


@dataclass(frozen=True, slots=True)
class Span:
    """Something that holds from one moment to another.

    Attributes:
        start: its first moment, UTC.
        end: the first moment after it, UTC.
        reason: a sentence that says what it does.
        mode: what it does to those on duty, or None for nothing.
        who: the people it is about.
        open: business hours meanwhile, or None where it says nothing of them.
    """

    start: datetime
    end: datetime
    reason: str
    mode: Mode | None = None
    who: tuple[Person, ...] = ()
    open: bool | None = None


def lay_out(group: Group, readings: Readings, first: datetime, last: datetime) -> list[Span]:
    """Return the spans of a group that touch a time, in the order in which they take effect.

    That is: business hours, shifts, calendars, overrides, each in the order of the rota file.

    Args:
        group: the group.
        readings: what its calendars say.
        first: the beginning of the time.
        last: the end of it, included.
    """
    found = [*_hours(group, first, last), *_shifts(group, first, last)]
    found += _events(group, readings, first, last)
    found += _overrides(group)
    return [span for span in found if span.start <= last and span.end > first and span.end > span.start]


def _hours(group: Group, first: datetime, last: datetime) -> Iterator[Span]:
    for window in group.hours or ():
        for _, holiday, start, end in _days_of(group, window, first, last):
            if _counts(window, holiday):
                yield Span(start, end, explain.hours(window, holiday), open=True)
            elif holiday is not None:
                yield Span(start, end, explain.hours_skipped(window, holiday))


def _shifts(group: Group, first: datetime, last: datetime) -> Iterator[Span]:
    for shift in group.shifts:
        for day, holiday, start, end in _days_of(group, shift.window, first, last):
            if _counts(shift.window, holiday):
                who = shift.members(day)
                yield Span(start, end, explain.shift(shift, who, holiday), Mode.ADD, who)
            elif holiday is not None:
                yield Span(start, end, explain.shift_skipped(shift, holiday))


def _days_of(
    group: Group, window: Window, first: datetime, last: datetime
) -> Iterator[tuple[date, str | None, datetime, datetime]]:
    """Yield the days on which a window begins, their holiday, and from when to when it lasts."""
    if _always(window):
        yield first.astimezone(group.zone).date(), None, first - _LONGEST, last + _LONGEST
        return
    day = (first - _LONGEST).astimezone(group.zone).date()
    final = last.astimezone(group.zone).date()
    while day <= final:
        if day.weekday() in window.days:
            start, end = on_day(day, window.start, group.zone), on_day(day, window.end, group.zone)
            yield day, group.holidays.name_on(day), start, end
        day += timedelta(days=1)


def _always(window: Window) -> bool:
    whole = window.start == 0 and window.end == DAY_MINUTES
    return whole and window.days == EVERY_DAY and window.on_holidays is OnHolidays.ALSO


def _counts(window: Window, holiday: str | None) -> bool:
    if holiday is None:
        return window.on_holidays is not OnHolidays.ONLY
    return window.on_holidays is not OnHolidays.SKIP


def _events(group: Group, readings: Readings, first: datetime, last: datetime) -> Iterator[Span]:
    for calendar in group.calendars:
        reading = readings.get((calendar.url, group.zone.key))
        if reading is None:
            yield Span(_EVER[0], _EVER[1], explain.calendar_missing(calendar))
            continue
        for edge in ((_EVER[0], reading.first), (reading.last, _EVER[1])):
            yield Span(*edge, explain.calendar_unknown(calendar))
        for entry in reading.entries:
            if entry.start <= last and entry.end > first:
                reason = explain.event(calendar, entry, reading.read_at, group.zone)
                yield Span(entry.start, entry.end, reason, calendar.mode if entry.who else None, entry.who)


def _overrides(group: Group) -> Iterator[Span]:
    for override in group.overrides:
        start, end = instant(override.start, group.zone), instant(override.end, group.zone)
        yield Span(start, end, explain.override(override), override.mode, override.who, override.open)
