"""A call that goes by a script, and whether it went as scripted."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from bot.simulator.call import SimCall
from bot.simulator.people import Caller, Contact
from bot.simulator.platform import Simulator

DEMO_AGENT: Final = "5b72aaab444507001c8be443"
"""Id of the agent in `demo_script`; who runs it puts that contact on duty."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallScript:
    """One call and what is expected of it.

    Attributes:
        caller: who calls and how they behave.
        agents: whom the bot may invite and how they behave.
        hears: parts of the paths of the sounds that must be played, in this order; others may come between.
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """How a scripted call went.

    Attributes:
        problems: what was not as scripted, a sentence each.
        call: the call.
    """

    problems: Sequence[str]
    call: SimCall

    @property
    def ok(self) -> bool:
        """Whether the call went as scripted."""
        return not self.problems


async def run_script(simulator: Simulator, script: CallScript) -> Verdict:
    """Place a scripted call, see it to its end, and judge it.

    A call that does not end in time is ended. The bot has then been told everything
    about it, or the simulator has given up telling.

    Args:
        simulator: a running simulator, connected to a bot.
        script: the call.
    """
    for agent in script.agents:
        simulator.add_contact(agent)
    call = await simulator.place_call(script.caller)
    problems: list[str] = []
    with suppress(TimeoutError):
        async with simulator.clock.timeout(script.ends_within):
            await call.wait_ended()
    if not call.ended:
        problems.append(f"the call did not end within {script.ends_within:g} s")
        call.end()
    await call.wait_settled()
    return Verdict(problems=[*problems, *judge(call, script)], call=call)


def judge(call: SimCall, script: CallScript) -> Sequence[str]:
    """Return what was not as scripted in a call that is over."""
    problems = [*_missing_sounds(call, script.hears)]
    if script.recorded is not None and call.recorded != script.recorded:
        problems.append("the call was recorded" if call.recorded else "the call was not recorded")
    if script.connected_to is not None and script.connected_to not in call.connected:
        answered = ", ".join(call.connected) or "nobody"
        problems.append(f"the caller was not connected to {script.connected_to}; {answered} answered")
    problems.extend(
        f"the bot did not acknowledge {delivery.event_type} ({delivery.problem})"
        for delivery in call.deliveries
        if delivery.acknowledged_at is None
    )
    return problems


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


def _missing_sounds(call: SimCall, hears: Sequence[str]) -> Sequence[str]:
    paths = [playback.path for playback in call.played]
    rest = iter(paths)
    for wanted in hears:
        if not any(wanted in path for path in rest):
            heard = ", ".join(path.rpartition("/")[2] for path in paths) or "nothing"
            return [f"the caller did not hear {wanted} where it should come; heard: {heard}"]
    return []
