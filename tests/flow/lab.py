"""The engine of flows alone: steps, branches and driver over a journal in memory that can be made to fail."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from typing import Any

from bot.errors import CallEnded, JournalError
from bot.events import JsonValue, parse_event
from bot.flow.driver import Driver
from bot.flow.mailbox import Mailbox
from bot.flow.steps import Steps
from bot.journal import FlowEnd, FlowId, FlowStart, StepRecord, StoredEvent, StoredFlow
from bot.testing.clock import ManualClock, settle
from tests.support.events import payload


def stored(seq: int, event_type: str = "Call.created", **fields: JsonValue) -> StoredEvent:
    """Return an event of the call, as the journal gives it."""
    return StoredEvent(seq, parse_event(payload(event_type, "1", **fields)), received_at=100.0 + seq)


class Shelf:
    """A `FlowJournal` of one flow.

    Attributes:
        steps: what was recorded.
        started_at: when the flow began, unix seconds.
        error: what recording raises, if anything.
        open: cleared, recording waits.
    """

    def __init__(self) -> None:
        self.steps: list[StepRecord] = []
        self.started_at = ManualClock().now()
        self.error: JournalError | None = None
        self.open = asyncio.Event()
        self.open.set()

    def begin_flow(self, start: FlowStart) -> None:
        raise NotImplementedError

    async def record_step(self, _flow_id: FlowId, /, step: StepRecord, _data: bytes | None = None) -> None:
        await self.open.wait()
        if self.error is not None:
            raise self.error
        self.steps.append(step)
        # It is on its way to the disk, whoever waits for it.
        await asyncio.sleep(0)

    def note_step(self, _flow_id: FlowId, /, step: StepRecord) -> None:
        self.steps.append(step)

    def end_flow(self, flow_id: FlowId, end: FlowEnd) -> None:
        raise NotImplementedError

    async def running_flows(self, after: FlowId | None, limit: int) -> Sequence[StoredFlow]:
        raise NotImplementedError

    async def flows_of(self, lane: str, limit: int = 20) -> Sequence[StoredFlow]:
        raise NotImplementedError

    @property
    def names(self) -> list[str]:
        """The names of the recorded steps."""
        return [step.name for step in self.steps]


class Lab:
    """One life of a flow.

    Args:
        flow: its function.
        shelf: its journal, with what an earlier life has recorded.
        clock: time.
        reconcile: as for `Steps`.
    """

    def __init__(
        self,
        flow: Callable[[Lab], Coroutine[Any, Any, None]],
        shelf: Shelf,
        clock: ManualClock | None = None,
        reconcile: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        self.clock = clock or ManualClock()
        self.shelf = shelf
        self.mailbox = Mailbox([stored(1)])
        self.did: list[str] = []
        start = FlowStart(FlowId(1, 0), "lane", "flow", 1, b"{}", shelf.started_at)
        self.steps = Steps(
            start,
            tuple(shelf.steps),
            mailbox=self.mailbox,
            journal=shelf,
            clock=self.clock,
            reconcile=reconcile,
        )
        self._flow = flow
        self.task = asyncio.create_task(self._run(), name="lab")

    async def _run(self) -> None:
        driver = Driver(self._flow(self))
        self.steps.begin(driver)
        try:
            await driver
        finally:
            self.steps.close()
            await self.steps.branches.close()

    async def do(self, name: str, *, wait: asyncio.Future[None] | None = None, after_end: bool = False) -> JsonValue:
        """Do a step that notes that it was done for real, and returns its name."""

        async def act(_doubt: bool) -> JsonValue:
            if wait is not None:
                await wait
            self.did.append(name)
            return name

        return await self.steps.do(name, None, act, after_end=after_end)

    async def ended(self) -> str:
        """Let the flow come to its end, and return how it ended."""
        await settle(40)
        async with asyncio.timeout(5):
            try:
                await asyncio.shield(self.task)
            except CallEnded:
                return "call ended"
            except asyncio.CancelledError:
                return "cancelled"
            except Exception as error:  # noqa: BLE001 - whatever it is, the test says what it should be
                return type(error).__name__
        return "returned"

    async def kill(self) -> None:
        """End this life without an end of the flow."""
        self.steps.close()
        self.task.cancel()
        await asyncio.gather(self.task, return_exceptions=True)
