"""The journal: the durable store of events, of what became of them, and of dead letters."""

from bot.journal.contract import (
    CallSummary,
    DeadLetter,
    Delivery,
    Failure,
    Journal,
    Outcome,
    StoredEvent,
)

__all__ = ["CallSummary", "DeadLetter", "Delivery", "Failure", "Journal", "Outcome", "StoredEvent"]
