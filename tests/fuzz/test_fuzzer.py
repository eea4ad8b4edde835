"""The fuzzer against handlers that are known to be bad, and against good ones."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Sequence
from pathlib import Path

import pytest

from bot import Call, CallCreated, CallEnded, Context, Router
from bot.fuzz import Fuzzer, Kind, Orders, Playhouse, Results, case_lines, judged, report, scenario_text
from bot.simulator import Scenario, parse_scenario
from bot.testing import settings_for
from tests.support.handlers import examples, handlers_of

Flow = Callable[[Call], Coroutine[object, object, None]]


async def silent(call: Call) -> None:
    await call.play("welcome", barge_in=False)
    await call.sleep(60)
    await call.hang_up()


async def silent_after_two(call: Call) -> None:
    while True:
        if await call.menu("main-menu", {"2": True}, tries=1):
            await call.sleep(60)


async def failing(call: Call) -> None:
    await call.play("welcome")
    raise KeyError("no such thing")


async def stays_behind(call: Call) -> None:
    try:
        while True:
            await call.play("welcome")
    except CallEnded:
        # What nobody may do: the call is over, and the flow goes on for a day.
        await call.recording_link(5_000.0)


async def rings_twice(call: Call) -> None:
    await call.play("hold-music", loop=True)
    for person in await call.rota.members():
        for _ in range(2):

            async def ring(contact_id: str = person.contact_id) -> None:
                await call.api.calls.invite(call.id, contact_id=contact_id)

            await call.step("ring", ring)
    await call.sleep(600)


async def fuzzed(flow: Flow, tmp_path: Path, calls: int, tries: int) -> Results:
    router = Router()
    router.call(incoming=True)(flow)
    lines: list[str] = []
    given = Orders(calls=calls, seed=1, at_once=6, faults=False, tries=tries)
    results = await Fuzzer(handlers_of(router), settings_for(tmp_path), given, lines.append).run()
    assert lines[0].startswith(f"{min(6, calls)} of {calls} calls, ")
    return results


async def shown_by(scenario: Scenario, flow: Flow, tmp_path: Path) -> Sequence[Kind]:
    router = Router()
    router.call(incoming=True)(flow)
    played = await Playhouse(handlers_of(router), settings_for(tmp_path)).play(scenario)
    return [finding.kind for finding in judged(played, 15.0).findings]


@pytest.mark.parametrize(
    ("flow", "kind", "steps"),
    [
        (silent, Kind.SILENCE, 0),
        (silent_after_two, Kind.SILENCE, 2),
        (failing, Kind.FLOW_FAILED, 0),
        (stays_behind, Kind.ENDLESS_FLOW, 0),
        (rings_twice, Kind.RANG_TWICE, 0),
    ],
)
async def test_what_a_bad_flow_does_is_found_and_made_small(tmp_path: Path, flow: Flow, kind: Kind, steps: int) -> None:
    # To find that a flow does not end takes a while.
    long = kind is Kind.ENDLESS_FLOW
    results = await fuzzed(flow, tmp_path, calls=2 if long else 12, tries=4 if long else 60)
    assert not results.ok
    case = next(case for case in results.cases.values() if case.finding.kind is kind)
    assert case.smallest is not None
    assert case.smallest.done or long
    smallest = case.smallest.scenario
    (call,) = smallest.calls
    assert len(call.caller.steps) <= steps
    assert len(smallest.agents) == (kind is Kind.RANG_TWICE)
    assert kind in await shown_by(parse_scenario(scenario_text(case)), flow, tmp_path), "the file shows it, too"


async def test_a_handler_that_fails_for_good_is_found(tmp_path: Path) -> None:
    router = Router()

    @router.on("Call.created", fallback=False)
    async def watch(_event: CallCreated, _ctx: Context) -> None:
        raise LookupError("no such thing")

    @router.call(incoming=True)
    async def good(call: Call) -> None:
        await call.play("welcome")
        await call.hang_up()

    orders = Orders(calls=3, seed=1, faults=False, tries=10)
    results = await Fuzzer(handlers_of(router), settings_for(tmp_path), orders, lambda _: None).run()
    (case,) = results.cases.values()
    assert case.finding.kind is Kind.DEAD_LETTER
    assert case.times == 3
    assert "watch failed for good with Call.created: LookupError: no such thing" in case.finding.text


@pytest.mark.parametrize("path", [None, Path("found.toml")])
async def test_what_does_not_show_again_is_told_all_the_same(tmp_path: Path, path: Path | None) -> None:
    runs: list[str] = []

    async def once(call: Call) -> None:
        runs.append(call.id)
        if len(runs) == 1:
            raise KeyError("only now")
        await call.hang_up()

    router = Router()
    router.call(incoming=True)(once)
    orders = Orders(calls=1, seed=1, faults=False)
    results = await Fuzzer(handlers_of(router), settings_for(tmp_path), orders, lambda _: None).run()
    (case,) = results.cases.values()
    _, again, *where = case_lines(1, case, path)
    assert again == "   it did not show again when its scenario was played once more"
    assert where == ([] if path is None else ["   that scenario: found.toml"])


async def test_of_many_causes_some_are_made_small(tmp_path: Path) -> None:
    router = Router()
    for number in range(7):

        async def watch(_event: CallCreated, _ctx: Context) -> None:
            raise LookupError("no such thing")

        watch.__qualname__ = f"watch_{number}"
        router.on("Call.created", fallback=False)(watch)
    orders = Orders(calls=1, seed=1, faults=False, tries=1)
    results = await Fuzzer(handlers_of(router), settings_for(tmp_path), orders, lambda _: None).run()
    cases = list(results.cases.values())
    assert len(cases) == 7
    assert [case.smallest is None for case in cases] == [False] * 5 + [True] * 2
    assert list(case_lines(7, cases[6], None))[1:] == ["   not made small: there were enough others"]
    shown = "\n".join(case_lines(1, cases[0], None))
    assert "the smallest scenario that shows it has 1 call" in shown
    assert "so far; the tries ran out" in shown
    assert "     # Found by the fuzzer with seed 1/1." in shown
    assert "  found                  7, of 7 causes" in list(report(results))


@pytest.mark.parametrize("faults", [True, False])
async def test_nothing_is_found_in_good_handlers_and_the_same_seed_finds_the_same(
    tmp_path: Path, *, faults: bool
) -> None:
    orders = Orders(calls=20, seed=3, faults=faults)
    first, second = [await Fuzzer(examples(), settings_for(tmp_path), orders, lambda _: None).run() for _ in range(2)]
    assert first.ok, first.cases
    assert second.ok
    # What happens at one instant happens in either order; that is all that may differ.
    assert first.events > 100
    assert abs(first.events - second.events) < 5
    assert abs(first.faults - second.faults) < 5
    assert bool(first.faults) is faults
    assert abs(first.virtual - second.virtual) < 1.0
