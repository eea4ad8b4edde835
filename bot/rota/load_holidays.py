"""Reading the table of public holidays."""

from __future__ import annotations

import re
from datetime import date, datetime

from holidays import HolidayBase

from bot.rota.holidays import HolidayCalendar, public_holidays
from bot.toml import Table

_YEARLY = re.compile(r"(\d{2})-(\d{2})")
_LEAP_YEAR = 2024
_WANTED = 'a date such as 2026-12-24, or "12-24" for every year'


def read_holidays(parent: Table) -> HolidayCalendar:
    """Read ``holidays`` of the file or of a group; without it no day is a holiday."""
    table = parent.table("holidays")
    if table is None:
        return HolidayCalendar()
    own: dict[date, str] = {}
    yearly: dict[tuple[int, int], str] = {}
    for entry in table.tables("also"):
        name = entry.text("name", "what the day is called") or "holiday"
        value = entry.raw("on")
        day = _day(value)
        if isinstance(day, date):
            own[day] = name
        elif day is not None:
            yearly[day] = name
        else:
            entry.wrong("on", f"{value!r} is no day" if "on" in entry else "a day is missing", f"Write on = {_WANTED}.")
        entry.finish()
    calendar = HolidayCalendar(_public(table), own, yearly, _working(table))
    table.finish()
    return calendar


def _day(value: object) -> date | tuple[int, int] | None:
    if isinstance(value, date):
        return None if isinstance(value, datetime) else value
    found = _YEARLY.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        return None
    month, day = int(found[1]), int(found[2])
    try:
        date(_LEAP_YEAR, month, day)
    except ValueError:
        return None
    return month, day


def _public(table: Table) -> HolidayBase | None:
    country = table.text("country", 'a country code such as "DE"')
    subdivision = table.text("subdivision", 'the code of a state or province such as "BY"')
    if country is None:
        if subdivision is not None and "country" not in table:
            table.wrong("subdivision", "a subdivision needs its country", 'Write country = "DE" or the like.')
        return None
    try:
        return public_holidays(country, subdivision)
    except ValueError as error:
        table.wrong("country" if subdivision is None else "subdivision", str(error), "Write the code in capitals.")
        return None


def _working(table: Table) -> frozenset[date]:
    wanted = "a list of dates such as [2026-12-31]"
    values = table.get("except", list, wanted) or []
    days = [value for value in values if isinstance(value, date) and not isinstance(value, datetime)]
    if len(days) < len(values):
        table.wrong("except", "except holds something other than dates", f"Write {wanted}.")
    return frozenset(days)
