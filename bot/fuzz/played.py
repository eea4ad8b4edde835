"""What is left of a scenario that was played: the platform's books and the bot's journal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.journal import DeadLetter, StoredEvent
from bot.journal.flows import StoredFlow
from bot.simulator import Record, SimCall
from bot.simulator.scenario import Scenario, ScriptedCall


@dataclass(frozen=True, slots=True, kw_only=True)
class PlayedCall:
    """A call that is over.

    Attributes:
        script: what was to happen.
        call: the platform's side.
        endless: whether it had to be ended because it did not end by itself.
        history: its events as the journal has them.
        flows: its flows as the journal has them.
        letters: the dead letters of its events.
        records: what happened in it.
    """

    script: ScriptedCall
    call: SimCall
    endless: bool
    history: Sequence[StoredEvent]
    flows: Sequence[StoredFlow]
    letters: Sequence[DeadLetter]
    records: Sequence[Record]


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    """A scenario that was played to its end.

    Attributes:
        scenario: what was to happen.
        calls: the calls in the scenario's order.
        away: when no bot, or no platform, was there: from and to, unix seconds.
        faults: how often something went wrong between platform and bot.
        kills: how often the bot was killed.
        seconds: how long it took, in the time of its people.
    """

    scenario: Scenario
    calls: Sequence[PlayedCall]
    away: Sequence[tuple[float, float]]
    faults: int
    kills: int
    seconds: float
