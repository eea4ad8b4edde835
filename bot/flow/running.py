"""One flow at work: from its function to how it ended."""

from __future__ import annotations

import asyncio
import traceback
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from bot.clock import Clock
from bot.errors import CallEnded, FlowDiverged
from bot.events import CallCreated, CallKey
from bot.flow.call import Call, Transfer
from bot.flow.driver import Driver
from bot.flow.given import Given
from bot.flow.mailbox import Mailbox
from bot.flow.parts import CallParts
from bot.flow.presence import Presence, look
from bot.flow.progress import Progress
from bot.flow.route import FlowRoute
from bot.flow.services import Services
from bot.flow.state import CallState
from bot.flow.steps import Steps
from bot.journal.flows import FlowEnd, FlowJournal, FlowStart, FlowState, StepRecord

_REPLAY_WITHIN: Final = 30.0
"""Seconds in which a flow must have come to where it was; one that has not does something else than it did."""


@dataclass(frozen=True, slots=True)
class Result:
    """How a flow ended.

    Attributes:
        end: for the journal.
        error: what it failed of.
        transfer: where it hands the call over.
    """

    end: FlowEnd
    error: BaseException | None = None
    transfer: Transfer | None = None


class RunningFlow:
    """A flow at work.

    Args:
        start: its beginning.
        route: its function.
        mailbox: the call's events.
        recorded: its finished steps of earlier processes.
        key: the call.
        services: what all flows share.
        journal: where steps are recorded.
        resumed: whether it goes on after an earlier process, or may have been begun by one.
        longest: seconds that a flow may last.

    Attributes:
        task: runs the flow; set by whoever starts it, at once.
    """

    task: asyncio.Task[None]

    __slots__ = (
        "_api",
        "_arguments",
        "_call",
        "_clock",
        "_longest",
        "_stopping",
        "_stored_state",
        "checked_at",
        "failures",
        "key",
        "mailbox",
        "route",
        "start",
        "state",
        "steps",
        "task",
    )

    def __init__(
        self,
        start: FlowStart,
        route: FlowRoute,
        *,
        mailbox: Mailbox,
        recorded: Sequence[StepRecord],
        key: CallKey,
        services: Services,
        journal: FlowJournal,
        resumed: bool,
        longest: float,
    ) -> None:
        self.start = start
        self.route = route
        self.mailbox = mailbox
        self.key = key
        self.checked_at = services.clock.now()
        given = Given.of(start.arguments)
        self.state = CallState(given.state)
        self.failures = given.failures
        self._arguments = given.arguments
        self._stored_state = self.state.as_json()
        self._clock: Clock = services.clock
        self._longest = longest
        self._stopping = False
        self.steps = Steps(
            start,
            recorded,
            mailbox=mailbox,
            journal=journal,
            clock=services.clock,
            state=self._changed_state,
            reconcile=self._reconcile if resumed else None,
        )
        progress = given.progress
        self.steps.position = max(self.steps.position, progress.position)
        created = mailbox.find(start.flow_id.call_seq)
        self._api = services.api.team(key.team_id)
        self._call = Call(
            CallParts(
                key=key,
                created=created.event if created and isinstance(created.event, CallCreated) else None,
                steps=self.steps,
                mailbox=mailbox,
                api=self._api,
                services=services,
                state=self.state,
                on_over=self.steps.end,
                progress=progress,
            )
        )

    @property
    def progress(self) -> Progress:
        """How far the flow has come, for the flow that follows it."""
        return self._call.progress

    @property
    def active_at(self) -> float:
        """Unix seconds of the last sign of life: a finished step, an event, or an answer of the platform."""
        return max(self.steps.now, self.checked_at, self.mailbox.last_at)

    def leave(self) -> None:
        """Stop without an end: the next process resumes the flow."""
        self._stopping = True
        self.steps.close()
        self.task.cancel()

    async def run(self) -> Result | None:
        """Run the flow to its end.

        Returns:
            How it ended, or None if it is left to the next process.
        """
        try:
            driver = Driver(self.route.function(self._call, **self._arguments))
        except TypeError as error:
            return self.failed(error)
        self.steps.begin(driver)
        stall = None if self.steps.finished else self._clock.call_later(_REPLAY_WITHIN, self._check_replay)
        try:
            return await self._result(driver)
        finally:
            if stall is not None:
                stall.cancel()
            self.steps.close()
            await self.steps.branches.close()

    async def _result(self, driver: Driver) -> Result | None:  # noqa: PLR0911 - one for each way in which a flow ends
        left = self.start.started_at + self._longest - self._clock.now()
        try:
            async with self._clock.timeout(max(0.1, left)):
                await driver
        except CallEnded:
            return self._ended(FlowState.ENDED)
        except Transfer as transfer:
            return Result(FlowEnd(FlowState.PASSED, self._clock.now()), transfer=transfer)
        except asyncio.CancelledError as error:
            if self._stopping:
                return None
            return self.failed(self.steps.diverged or error)
        except BaseExceptionGroup as group:
            rest = group.split(CallEnded)[1]
            return self._ended(FlowState.ENDED) if rest is None else self.failed(self.steps.diverged or group)
        except TimeoutError as error:
            return self.failed(self.steps.diverged or error)
        except (Exception, SystemExit) as error:  # noqa: BLE001 - whatever a flow raises ends in the fallback
            return self.failed(self.steps.diverged or error)
        if not self.steps.finished:
            return self.failed(FlowDiverged("the flow returned before it came to where it was"))
        return self._ended(FlowState.ENDED) if self.steps.diverged is None else self.failed(self.steps.diverged)

    def _ended(self, state: FlowState) -> Result:
        return Result(FlowEnd(state, self._clock.now()))

    def failed(self, error: BaseException) -> Result:
        """Return how the flow ended, if it failed."""
        line = f"{type(error).__name__}: {error}".rstrip(": ")
        text = "".join(traceback.format_exception(error))
        return Result(FlowEnd(FlowState.FAILED, self._clock.now(), line, text), error=error)

    def _check_replay(self) -> None:
        if self.steps.finished:
            return
        self.steps.diverged = FlowDiverged("the flow did not come to where it was: it waits for something else")
        self.task.cancel()

    async def _reconcile(self) -> None:
        """Learn whether the call ended while no bot was there."""
        if self.mailbox.ended or await self.is_gone():
            self.steps.end()

    async def is_gone(self) -> bool:
        """Ask the platform whether it does not know the call any more."""
        return await self.look() is Presence.GONE

    async def look(self) -> Presence:
        """Ask the platform whether the call is there."""
        found = await look(self._api, self.key)
        self.checked_at = self._clock.now()
        return found

    def _changed_state(self) -> bytes | None:
        state = self.state.as_json()
        if state == self._stored_state:
            return None
        self._stored_state = state
        return state
