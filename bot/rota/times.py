"""Weekdays, times of day, and what a local time means on the days when the clocks change."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.rota.model import DAY_MINUTES, EVERY_DAY

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_FULL = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_TIME = re.compile(r"(\d{1,2}):([0-5]\d)")


def parse_days(text: str) -> frozenset[int]:
    """Return weekdays, Monday being 0, from text such as ``mon-fri``, ``sat, sun``, ``fri-mon`` or ``daily``.

    Raises:
        ValueError: it is none of these.
    """
    days: set[int] = set()
    for part in text.lower().split(","):
        first, dash, last = (piece.strip() for piece in part.partition("-"))
        if first == "daily" and not dash:
            days |= EVERY_DAY
            continue
        start = _day(first)
        end = _day(last) if dash else start
        days |= {(start + offset) % 7 for offset in range((end - start) % 7 + 1)}
    return frozenset(days)


def _day(text: str) -> int:
    for names in (DAYS, _FULL):
        if text in names:
            return names.index(text)
    raise ValueError(f"{text!r} is no weekday")


def parse_clock(value: str | time) -> int:
    """Return minutes after midnight, 0 to 1440, from ``09:00``, ``24:00`` or a TOML time.

    Raises:
        ValueError: it is no time of day to the minute.
    """
    if isinstance(value, time):
        if value.second or value.microsecond:
            raise ValueError(f"{value} has seconds, which a rota does not know")
        return value.hour * 60 + value.minute
    match = _TIME.fullmatch(value.strip())
    if match is None or (minutes := int(match[1]) * 60 + int(match[2])) > DAY_MINUTES:
        raise ValueError(f"{value!r} is no time of day")
    return minutes


def instant(local: datetime, zone: ZoneInfo) -> datetime:
    """Return the moment, in UTC, at which the clocks of a zone show a time.

    A time that they show twice is the first of the two, as in RFC 5545, 3.3.5; one that they skip is the
    moment of the change, so that a shift's hours are those that the clock on the wall shows.

    Args:
        local: the time shown; one that carries a zone of its own is only converted.
        zone: the zone of the clocks.
    """
    if local.tzinfo is not None:
        return local.astimezone(UTC)
    moment = local.replace(tzinfo=zone, fold=0).astimezone(UTC)
    if moment.astimezone(zone).replace(tzinfo=None, fold=0) == local:
        return moment
    return _change(local.replace(tzinfo=zone, fold=1).astimezone(UTC), moment, zone)


def _change(before: datetime, after: datetime, zone: ZoneInfo) -> datetime:
    """Return the moment between two at which the offset changes, to the second."""
    low, high = int(before.timestamp()), int(after.timestamp())
    old = before.astimezone(zone).utcoffset()
    while high - low > 1:
        middle = (low + high) // 2
        if datetime.fromtimestamp(middle, zone).utcoffset() == old:
            low = middle
        else:
            high = middle
    return datetime.fromtimestamp(high, UTC)


def on_day(day: date, minutes: int, zone: ZoneInfo) -> datetime:
    """Return the moment, in UTC, so many minutes by the clock after midnight of a day; 1440 is the next midnight."""
    return instant(datetime.combine(day, time()) + timedelta(minutes=minutes), zone)


def clock(minutes: int) -> str:
    """Return minutes after midnight as people write them: 09:00, 24:00; over 1440 of the next day."""
    if minutes > DAY_MINUTES:
        minutes -= DAY_MINUTES
    return f"{minutes // 60:02}:{minutes % 60:02}"


def days_text(days: frozenset[int]) -> str:
    """Return weekdays as short as they can be written: ``daily``, ``mon-fri``, ``sat,sun``."""
    if days == EVERY_DAY:
        return "daily"
    runs: list[list[int]] = []
    for day in sorted(days):
        if runs and runs[-1][-1] == day - 1:
            runs[-1].append(day)
        else:
            runs.append([day])
    return ",".join(_run(run) for run in runs)


def _run(run: list[int]) -> str:
    if len(run) > 2:  # noqa: PLR2004 - two days are listed, more are a range
        return f"{DAYS[run[0]]}-{DAYS[run[-1]]}"
    return ",".join(DAYS[day] for day in run)


def shown(moment: datetime, zone: ZoneInfo) -> str:
    """Return a moment as people of a zone read it: ``Thu 31 Dec 2026 23:30 CET``."""
    local = moment.astimezone(zone)
    return f"{DAYS[local.weekday()].title()} {local.day} {local:%b %Y %H:%M %Z}"
