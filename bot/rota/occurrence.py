"""What a calendar's feed says, and the way to those who can read it.

The libraries that read feeds are the extra ``calendars``: most rotas have no calendars, and one of the libraries is
under the LGPL. So they are imported when a rota with a calendar is there, and not before.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from types import ModuleType
from zoneinfo import ZoneInfo

from bot.errors import RotaError

MISSING = "calendars need packages that are not installed"
"""What is wrong where the extra is missing."""
FIX = "Install them: pip install 'workonflow-bot[calendars]'."
"""What to do about it."""


@dataclass(frozen=True, slots=True, order=True)
class Occurrence:
    """One event of a calendar, or one repetition of it.

    Attributes:
        start: when it begins, UTC.
        end: when it is over, UTC.
        summary: its title.
        attendees: addresses and names of those invited who have not declined.
    """

    start: datetime
    end: datetime
    summary: str
    attendees: tuple[str, ...] = ()


def can_be_read() -> bool:
    """Return whether the extra is installed."""
    try:
        _ical()
    except RotaError:
        return False
    return True


def occurrences_in(body: bytes, zone: ZoneInfo, first: datetime, last: datetime) -> tuple[Occurrence, ...]:
    """Return what happens between two moments according to a feed, in order; see `bot.rota.ical.occurrences`.

    Raises:
        FeedError: it cannot be read, or holds too much.
        RotaError: the extra is not installed.
    """
    ical = _ical()
    found: tuple[Occurrence, ...] = ical.occurrences(ical.parse(body), zone, first, last)
    return found


def check(body: bytes, now: datetime) -> None:
    """Make sure that a feed can be read now; errors as `occurrences_in`."""
    occurrences_in(body, ZoneInfo("UTC"), *covered(now))


def covered(now: datetime) -> tuple[datetime, datetime]:
    """Return from when to when calendars are worked out, seen from a moment: ten days back, 400 days ahead."""
    day = datetime.combine(now.astimezone(UTC).date(), time(), UTC)
    return day - timedelta(days=10), day + timedelta(days=400)


def _ical() -> ModuleType:
    try:
        from bot.rota import ical  # noqa: PLC0415 - its libraries are an extra, which may be absent
    except ImportError as error:
        raise RotaError([f"{MISSING}. {FIX}"]) from error
    return ical
