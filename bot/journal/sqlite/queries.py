"""What is read from the journal; every function runs in the reader's thread."""

from __future__ import annotations

import sqlite3
from collections.abc import Container, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Final

from bot.events import CallKey
from bot.journal.contract import CallSummary, DeadLetter, StoredEvent
from bot.journal.sqlite.rows import EVENT, LETTER, PRUNABLE, letter, parsed, shown

_WALK: Final = 1000
_BEYOND: Final = 1 << 62  # higher than any number of an event

# Names of columns are put together here; every value is a parameter.
_UNSETTLED: Final = f"SELECT {EVENT} FROM inbox WHERE outcome IS NULL AND seq > ? ORDER BY seq LIMIT ?"  # noqa: S608
_PENDING: Final = f"""
SELECT {EVENT} FROM inbox
WHERE lane = (SELECT id FROM lanes WHERE name = ?) AND seq > ? AND outcome IS NULL ORDER BY seq
"""  # noqa: S608
_HISTORY: Final = f"""
SELECT {EVENT} FROM inbox WHERE lane = (SELECT id FROM lanes WHERE name = ?) ORDER BY seq DESC LIMIT ?
"""  # noqa: S608
_DOUBTFUL: Final = """
SELECT body, received_at FROM inbox
WHERE outcome IS NULL AND only_handler IS NULL
AND received_at >= (SELECT received_at FROM inbox ORDER BY seq DESC LIMIT 1) - ? ORDER BY seq DESC LIMIT ?
"""
_LIFECYCLE: Final = f"""
SELECT {EVENT} FROM inbox
WHERE received_at >= ? AND type IN ('Call.created', 'Call.ended') AND outcome IS NOT NULL ORDER BY seq
"""  # noqa: S608
_DEAD_LETTERS: Final = f"""
SELECT {LETTER}, {EVENT} FROM dead_letters JOIN inbox USING (seq)
WHERE dead_letters.replayed_as IS NULL ORDER BY dead_letters.id DESC LIMIT ?
"""  # noqa: S608
_NEWEST_LANES: Final = """
SELECT seq, lane FROM inbox WHERE seq < ? AND only_handler IS NULL ORDER BY seq DESC LIMIT ?
"""
_SUMMARY: Final = """
SELECT
    (SELECT name FROM lanes WHERE id = ?1),
    min(received_at), max(received_at), count(*),
    (SELECT count(*) FROM dead_letters JOIN inbox USING (seq) WHERE lane = ?1 AND replayed_as IS NULL),
    max(type = 'Call.ended'), max(type GLOB 'Call.*')
FROM inbox WHERE lane = ?1 AND only_handler IS NULL
"""
_PRUNABLE: Final = f"SELECT seq FROM inbox WHERE received_at < ? AND {PRUNABLE} ORDER BY received_at LIMIT ?"  # noqa: S608


@dataclass(frozen=True, slots=True)
class Page:
    """Unsettled events, read in the order of their numbers.

    Attributes:
        events: the events.
        unreadable: numbers of those whose body is no event any more.
        last: the highest number of either, or what the page was to follow if there is none.
        full: whether there may be more.
    """

    events: list[StoredEvent]
    unreadable: list[int]
    last: int
    full: bool


def standing(connection: sqlite3.Connection) -> tuple[int, int]:
    """Return the highest number ever given to an event, and how many events are unsettled."""
    (last,) = connection.execute("SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = 'inbox'").fetchone()
    (unsettled,) = connection.execute("SELECT count(*) FROM inbox WHERE outcome IS NULL").fetchone()
    return last, unsettled


def unsettled(connection: sqlite3.Connection, after: int, limit: int) -> Page:
    """Return the first unsettled events of all lanes whose numbers are higher than ``after``."""
    rows = connection.execute(_UNSETTLED, (after, limit)).fetchall()
    page = Page([], [], rows[-1][0] if rows else after, len(rows) == limit)
    for row in rows:
        event = parsed(row)
        if event is None:
            page.unreadable.append(row[0])
        else:
            page.events.append(event)
    return page


def pending(
    connection: sqlite3.Connection, lane: str, after: int, limit: int, without: Container[int]
) -> list[StoredEvent]:
    """Return the first unsettled events of a lane whose numbers are higher than ``after``; unreadable ones left out.

    Args:
        connection: to read from.
        lane: the lane.
        after: the number that they follow.
        limit: how many at most.
        without: numbers of events that are settled although it is not written yet.
    """
    # Rows are read one by one as they are asked for, no more than needed.
    rows = connection.execute(_PENDING, (lane, after))
    events = (event for row in rows if row[0] not in without and (event := parsed(row)) is not None)
    return list(islice(events, limit))


def history(connection: sqlite3.Connection, lane: str, limit: int) -> list[StoredEvent]:
    """Return the newest events of a lane, oldest first."""
    rows = connection.execute(_HISTORY, (lane, limit)).fetchall()
    return [shown(row) for row in reversed(rows)]


def doubtful(connection: sqlite3.Connection, within: float, limit: int) -> list[tuple[bytes, float]]:
    """Return the newest unsettled events, from so many seconds before the newest of all: body and time."""
    return connection.execute(_DOUBTFUL, (within, limit)).fetchall()


def lifecycle(connection: sqlite3.Connection, since: float) -> list[StoredEvent]:
    """Return settled events of calls' beginnings and ends; unreadable ones left out."""
    rows = connection.execute(_LIFECYCLE, (since,))
    return [event for event in map(parsed, rows) if event is not None]


def dead_letters(connection: sqlite3.Connection, limit: int) -> list[DeadLetter]:
    """Return the newest dead letters that were not replayed, newest first."""
    return [letter(row) for row in connection.execute(_DEAD_LETTERS, (limit,))]


def calls(connection: sqlite3.Connection, limit: int) -> list[CallSummary]:
    """Return the calls with the newest events, newest first; replayed events do not count."""
    found: list[CallSummary] = []
    for lane in _newest_lanes(connection):
        if len(found) >= limit:
            break
        summary = _summary(connection, lane)
        if summary is not None:
            found.append(summary)
    return found


def prunable(connection: sqlite3.Connection, before: float, limit: int) -> list[int]:
    """Return the numbers of the first events that may be pruned and were received before a point in time."""
    return [seq for (seq,) in connection.execute(_PRUNABLE, (before, limit))]


def _newest_lanes(connection: sqlite3.Connection) -> Iterator[int]:
    """Walk from the newest event back, a page at a time, and give the number of each lane once."""
    seen: set[int] = set()
    seq = _BEYOND
    while rows := connection.execute(_NEWEST_LANES, (seq, _WALK)).fetchall():
        for seq, lane in rows:  # noqa: B007 - the last number is where the next page begins
            if lane not in seen:
                seen.add(lane)
                yield lane


def _summary(connection: sqlite3.Connection, lane: int) -> CallSummary | None:
    """Return what is known of a lane if it is a call."""
    key, first_at, last_at, events, dead, ended, is_call = connection.execute(_SUMMARY, (lane,)).fetchone()
    try:
        CallKey.parse(key)
    except ValueError:  # events of a team
        return None
    if not is_call:
        return None
    return CallSummary(key=key, first_at=first_at, last_at=last_at, events=events, dead=dead, ended=bool(ended))
