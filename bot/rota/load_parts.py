"""Reading the parts of a group: shifts, business hours, calendars, and the dated overrides."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from urllib.parse import urlsplit

from bot.rota.load_override import span_of
from bot.rota.model import (
    DAY_MINUTES,
    EVERY_DAY,
    Calendar,
    Every,
    Mode,
    OnHolidays,
    Override,
    Person,
    Rotation,
    Shift,
    Window,
)
from bot.rota.reader import read_clock
from bot.rota.times import parse_days
from bot.toml import Table, suggestion

_DAYS = 'weekdays such as "mon-fri", "sat,sun" or "daily"'
_WHO = 'a list of people such as ["anna", "boris"]'


class PartReader:
    """Reads what names people.

    Args:
        people: everybody who can be named, by key.
    """

    def __init__(self, people: Mapping[str, Person]) -> None:
        self._people = people

    def shifts(self, group: Table) -> tuple[Shift, ...]:
        """Read the shifts of a group."""
        return tuple(self._shift(fields) for fields in group.tables("shifts"))

    def _shift(self, fields: Table) -> Shift:
        who = self._who(fields)
        if not who and not fields.raw("who"):
            fields.wrong("who", "the shift names nobody", f"Write who = {_WHO}.")
        take = fields.get("take", int, "how many of them are on duty")
        if take is not None and not 1 <= take <= max(1, len(who)):
            fields.wrong("take", f"take is {take}", f"Write a number from 1 to {max(1, len(who))}.")
        name = fields.text("name", "what the shift is called") or ""
        shift = Shift(name, _window(fields), who, _rotation(fields), take)
        fields.finish()
        return shift if who else replace(shift, rotation=None)

    def hours(self, group: Table) -> tuple[Window, ...] | None:
        """Read the business hours of a group, None where it has none of its own."""
        if "hours" not in group:
            return None
        windows: list[Window] = []
        for fields in group.tables("hours"):
            windows.append(_window(fields))
            fields.finish()
        return tuple(windows)

    def calendars(self, group: Table) -> tuple[Calendar, ...]:
        """Read the calendars of a group."""
        found = (_calendar(fields) for fields in group.tables("calendars"))
        return tuple(calendar for calendar in found if calendar is not None)

    def override(self, fields: Table) -> Override | None:
        """Read a dated override; None where it has mistakes. Its ``groups`` are read by the caller."""
        mode = fields.one_of("mode", [*Mode], "what it does to those on duty")
        who = self._who(fields)
        opens = fields.get("open", bool, "true or false")
        name = fields.text("why", "the reason")
        span = span_of(fields)
        if "who" not in fields and opens is None and "open" not in fields:
            fields.problems.add(fields.path, "the override changes nothing", f"Write who = {_WHO} or open = false.")
        if mode is not None and "who" not in fields:
            fields.wrong("mode", "mode needs people", f"Write who = {_WHO}.")
        elif not who and mode in {Mode.ADD, Mode.REMOVE}:
            fields.wrong("who", f"nobody is named to {mode}", f"Write who = {_WHO}.")
        fields.finish()
        if span is None:
            return None
        does = (Mode(mode) if mode else Mode.REPLACE) if "who" in fields else None
        return Override(name or f"of {span[0]:%Y-%m-%d}", span[0], span[1], does, who, opens)

    def _who(self, fields: Table) -> tuple[Person, ...]:
        """Read the people a table names, each once."""
        named: dict[Person, None] = {}
        for index, key in enumerate(fields.get("who", list, _WHO) or []):
            person = self._people.get(key) if isinstance(key, str) else None
            if person is None:
                hint = suggestion(key, self._people) if isinstance(key, str) else ""
                fix = f"{hint}Write a key of [people]: {', '.join(self._people) or 'there is none yet'}."
                fields.problems.add((*fields.path, "who", index), f"there is nobody called {key!r}", fix)
            elif person in named:
                fields.problems.add((*fields.path, "who", index), f"{key!r} is named twice", "Leave one out.")
            else:
                named[person] = None
        return tuple(named)


def _window(fields: Table) -> Window:
    days = EVERY_DAY
    written = fields.text("days", _DAYS)
    if written is not None:
        try:
            days = parse_days(written)
        except ValueError as error:
            fields.wrong("days", f"days: {error}", f"Write {_DAYS}.")
    start, end = read_clock(fields, "from") or 0, read_clock(fields, "to")
    if start == DAY_MINUTES:
        fields.wrong("from", "nothing begins at 24:00", 'Write from = "00:00" and the day after.')
    if end is None:
        end = DAY_MINUTES
    if end <= start:
        end += DAY_MINUTES
    on_holidays = fields.one_of("on_holidays", [*OnHolidays], "what holds on public holidays")
    return Window(days, start, end, OnHolidays(on_holidays) if on_holidays else OnHolidays.SKIP)


def _rotation(fields: Table) -> Rotation | None:
    every = fields.one_of("rotate", [*Every], "how often the next one comes first")
    starting = fields.day("starting", "a date such as 2026-01-05, on which the first one is first")
    if every is not None and starting is None and "starting" not in fields:
        fields.wrong("rotate", "a rotation needs its first day", "Write starting = 2026-01-05 or the like.")
    if starting is not None and "rotate" not in fields:
        fields.wrong("starting", "starting needs a rotation", 'Write rotate = "week" or rotate = "day".')
    return Rotation(Every(every), starting) if every is not None and isinstance(starting, date) else None


def _calendar(fields: Table) -> Calendar | None:
    wanted = "the calendar's address, beginning with https://"
    url = fields.text("url", wanted)
    if "url" not in fields:
        fields.wrong("url", "the calendar has no address", f'Write url = "https://...", {wanted}.')
    mode = fields.one_of("mode", [*Mode], "what its events do to those on duty")
    minutes = fields.get("every_minutes", int, "minutes between two fetches")
    name = fields.text("name", "what the calendar is called")
    if minutes is not None and not 1 <= minutes <= DAY_MINUTES:
        fields.wrong("every_minutes", f"every_minutes is {minutes}", f"Write a number from 1 to {DAY_MINUTES}.")
    fields.finish()
    if url is None:
        return None
    if url.lower().startswith("webcal://"):  # a calendar program's way to write https
        url = f"https://{url[len('webcal://') :]}"
    host = _host(url)
    if host is None:
        fields.wrong("url", "url is no address that can be fetched", f"Write {wanted}.")
        return None
    return Calendar(name or host, url, Mode(mode) if mode else Mode.ADD, 60.0 * (minutes or 15))


def _host(url: str) -> str | None:
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    return parts.hostname if parts.scheme.lower() in {"http", "https"} else None
