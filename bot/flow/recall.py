"""What the journal tells about whose turn it is: taken up again at a start."""

from __future__ import annotations

from typing import Final

from bot.errors import BotError
from bot.events import JsonValue, MemberInviteEnded
from bot.flow import outcome
from bot.flow.duty import NEXT_IN_TURN, turns_of
from bot.journal import FlowJournal, Journal, StepRecord
from bot.rota import Turns

_CALLS: Final = 200
"""Calls that are looked at; whose last turn is longer ago begins anew."""


async def recall_turns(turns: Turns, journal: Journal, flows: FlowJournal) -> None:
    """Go on with the turns where the process before left off, as far as the latest calls tell.

    Args:
        turns: take in what is found.
        journal: says which calls there were, and who answered.
        flows: have the turns that calls took.

    Raises:
        JournalUnavailable: it cannot be read.
    """
    for call in await journal.calls(_CALLS):
        for flow in await flows.flows_of(call.key):
            for step in flow.steps:
                for group, number in turns_of(_brought(step)).items():
                    turns.taken(group, number)
        for stored in await journal.history(call.key):
            event = stored.event
            # Also who answered and then did not press the key; the journal does not tell them apart.
            if isinstance(event, MemberInviteEnded) and event.answered and event.user_id:
                turns.served(event.user_id, stored.received_at)


def _brought(step: StepRecord) -> JsonValue:
    if step.name != NEXT_IN_TURN:
        return None
    try:
        return outcome.value_of(step.outcome)
    except BotError:
        return None
