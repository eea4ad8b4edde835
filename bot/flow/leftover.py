"""The flows that an earlier process has left."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Final

from bot.clock import Clock
from bot.journal.flows import FlowJournal, StoredFlow

_PAGE: Final = 500
_AT_ONCE: Final = 20
"""Flows given out in one round of the loop."""


async def left_over(journal: FlowJournal, clock: Clock) -> AsyncIterator[StoredFlow]:
    """Yield all flows that have not ended, a few in each round of the loop.

    Thousands that begin in one round would let all their requests time out before it is over.

    Args:
        journal: read to the end first, before any of the flows keeps the loop busy and the reader waiting.
        clock: lets others run in between.

    Raises:
        JournalUnavailable: they cannot be read.
    """
    found: list[StoredFlow] = []
    while True:
        page = await journal.running_flows(found[-1].start.flow_id if found else None, _PAGE)
        found.extend(page)
        if len(page) < _PAGE:
            break
    for number, stored in enumerate(found, 1):
        yield stored
        if number % _AT_ONCE == 0:
            await clock.sleep(0.0)
