"""Playing a scenario on a simulator that a bot is connected to."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress

from bot.simulator.call import SimCall
from bot.simulator.line import Line
from bot.simulator.platform import Simulator
from bot.simulator.scenario.judge import Verdict, judge
from bot.simulator.scenario.model import Scenario, ScriptedCall
from bot.simulator.steps import number


async def play_scenario(simulator: Simulator, scenario: Scenario) -> Sequence[Verdict]:
    """Let people act as a scenario says, see all of its calls to their end, and judge them.

    The simulator's clock, its ids, and who is on duty at the bot are the business of whoever made them.

    Args:
        simulator: a running simulator, connected to a bot.
        scenario: what happens; its agents are added, and its faults take the place of the simulator's.

    Returns:
        A verdict for each call, in the scenario's order.
    """
    for agent in scenario.agents:
        simulator.add_contact(agent)
    simulator.faults = scenario.faults
    async with asyncio.TaskGroup() as group:
        playing = [
            group.create_task(play_call(simulator, call), name=f"scenario call {index}")
            for index, call in enumerate(scenario.calls)
        ]
    return [one.result() for one in playing]


async def play_call(simulator: Simulator, script: ScriptedCall) -> Verdict:
    """Place one call at its time, see it to its end, and judge it.

    A call that does not end in time is ended. The bot has then been told everything
    about it, or the simulator has given up telling.
    """
    if script.at:
        await simulator.clock.sleep(script.at)
    line = Line(destination_id=script.destination_id)
    call = await simulator.place_call(script.caller, team_id=script.team_id, line=line)
    late = await _see_to_its_end(simulator, call, script.expect.ends_within)
    return Verdict(problems=[*late, *judge(call, script.expect)], call=call, name=script.name)


async def _see_to_its_end(simulator: Simulator, call: SimCall, seconds: float) -> Sequence[str]:
    with suppress(TimeoutError):
        async with simulator.clock.timeout(seconds):
            await call.wait_ended()
    late = [] if call.ended else [f"the call did not end within {number(seconds)} s"]
    if late:
        call.end()
    await call.wait_settled()
    return late
