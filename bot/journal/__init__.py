"""The journal: the durable store of events, of what became of them, of dead letters, and of flows."""

from bot.journal.contract import (
    CallSummary,
    DeadLetter,
    Delivery,
    Failure,
    Journal,
    Outcome,
    StoredEvent,
)
from bot.journal.flows import FlowEnd, FlowId, FlowJournal, FlowStart, FlowState, StepRecord, StoredFlow

__all__ = [
    "CallSummary",
    "DeadLetter",
    "Delivery",
    "Failure",
    "FlowEnd",
    "FlowId",
    "FlowJournal",
    "FlowStart",
    "FlowState",
    "Journal",
    "Outcome",
    "StepRecord",
    "StoredEvent",
    "StoredFlow",
]
