"""The steps of one flow: from the record while there is one, for real afterwards.

Finished steps are recorded in the order in which they finished, and on resuming
they are given back in that order, whatever branch they belong to. A step without
a record waits until all recorded ones are given back: it may be one that a
faster branch called off. So a resumed flow sees what it saw the first time.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from functools import partial

import structlog

from bot.clock import Clock
from bot.errors import BotError, CallEnded, FlowDiverged
from bot.events import JsonValue
from bot.flow import outcome
from bot.flow.branches import Branches, mark
from bot.flow.driver import Driver
from bot.flow.mailbox import Mailbox
from bot.flow.recording import StepRecorder
from bot.flow.replay import ENDED, HOPS, Replay
from bot.journal.flows import FlowJournal, FlowStart, StepRecord

log = structlog.get_logger("bot.flow")


class Steps:
    """Runs the steps of a flow.

    Args:
        start: the flow.
        recorded: its finished steps of earlier processes, in order.
        mailbox: the events of its call.
        journal: where steps are recorded.
        clock: time.
        reconcile: is awaited once after a replay, before the first step for real.

    Attributes:
        now: unix seconds at which the flow's newest step finished; the same on every run.
        position: number of the newest event that the flow has seen; the same on every run.
        over: whether the call has ended for the flow.
        closed: whether nothing is done any more.
        diverged: why the flow cannot go on, once it did something else than was recorded.
        driver: runs the flow; known from `begin` on.
    """

    driver: Driver

    __slots__ = (
        "_clock",
        "_count",
        "_ending",
        "_flow_id",
        "_going_live",
        "_live",
        "_mailbox",
        "_reconcile",
        "_recorded",
        "_recorder",
        "_replay",
        "_resumed",
        "_unbroken",
        "branches",
        "closed",
        "diverged",
        "driver",
        "now",
        "over",
        "position",
    )

    def __init__(
        self,
        start: FlowStart,
        recorded: Sequence[StepRecord],
        *,
        mailbox: Mailbox,
        journal: FlowJournal,
        clock: Clock,
        state: Callable[[], bytes | None] = lambda: None,
        reconcile: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        self.now = start.started_at
        self.position = start.flow_id.call_seq
        self.over = False
        self.diverged: FlowDiverged | None = None
        self.closed = False
        self.branches = Branches()
        self._flow_id = start.flow_id
        self._replay = Replay(recorded)
        self._count = self._recorded = len(recorded)
        self._resumed = bool(recorded) or reconcile is not None
        self._reconcile = reconcile
        self._live: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._going_live: asyncio.Task[None] | None = None
        self._unbroken = 0
        self._ending = False
        self._mailbox = mailbox
        self._recorder = StepRecorder(start.flow_id, journal, clock, state)
        self._clock = clock
        if not self._replay.complete:
            self.diverged = FlowDiverged("a step of the flow was not recorded")

    @property
    def finished(self) -> bool:
        """Whether everything that was recorded has been given back."""
        return self._replay.finished

    @property
    def only_replayed(self) -> bool:
        """Whether this process has done nothing but give back what an earlier one recorded."""
        return self._resumed and self._count == self._recorded

    def begin(self, driver: Driver) -> None:
        """Make the current task the flow's own; comes before the first step."""
        self.driver = driver
        self.branches.start()
        mark(self.now, self.position)
        self._advance(0)

    async def do(
        self,
        name: str,
        arguments: JsonValue,
        act: Callable[[bool], Awaitable[JsonValue]],
        *,
        after_end: bool = False,
    ) -> JsonValue:
        """Do a step, or return what it brought when it was done.

        Args:
            name: what it does.
            arguments: with what; equal on every run.
            act: does it. It is told whether the step may have been done already by a process that died
                before it could record it.
            after_end: whether it makes sense for a call that has ended; then the end does not break it off
                either, and is raised after it.

        Raises:
            CallEnded: the call is over.
            BotError: what the step raised.
        """
        if self.closed:
            # The next process goes on; what a finally block still wants is its business.
            raise asyncio.CancelledError
        if self.diverged is not None:
            raise self.diverged
        branch = self.branches.here()
        path = branch.next_path()
        print_ = outcome.digest(name, arguments)
        record = self._replay.find(path)
        if record is not None:
            return await self._given_back(record, name, print_)
        self._unbroken += after_end
        try:
            if not self._live.done():
                await asyncio.shield(self._live)
            if self._ending and not self.over and not after_end:
                self._end_here(trunk=not branch.prefix)
            if self.over and not after_end:
                raise CallEnded
            doubt, branch.live = self._resumed and not branch.live, True
            began = self._clock.now()
            try:
                brought = outcome.of_value(await act(doubt))
            except BotError as error:
                await self._record(path, name, print_, outcome.of_error(error), began)
                raise
            await self._record(path, name, print_, brought, began)
            return outcome.value_of(brought)
        finally:
            self._unbroken -= after_end
            self._end_soon()

    def end(self) -> None:
        """Raise `CallEnded` in the flow: now, or when what was recorded before has been given back."""
        if self.over or self._ending:
            return
        self._ending = True
        if self._live.done():
            self._raise_end()

    def close(self) -> None:
        """Do nothing more; the flow is over, or is left to the next process."""
        self.closed = True
        if self._going_live is not None:
            self._going_live.cancel()
        self._replay.close()
        self._live.cancel()

    async def _given_back(self, record: StepRecord, name: str, digest: str) -> JsonValue:
        if record.name != name:
            self._diverge(f"step {record.path} was {record.name} when it was recorded, and is {name} now")
        if record.digest != digest:
            self._diverge(f"step {record.path}, {name}, had other arguments when it was recorded")
        try:
            await self._replay.turn_of(record)
        except asyncio.CancelledError:
            if self._replay.is_next(record):
                self._advance(record.number)
            raise
        self._saw(record)
        self._advance(record.number + 1)
        return outcome.value_of(record.outcome)

    def _advance(self, number: int) -> None:
        if self.closed:
            return
        self._replay.advance(number)
        if not self._replay.finished:
            end = self._replay.end
            if end is not None:
                self._soon(partial(self._end_again, end))
        elif not self._resumed:
            self._live.set_result(None)
        else:
            self._going_live = asyncio.create_task(self._go_live(), name=f"flow-live-{self._flow_id.call_seq}")

    async def _go_live(self) -> None:
        # A branch that was faster must have called the others off before one of those goes on.
        for _ in range(HOPS if self.branches.several else 1):
            await asyncio.sleep(0)
        if self._reconcile is not None:
            try:
                await self._reconcile()
            except Exception:
                # The flow knows the call as the journal does; that is enough to go on.
                log.exception("a resumed call could not be looked up")
        self._live.set_result(None)
        if self._ending and not self.over:
            self._raise_end()

    def _end_again(self, record: StepRecord) -> None:
        if self.closed:
            # The flow did not wait for the end this time; whatever it does now is not for the end to break off.
            return
        self._saw(record)
        self.over = True
        self.driver.interrupt()
        self._soon(partial(self._advance, record.number + 1))

    def _end_soon(self) -> None:
        if self._ending and not self.over:
            self._soon(self._raise_end)

    def _raise_end(self) -> None:
        if self.over or self.closed or self._unbroken:
            # What is being recorded counts as done, and what works after the end is finished; the end comes then.
            return
        self._note_end()
        self.driver.interrupt()

    def _end_here(self, *, trunk: bool) -> None:
        self._note_end()
        if not trunk:
            self.driver.interrupt()
        raise CallEnded

    def _note_end(self) -> None:
        self.over = True
        now = self._clock.now()
        record = StepRecord(self._count, "", ENDED, "", b"{}", self._mailbox.last, now, now)
        self._count += 1
        self._saw(record)
        self._recorder.note(record)

    async def _record(self, path: str, name: str, digest: str, brought: bytes, began: float) -> None:
        at = self._clock.now()
        record = StepRecord(self._count, path, name, digest, brought, self._mailbox.last, began, at)
        self._count += 1
        self._unbroken += 1
        try:
            await self._recorder.store(record)
        finally:
            self._unbroken -= 1
            self._end_soon()
        self._saw(record)

    def _saw(self, record: StepRecord) -> None:
        self.now, self.position = max(self.now, record.at), max(self.position, record.seen)
        mark(record.at, record.seen)

    def _diverge(self, problem: str) -> None:
        self.diverged = FlowDiverged(problem)
        raise self.diverged

    def _soon(self, callback: Callable[[], None], hops: int = HOPS) -> None:
        loop = asyncio.get_running_loop()
        if hops:
            loop.call_soon(self._soon, callback, hops - 1)
        else:
            callback()
