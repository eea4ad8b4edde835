"""One call that goes by a script, written in Python; `bot.simulator.scenario` has more."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from bot.simulator.people import Caller, Contact
from bot.simulator.platform import Simulator
from bot.simulator.scenario.judge import Verdict
from bot.simulator.scenario.model import Expectations, ScriptedCall
from bot.simulator.scenario.play import play_call

DEMO_AGENT: Final = "5b72aaab444507001c8be443"
"""Id of the agent in `demo_script`; who runs it puts that contact on duty."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallScript:
    """One call and what is expected of it.

    Attributes:
        caller: who calls and how they behave.
        agents: whom the bot may invite and how they behave.
        hears: names of the sounds that must be played, in this order; others may come between.
        recorded: whether the call must be recorded (or must not); None if it does not matter.
        connected_to: id of the contact who must answer; None if it does not matter.
        ends_within: seconds in which the call must end.
    """

    caller: Caller
    agents: Sequence[Contact] = ()
    hears: Sequence[str] = ()
    recorded: bool | None = None
    connected_to: str | None = None
    ends_within: float = 60.0

    @property
    def expect(self) -> Expectations:
        """What is expected of the call."""
        return Expectations(
            hears=self.hears, recorded=self.recorded, connected_to=self.connected_to, ends_within=self.ends_within
        )


async def run_script(simulator: Simulator, script: CallScript) -> Verdict:
    """Place a scripted call, see it to its end, and judge it; as `bot.simulator.scenario.play_call` does.

    Args:
        simulator: a running simulator, connected to a bot.
        script: the call; its agents are added.
    """
    for agent in script.agents:
        simulator.add_contact(agent)
    return await play_call(simulator, ScriptedCall(caller=script.caller, expect=script.expect))


def demo_script(agent_id: str = DEMO_AGENT) -> CallScript:
    """Return the call of the demonstration: greeted, recorded, a key pressed, connected, talked, over.

    The key comes when a greeting of four seconds is over; the agent lets it ring for a moment.

    Args:
        agent_id: whom the bot will invite.
    """
    return CallScript(
        caller=Caller(phone="+74951234567", presses=[(5.0, "1")], talks_for=1.5),
        agents=[Contact(contact_id=agent_id, name="Anna", phone="89536052307", answers_after=2.0)],
        hears=["welcome", "main-menu", "ringback"],
        recorded=True,
        connected_to=agent_id,
        ends_within=60.0,
    )
