"""The journal's store of flows in the SQLite file."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from bot.journal.flows import FlowEnd, FlowId, FlowStart, StepRecord, StoredFlow
from bot.journal.sqlite import flow_operations, flow_queries
from bot.journal.sqlite.reader import Reader
from bot.journal.sqlite.transaction import Transaction
from bot.journal.sqlite.writer import Writer


class SqliteFlows:
    """A `FlowJournal` that shares the writer and the reader of its journal.

    Args:
        writer: returns the writer of a journal that serves, or raises `JournalUnavailable`.
        reader: returns the reader, or raises `JournalUnavailable`.
    """

    def __init__(self, writer: Callable[[], Writer], reader: Callable[[], Reader]) -> None:
        self._writer = writer
        self._reader = reader

    def begin_flow(self, start: FlowStart) -> None:
        """See `FlowJournal.begin_flow`."""
        self._note(start.flow_id, "its beginning", partial(flow_operations.begin, start=start))

    async def record_step(self, flow_id: FlowId, step: StepRecord, data: bytes | None = None) -> None:
        """See `FlowJournal.record_step`."""
        await self._writer().run(partial(flow_operations.record, flow_id=flow_id, step=step, data=data))

    def note_step(self, flow_id: FlowId, step: StepRecord) -> None:
        """See `FlowJournal.note_step`."""
        self._note(
            flow_id, f"step {step.number}", partial(flow_operations.record, flow_id=flow_id, step=step, data=None)
        )

    def end_flow(self, flow_id: FlowId, end: FlowEnd) -> None:
        """See `FlowJournal.end_flow`."""
        self._note(flow_id, "its end", partial(flow_operations.end, flow_id=flow_id, ended=end))

    async def running_flows(self, after: FlowId | None, limit: int) -> Sequence[StoredFlow]:
        """See `FlowJournal.running_flows`; an event whose body is unreadable has its type and nothing else."""
        return await self._reader().run(flow_queries.running, after, limit)

    async def flows_of(self, lane: str, limit: int = 20) -> Sequence[StoredFlow]:
        """See `FlowJournal.flows_of`."""
        return await self._reader().run(flow_queries.newest, lane, limit)

    def _note(self, flow_id: FlowId, what: str, write: Callable[[Transaction], None]) -> None:
        self._writer().submit(flow_operations.Note(flow_id, what, write))
