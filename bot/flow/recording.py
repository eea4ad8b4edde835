"""Writing finished steps down, however the journal fares."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final

import structlog

from bot.clock import Clock
from bot.errors import JournalError, JournalUnavailable
from bot.journal.flows import FlowId, FlowJournal, StepRecord

log = structlog.get_logger("bot.flow")

_GIVE_UP: Final = 5.0
"""Seconds for which a step waits for a journal that cannot store, before the caller matters more than the record."""
_PAUSE: Final = 0.5


class StepRecorder:
    """Records the steps of one flow; once one could not be recorded, no later one is.

    A flow that is resumed without its last steps does them again, or diverges and ends in the fallback. Both
    are better than a caller who waits for a disk.

    Args:
        flow_id: the flow.
        journal: where to.
        clock: time.
        state: gives the call's own store where it changed.
    """

    __slots__ = ("_clock", "_durable", "_flow_id", "_journal", "_state")

    def __init__(self, flow_id: FlowId, journal: FlowJournal, clock: Clock, state: Callable[[], bytes | None]) -> None:
        self._flow_id = flow_id
        self._journal = journal
        self._clock = clock
        self._state = state
        self._durable = True

    def note(self, record: StepRecord) -> None:
        """Record without waiting."""
        if self._durable:
            self._journal.note_step(self._flow_id, record)

    async def store(self, record: StepRecord) -> None:
        """Record, and wait until it is durable or given up."""
        if not self._durable:
            return
        state = self._state()
        give_up = self._clock.monotonic() + _GIVE_UP
        while True:
            try:
                await self._journal.record_step(self._flow_id, record, state)
            except JournalUnavailable as error:
                if self._clock.monotonic() > give_up:
                    self._stop(record, error)
                    return
                await self._pause()
            except JournalError as error:
                self._stop(record, error)
                return
            else:
                return

    async def _pause(self) -> None:
        try:
            await self._clock.sleep(_PAUSE)
        except asyncio.CancelledError:
            # A gap in the record would look like another flow.
            self._durable = False
            raise

    def _stop(self, record: StepRecord, error: JournalError) -> None:
        log.error("a step could not be recorded, nor will the rest of its flow", step=record.name, error=str(error))
        self._durable = False
