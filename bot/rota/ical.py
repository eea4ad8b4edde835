"""Reading an iCalendar feed: its events, repeated ones too, as spans of time with the names that they carry.

Imports where the extra ``calendars`` is installed; `bot.rota.occurrence` leads here.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import icalendar
import recurring_ical_events  # type: ignore[import-untyped]  # it ships no types

from bot.errors import FeedError
from bot.rota.occurrence import Occurrence
from bot.rota.times import instant

MOST_OCCURRENCES = 20_000
"""A calendar with more than these in the time asked for is refused."""
_STEP = timedelta(days=30)
_TIMES = ("DTSTART", "DTEND", "DURATION", "RRULE", "RDATE", "EXDATE", "RECURRENCE-ID")
_TOO_OFTEN = frozenset({"SECONDLY", "MINUTELY"})


def parse(body: bytes) -> list[icalendar.Calendar]:
    """Return the calendars in a feed, checked to be ones that can be read.

    Raises:
        FeedError: it is no iCalendar, or repeats something every minute or second.
    """
    try:
        calendars = [
            found
            for found in icalendar.Calendar.from_ical(body.decode("utf-8-sig", "replace"), multiple=True)
            if found.name == "VCALENDAR"
        ]
    except Exception as error:  # whatever the library makes of odd input, the feed is at fault
        raise FeedError(f"it is no readable calendar ({type(error).__name__})") from error
    if not calendars:
        raise FeedError("it holds no calendar")
    for found in calendars:
        found.subcomponents = [part for part in found.subcomponents if part.name != "VEVENT" or _is_whole(part)]
        for event in found.walk("VEVENT"):
            _refuse_floods(event)
    return calendars


def _is_whole(event: icalendar.Component) -> bool:
    """Return whether an event begins on a date or at a moment, and the library could read all that says when."""
    values = [event.get(name) for name in _TIMES]
    ones = [one for value in values for one in (value if isinstance(value, list) else [value])]
    if any(isinstance(one, icalendar.vBroken) for one in ones):
        return False
    return isinstance(getattr(event.get("DTSTART"), "dt", None), date)


def occurrences(
    calendars: list[icalendar.Calendar], zone: ZoneInfo, first: datetime, last: datetime, most: int = MOST_OCCURRENCES
) -> tuple[Occurrence, ...]:
    """Return what happens between two moments, in order.

    Args:
        calendars: what `parse` returned.
        zone: the zone of all-day events and of times without one (unless the feed names its own zone).
        first: events that are over by then are left out.
        last: so are events that begin later.
        most: a feed with more events than these is refused.

    Raises:
        FeedError: there are too many, or they cannot be worked out.
    """
    found: set[Occurrence] = set()
    for calendar in calendars:
        start = first - timedelta(days=2)  # all-day events are compared as if they were in UTC
        while start < last + timedelta(days=2):
            end = start + _STEP
            found.update(one for event in _between(calendar, start, end) if (one := _occurrence(event, zone)))
            if len(found) > most:
                raise FeedError(f"it has more than {most} events in the time looked at")
            start = end
    return tuple(sorted(one for one in found if one.end > first and one.start <= last))


def _between(calendar: icalendar.Calendar, start: datetime, end: datetime) -> Iterable[icalendar.Component]:
    try:
        components: list[icalendar.Component] = recurring_ical_events.of(calendar, skip_bad_series=True).between(
            start, end
        )
    except Exception as error:  # whatever the library makes of odd input, the feed is at fault
        raise FeedError(f"its events cannot be worked out ({type(error).__name__})") from error
    return components


def _occurrence(event: icalendar.Component, zone: ZoneInfo) -> Occurrence | None:
    """Return an event as an occurrence, or None for one that is cancelled or takes no time."""
    if str(event.get("STATUS", "")).upper() == "CANCELLED":
        return None
    start, end = _moment(event, "DTSTART", zone), _moment(event, "DTEND", zone)
    if start is None or end is None or end <= start:
        return None
    return Occurrence(start, end, str(event.get("SUMMARY", "")).strip(), _attendees(event))


def _moment(event: icalendar.Component, name: str, zone: ZoneInfo) -> datetime | None:
    value: object = getattr(event.get(name), "dt", None)
    if isinstance(value, datetime):
        return instant(value, zone)
    return instant(datetime.combine(value, time()), zone) if isinstance(value, date) else None


def _attendees(event: icalendar.Component) -> tuple[str, ...]:
    listed = event.get("ATTENDEE", [])
    names: list[str] = []
    for attendee in listed if isinstance(listed, list) else [listed]:
        params = getattr(attendee, "params", {})
        if str(params.get("PARTSTAT", "")).upper() != "DECLINED":
            names.append(str(attendee).lower().removeprefix("mailto:"))
            names.extend([str(params["CN"])] if "CN" in params else [])
    return tuple(names)


def _refuse_floods(event: icalendar.Component) -> None:
    rules = event.get("RRULE", [])
    for rule in rules if isinstance(rules, list) else [rules]:
        often = {str(every).upper() for every in rule.get("FREQ", [])} & _TOO_OFTEN
        if often or "BYMINUTE" in rule or "BYSECOND" in rule:
            raise FeedError("an event of it repeats by the minute or second, which no rota does")
