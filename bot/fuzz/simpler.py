"""The scenarios that are a little simpler than a given one."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any, Final, TypeAlias, TypeVar

from bot.simulator import Caller, Chance, Contact, Faults, Line
from bot.simulator.faults import KINDS
from bot.simulator.people import Reaction
from bot.simulator.scenario import Scenario, ScriptedCall
from bot.simulator.steps import Press, Step, Talk, Until, Wait

T = TypeVar("T")
Pass: TypeAlias = Callable[[Scenario], Iterator[Scenario]]

_GRIDS: Final = (10.0, 5.0, 1.0, 0.5, 0.1)
"""To what times are rounded, in seconds, the roughest first."""


def fewer_calls(scenario: Scenario) -> Iterator[Scenario]:
    """Yield it with fewer calls: each alone first, then with parts left out."""
    if len(scenario.calls) > 1:
        yield from (replace(scenario, calls=[call]) for call in scenario.calls)
        yield from (replace(scenario, calls=calls) for calls in _shorter(scenario.calls) if calls)


def fewer_faults(scenario: Scenario) -> Iterator[Scenario]:
    """Yield it with less going wrong between platform and bot, and with a fault that happens once for sure."""
    nothing = Faults(seed=scenario.faults.seed)
    if scenario.bot_away:
        yield replace(scenario, faults=nothing, bot_away=())
        yield from (replace(scenario, bot_away=spans) for spans in _shorter(scenario.bot_away))
    if scenario.faults != nothing:
        yield replace(scenario, faults=nothing)
    on = [kind for kind in KINDS if scenario.faults.chance(kind).rate]
    for kind in on:
        yield replace(scenario, faults=_with(scenario.faults, kind, 0.0))
    for kind in on:
        if scenario.faults.chance(kind).most is None:
            chances = [Chance(1, most) for most in (1, 2, 3)]
            yield from (replace(scenario, faults=_with(scenario.faults, kind, chance)) for chance in chances)


def _with(faults: Faults, kind: str, chance: float | Chance) -> Faults:
    changes: dict[str, Any] = {kind: chance}
    return replace(faults, **changes)


def fewer_agents(scenario: Scenario) -> Iterator[Scenario]:
    """Yield it with fewer people at the office."""
    for agents in _shorter(scenario.agents):
        duty = [one.contact_id for one in agents if one.contact_id in scenario.duty]
        yield replace(scenario, agents=agents, on_duty=duty)


def less_done(scenario: Scenario) -> Iterator[Scenario]:
    """Yield it with people who do less."""
    yield from _with_other_callers(scenario, _calmer_callers)
    yield from _with_other_agents(scenario, _calmer_agents)


def plainer(scenario: Scenario) -> Iterator[Scenario]:
    """Yield it with calls that begin at once, on the usual line, and single keys."""
    first = min(call.at for call in scenario.calls)
    if first:
        # What happens to the bot is as long after the calls as before.
        earlier = [(at - first, lasts) for at, lasts in scenario.bot_away if at >= first]
        calls = [replace(call, at=round(call.at - first, 3)) for call in scenario.calls]
        yield replace(scenario, calls=calls, bot_away=earlier)
    for index, call in enumerate(scenario.calls):
        if call.destination_id != Line().destination_id:
            yield replace(
                scenario, calls=_put(scenario.calls, index, replace(call, destination_id=Line().destination_id))
            )
    yield from _with_other_callers(scenario, lambda caller: _other_steps(caller, _plainer_steps))


def rounder(scenario: Scenario) -> Iterator[Scenario]:
    """Yield it with rounder times, the roundest first: all at once, then person by person."""
    for grid in _GRIDS:
        yield _rounded(scenario, grid)
    for grid in _GRIDS:
        yield from _with_other_callers(scenario, lambda caller: iter([_round_caller(caller, grid)]))  # noqa: B023 - called at once
        yield from _with_other_agents(scenario, lambda agent: iter([_round_agent(agent, grid)]))  # noqa: B023 - likewise


PASSES: Final[Sequence[Pass]] = (fewer_calls, fewer_faults, fewer_agents, less_done, plainer, rounder)
"""Ways to make a scenario simpler, in the order in which they pay."""


def _shorter(values: Sequence[T]) -> Iterator[Sequence[T]]:
    """Yield a sequence with nothing in it, then with halves, quarters and so on left out, to single entries."""
    size = len(values)
    while size:
        for start in range(0, len(values), size):
            yield [*values[:start], *values[start + size :]]
        size //= 2


def _put(values: Sequence[T], index: int, value: T) -> Sequence[T]:
    return [*values[:index], value, *values[index + 1 :]]


def _with_other_callers(scenario: Scenario, others: Callable[[Caller], Iterator[Caller]]) -> Iterator[Scenario]:
    for index, call in enumerate(scenario.calls):
        for caller in others(call.caller):
            yield replace(scenario, calls=_put(scenario.calls, index, replace(call, caller=caller)))


def _with_other_agents(scenario: Scenario, others: Callable[[Contact], Iterator[Contact]]) -> Iterator[Scenario]:
    for index, agent in enumerate(scenario.agents):
        for other in others(agent):
            yield replace(scenario, agents=_put(scenario.agents, index, other))


def _calmer_callers(caller: Caller) -> Iterator[Caller]:
    """Yield a caller who does less, but still hangs up at last: a call that nobody ends is no finding."""
    yield from _other_steps(caller, _shorter)
    if caller.talks_for is not None:
        yield replace(caller, talks_for=None)


def _calmer_agents(agent: Contact) -> Iterator[Contact]:
    if agent.presses or agent.steps:
        yield replace(agent, presses=(), steps=())
    if agent.presses:
        yield replace(agent, presses=())
    if agent.steps:
        yield replace(agent, steps=())
    if not agent.online:
        yield replace(agent, online=True)
    if len(agent.when_rung) > 1:
        yield from (replace(agent, when_rung=[one]) for one in agent.when_rung)


def _other_steps(caller: Caller, others: Callable[[Sequence[Step]], Iterator[Sequence[Step]]]) -> Iterator[Caller]:
    if caller.steps:
        yield from (replace(caller, steps=steps) for steps in others(caller.steps))


def _plainer_steps(steps: Sequence[Step]) -> Iterator[Sequence[Step]]:
    for index, step in enumerate(steps):
        match step:
            case Press(keys) if len(keys) > 1:
                yield from (_put(steps, index, Press(key)) for key in dict.fromkeys(keys))
            case Until(cue, subject, times) if times > 1:
                yield _put(steps, index, Until(cue, subject))
            case _:
                pass


def _rounded(scenario: Scenario, grid: float) -> Scenario:
    return replace(
        scenario,
        calls=[_round_call(call, grid) for call in scenario.calls],
        agents=[_round_agent(agent, grid) for agent in scenario.agents],
        bot_away=[(_near(at, grid), _near(lasts, grid) or lasts) for at, lasts in scenario.bot_away],
    )


def _round_call(call: ScriptedCall, grid: float) -> ScriptedCall:
    return replace(call, at=_near(call.at, grid), caller=_round_caller(call.caller, grid))


def _round_caller(caller: Caller, grid: float) -> Caller:
    return replace(
        caller,
        presses=[(_near(after, grid), key) for after, key in caller.presses],
        hangs_up_after=_near_or_none(caller.hangs_up_after, grid),
        talks_for=_near_or_none(caller.talks_for, grid),
        steps=[_round_step(step, grid) for step in caller.steps],
    )


def _round_agent(agent: Contact, grid: float) -> Contact:
    return replace(
        agent,
        presses=[(_near(after, grid), key) for after, key in agent.presses],
        talks_for=_near_or_none(agent.talks_for, grid),
        when_rung=[_round_reaction(reaction, grid) for reaction in agent.when_rung],
        steps=[_round_step(step, grid) for step in agent.steps],
    )


def _round_reaction(reaction: Reaction, grid: float) -> Reaction:
    return replace(reaction, after=_near(reaction.after, grid), lasts=_near_or_none(reaction.lasts, grid))


def _round_step(step: Step, grid: float) -> Step:
    match step:
        case Wait(seconds):
            return Wait(_near(seconds, grid))
        case Talk(seconds):
            return Talk(_near(seconds, grid) or seconds)
        case _:
            return step


def _near_or_none(seconds: float | None, grid: float) -> float | None:
    return None if seconds is None else _near(seconds, grid) or seconds


def _near(seconds: float, grid: float) -> float:
    return round(round(seconds / grid) * grid, 3)
