"""Making scenarios smaller."""

from __future__ import annotations

from bot.fuzz.draw import Dials, draw
from bot.fuzz.hints import Hints
from bot.fuzz.minimise import minimised
from bot.simulator import Caller, Chance, Faults, Line, Press, Scenario, ScriptedCall, Wait, dump_scenario

HINTS = Hints(keys=["4711"], destinations=[Line().destination_id, "5b1a6e40c3d2f7001a90c0de"])


async def test_only_what_is_needed_stays() -> None:
    async def shows(scenario: Scenario) -> bool:
        pressed = [step.keys for call in scenario.calls for step in call.caller.steps if isinstance(step, Press)]
        by_one = any(call.caller.phone == "+1" for call in scenario.calls)
        return by_one and any("7" in keys for keys in pressed) and scenario.faults.chance("cut_after").rate > 0

    step = Wait(3.37)
    caller = Caller(phone="+1", steps=[step, Press("471"), step, Press("1")], hangs_up_after=41.23, talks_for=3.0)
    drawn = draw("1", 5, Dials(hints=HINTS))
    calls = [*drawn.calls[:4], ScriptedCall(caller=caller, at=33.3, destination_id=HINTS.destinations[1])]
    faults = Faults(seed=1, cut_after=0.1, slow=0.1)
    scenario = Scenario(calls=calls, agents=drawn.agents, faults=faults, bot_away=[(3.0, 1.0), (40.0, 2.0)])
    smallest = await minimised(scenario, shows, tries=400)
    assert smallest.done
    assert smallest.scenario == Scenario(
        calls=[ScriptedCall(caller=Caller(phone="+1", steps=[Press("7")], hangs_up_after=40.0))],
        on_duty=[],
        faults=Faults(seed=1, cut_after=Chance(1, most=1)),
    )


async def test_what_needs_everything_stays_as_it_is_and_tries_are_counted() -> None:
    tried: list[str] = []
    scenario = draw("2", 6, Dials(hints=HINTS))

    async def shows(candidate: Scenario) -> bool:
        tried.append(dump_scenario(candidate))
        return False

    left = await minimised(scenario, shows, tries=30)
    assert left.scenario == scenario
    assert (left.tries, left.done) == (30, False)
    assert len(set(tried)) == 30, "nothing is played twice"


async def test_what_agents_do_not_need_to_do_goes() -> None:
    scenario = draw("5", 1, Dials(hints=HINTS))

    async def shows(candidate: Scenario) -> bool:
        return len(candidate.agents) == len(scenario.agents)

    smallest = (await minimised(scenario, shows, tries=1_000)).scenario
    assert not any(agent.presses or agent.steps for agent in smallest.agents)
    assert all(agent.online and len(agent.when_rung) == 1 for agent in smallest.agents)
    assert {agent.talks_for for agent in smallest.agents} <= {10.0 * tens for tens in range(1, 7)} | {
        agent.talks_for for agent in scenario.agents
    }
