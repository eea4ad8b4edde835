"""Reading from when to when a dated override holds."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from bot.rota.model import DAY_MINUTES
from bot.rota.reader import read_clock
from bot.toml import Table

_FORMS = "Write on = 2026-12-24, or from and to as dates or as times such as 2026-12-24 18:00:00."


def span_of(fields: Table) -> tuple[datetime, datetime] | None:
    """Return from when to when an override holds, in local time of the group where no zone is written.

    Returns:
        None where it is wrong, which is noted.
    """
    if "on" in fields:
        return _within_a_day(fields)
    return _from_to(fields)


def _within_a_day(fields: Table) -> tuple[datetime, datetime] | None:
    """Read ``on``, with ``from`` and ``to`` as times of that day; a ``to`` that is earlier is of the next day."""
    day = fields.day("on", "a date such as 2026-12-24")
    start, end = read_clock(fields, "from") or 0, read_clock(fields, "to")
    if day is None:
        return None
    if end is None:
        end = DAY_MINUTES
    if end <= start:
        end += DAY_MINUTES
    midnight = datetime.combine(day, time())
    return midnight + timedelta(minutes=start), midnight + timedelta(minutes=end)


def _from_to(fields: Table) -> tuple[datetime, datetime] | None:
    """Read ``from`` and ``to`` as dates, the last one included, or as moments."""
    start, end = _moment(fields, "from", after=timedelta()), _moment(fields, "to", after=timedelta(days=1))
    if start is None or end is None:
        return None
    if (start.tzinfo is None) != (end.tzinfo is None):
        fields.wrong("to", "only one of from and to has a time zone", "Write both with one, or both without.")
        return None
    if end <= start:
        fields.wrong("to", "the override ends before it begins", "Write a later to.")
        return None
    return start, end


def _moment(fields: Table, key: str, *, after: timedelta) -> datetime | None:
    value = fields.raw(key)
    if isinstance(value, datetime):
        return value
    if isinstance(value, date):
        try:
            return datetime.combine(value, time()) + after
        except OverflowError:
            value = None
    if value is None:
        fields.problems.add(fields.path, f"the override has no {key}", _FORMS)
    else:
        fields.wrong(key, f"{key} is {value!r}", _FORMS)
    return None
