"""The part of the journal's contract that flows need: their recorded steps.

A flow is resumed by running its function again from the top; what a step
brought the first time is read from here instead of being done again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple, Protocol

from bot.journal.contract import StoredEvent


class FlowId(NamedTuple):
    """A flow that ran for a call.

    Attributes:
        call_seq: number of the event that began the call; a thread may hold several calls, one after another.
        generation: 0 for the flow that began with the call, then one more for each that took the call over
            (by a transfer, or as the fallback).
    """

    call_seq: int
    generation: int


class FlowState(StrEnum):
    """Where a flow stands."""

    RUNNING = "running"
    ENDED = "ended"
    """Its function returned, or the call ended."""
    FAILED = "failed"
    """Its function raised, diverged, or took too long; the fallback has the call."""
    PASSED = "passed"
    """Another flow took the call over as this one asked."""


@dataclass(frozen=True, slots=True)
class FlowStart:
    """The beginning of a flow.

    Attributes:
        flow_id: which.
        lane: the lane of its call.
        name: the flow's name, ``module.function``.
        version: the version that its author gave it.
        arguments: JSON that it was given by the flow before it; ``{}`` for the first.
        started_at: unix seconds.
    """

    flow_id: FlowId
    lane: str
    name: str
    version: int
    arguments: bytes
    started_at: float


@dataclass(frozen=True, slots=True)
class StepRecord:
    """One finished step of a flow.

    Attributes:
        number: counts the finished steps of the flow from 0, in the order in which they finished.
        path: where in the flow it stands, such as ``3`` or ``3.1.0`` (a step of a parallel branch).
        name: what it did, such as ``call.audio/play``.
        digest: of its arguments.
        outcome: JSON of what it brought.
        seen: number of the newest event that the flow had seen when it finished.
        began_at: unix seconds.
        at: unix seconds at which it finished.
    """

    number: int
    path: str
    name: str
    digest: str
    outcome: bytes
    seen: int
    began_at: float
    at: float


@dataclass(frozen=True, slots=True)
class FlowEnd:
    """The end of a flow.

    Attributes:
        state: any but `FlowState.RUNNING`.
        ended_at: unix seconds.
        error: the exception in one line, if it failed.
        traceback: the whole traceback, if it failed.
    """

    state: FlowState
    ended_at: float
    error: str | None = None
    traceback: str | None = None


@dataclass(frozen=True, slots=True)
class StoredFlow:
    """A flow as the journal has it.

    Attributes:
        start: its beginning.
        steps: its finished steps, in order of `StepRecord.number`.
        events: the events of its lane from the one that began the call on, in order, settled or not.
        data: JSON of the call's own store as of the newest step; ``{}`` if never set.
        end: its end, or None while it runs.
    """

    start: FlowStart
    steps: Sequence[StepRecord]
    events: Sequence[StoredEvent]
    data: bytes
    end: FlowEnd | None


class FlowJournal(Protocol):
    """The durable store of flows.

    What the methods without ``async`` write goes to disk with the next commit, in the order of the calls, before
    anything that is written by later calls, and again after a failure until it is written.

    Raises:
        JournalUnavailable: from any method, when the store is closed; from the asynchronous ones also when it
            cannot be read or written now.
    """

    def begin_flow(self, start: FlowStart) -> None:
        """Note that a flow begins; a second note of the same flow changes nothing.

        The event that began its call is in the journal. A flow that takes a call over is begun before the end of
        the one before it is noted: then the call has a running flow at every moment, wherever the process dies.
        """
        ...

    async def record_step(self, flow_id: FlowId, step: StepRecord, data: bytes | None = None) -> None:
        """Store a finished step, durable when this returns.

        Args:
            flow_id: of a flow that was begun.
            step: the step; its number is one more than that of the step before.
            data: JSON of the call's own store, where it changed since the step before.

        Raises:
            JournalError: the flow was not begun, it has a step of this number, or a value cannot be stored at all.
        """
        ...

    def note_step(self, flow_id: FlowId, step: StepRecord) -> None:
        """Store a finished step without waiting; parameters as for `record_step`."""
        ...

    def end_flow(self, flow_id: FlowId, end: FlowEnd) -> None:
        """Note how a flow ended; the first note counts."""
        ...

    async def running_flows(self, after: FlowId | None, limit: int) -> Sequence[StoredFlow]:
        """Return flows that have not ended, by id.

        Args:
            after: only those with a higher id; None for all.
            limit: how many at most; fewer mean that there are no more.
        """
        ...

    async def flows_of(self, lane: str, limit: int = 20) -> Sequence[StoredFlow]:
        """Return the newest flows of a lane, oldest first, without their events (which `Journal.history` has)."""
        ...
