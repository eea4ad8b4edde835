"""The question of the command line: who is on duty, and why?"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from bot.rota import explain
from bot.rota.feeds import FeedStore
from bot.rota.rota import Rota
from bot.rota.times import instant


def load_with_copies(path: Path, cache: Path, at: datetime) -> Rota:
    """Read a rota file and the copies of its calendars that a running bot has kept; nothing is fetched.

    Args:
        path: the rota file.
        cache: the folder of the copies.
        at: the moment around which calendars are worked out, with a time zone.

    Raises:
        RotaError: the file cannot be read or has mistakes.
    """
    rota = Rota.load(path)
    return rota.with_calendars(FeedStore(cache).load_all(rota.plan), at)


def moment(text: str, zone: ZoneInfo) -> datetime:
    """Return the moment that a text such as ``2026-12-31 23:30`` means.

    Args:
        text: an ISO 8601 date and time; without an offset it is local time of the zone, of a date alone midnight.
        zone: the zone.

    Raises:
        ValueError: it is no date and time.
    """
    try:
        when = datetime.fromisoformat(text.strip())
    except ValueError as error:
        raise ValueError(f"{text!r} is no moment; write one such as '2026-12-31 23:30'") from error
    return instant(when, zone)


def who_lines(rota: Rota, group: str | None = None, at: str | datetime | None = None) -> list[str]:
    """Return who is on duty and why, as lines for the terminal.

    Args:
        rota: the rota.
        group: the group that is asked for; None is every group.
        at: the moment, as text in local time of each group or with a time zone; None is now.

    Raises:
        RotaError: there is no such group.
        ValueError: the text is no moment.
    """
    lines: list[str] = []
    for name in [group] if group is not None else rota.groups:
        zone = rota.zone(name)
        when = moment(at, zone) if isinstance(at, str) else at or datetime.now(UTC)
        lines += [""] if lines else []
        lines += explain.lines(rota.on_duty(name, when), zone)
    return lines
