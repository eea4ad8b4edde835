"""Scenarios as values: people, calls, what goes wrong, and what is expected."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Final

from bot.simulator.faults import Faults
from bot.simulator.line import DEFAULT_TEAM, Line
from bot.simulator.people import Caller, Contact
from bot.simulator.steps import check_seconds, settle

NOBODY: Final = "nobody"
"""Stands for the contact where nobody must answer."""

ENDS_WITHIN: Final = 300.0
"""Seconds in which a call must end, where a scenario does not say."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Expectations:
    """What must be true of a call that is over. What is None, or empty, does not matter.

    Attributes:
        hears: names of sounds that must be played, in this order; others may come between.
        never_hears: names of sounds that must not be played.
        recorded: whether the call must be recorded, or must not.
        connected_to: contact id of somebody who must answer; `NOBODY` if nobody may.
        message_left: whether the caller must have left a message, or must not: they spoke to nobody while the call
            was recorded, and the bot put the recording's link into a comment.
        ended_by: ``caller``, ``bot``, or the id of the contact whose leaving must end the call.
        ends_within: seconds in which the call must end; one that does not is ended.
        longest_silence: seconds for which the caller may hear nothing.

    Raises:
        ValueError: a time is negative or longer than a day.
    """

    hears: Sequence[str] = ()
    never_hears: Sequence[str] = ()
    recorded: bool | None = None
    connected_to: str | None = None
    message_left: bool | None = None
    ended_by: str | None = None
    ends_within: float = ENDS_WITHIN
    longest_silence: float | None = None

    def __post_init__(self) -> None:
        check_seconds(self.ends_within, self.longest_silence)
        settle(self, "hears", "never_hears")


@dataclass(frozen=True, slots=True, kw_only=True)
class ScriptedCall:
    """One call of a scenario.

    Attributes:
        caller: who calls and how they behave.
        expect: what is expected of the call.
        name: for people; may be empty.
        at: seconds from the beginning of the scenario to the call.
        team_id: the team that is called.
        destination_id: whom or what its telephone line belongs to, as the beginning of the call says.

    Raises:
        ValueError: ``at`` is negative or longer than a day.
    """

    caller: Caller = field(default_factory=Caller)
    expect: Expectations = field(default_factory=Expectations)
    name: str = ""
    at: float = 0.0
    team_id: str = DEFAULT_TEAM
    destination_id: str = Line().destination_id

    def __post_init__(self) -> None:
        check_seconds(self.at)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """Calls, and the world that they happen in.

    Attributes:
        calls: the calls, at least one.
        title: what it shows, for people.
        agents: whom the bot may invite.
        on_duty: ids of the agents on duty, in the order of the rota; None where a rota or nothing says: then all are.
        rota: the file of a rota.
        start: the time at which it begins, with a time zone; None for any.
        seed: of the faults, where they name none; kept when a scenario is written.
        faults: what goes wrong between the platform and the bot.
        bot_away: when the bot is stopped without warning, in seconds from the beginning, and after how many more
            the next one starts on its journal; in order, without overlap.

    Raises:
        ValueError: there is no call, two agents have one id, or the start has no time zone.
    """

    calls: Sequence[ScriptedCall]
    title: str = ""
    agents: Sequence[Contact] = ()
    on_duty: Sequence[str] | None = None
    rota: Path | None = None
    start: datetime | None = None
    seed: int = 0
    faults: Faults = field(default_factory=Faults)
    bot_away: Sequence[tuple[float, float]] = ()

    def __post_init__(self) -> None:
        check_seconds(*(seconds for away in self.bot_away for seconds in away))
        settle(self, "calls", "agents", "bot_away", *(["on_duty"] if self.on_duty is not None else []))
        if not self.calls:
            raise ValueError("a scenario has at least one call")
        if len({agent.contact_id for agent in self.agents}) < len(self.agents):
            raise ValueError("two agents have the same id")
        if self.start is not None and self.start.tzinfo is None:
            raise ValueError("start needs a time zone, such as 2026-11-23T10:00:00+01:00")

    @property
    def duty(self) -> Sequence[str]:
        """Ids of who is on duty where there is no rota."""
        return [agent.contact_id for agent in self.agents] if self.on_duty is None else self.on_duty
