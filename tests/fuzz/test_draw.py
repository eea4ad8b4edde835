"""Drawing people."""

from __future__ import annotations

import pytest

from bot.fuzz.draw import ENDS_WITHIN, PATIENCE, Dials, draw
from bot.fuzz.hints import hints_of
from bot.simulator import Faults, Line, Press, dump_scenario, parse_scenario
from handlers.conference import LINE, ROOMS
from tests.support.handlers import examples


def test_the_same_seed_draws_the_same() -> None:
    assert draw("7/1", 20, Dials()) == draw("7/1", 20, Dials())
    assert draw("7/1", 20, Dials()) != draw("7/2", 20, Dials())


@pytest.mark.parametrize("seed", range(40))
def test_everybody_hangs_up_at_last_and_it_can_be_written_down(seed: int) -> None:
    scenario = draw(f"{seed}", 10, Dials())
    assert parse_scenario(dump_scenario(scenario)) == scenario
    assert [call.at for call in scenario.calls] == sorted(call.at for call in scenario.calls)
    for call in scenario.calls:
        assert (call.caller.hangs_up_after or 0) <= PATIENCE
        assert call.expect.ends_within == ENDS_WITHIN
    assert all(agent.talks_for is not None for agent in scenario.agents)
    assert len({call.caller.phone for call in scenario.calls}) == 10


def test_without_faults_nothing_goes_wrong_but_people() -> None:
    for seed in range(20):
        scenario = draw(f"{seed}", 2, Dials(faults=False))
        assert scenario.faults == Faults(seed=scenario.seed)
        assert not scenario.bot_away


def test_keys_and_lines_that_handlers_know_are_tried() -> None:
    hints = hints_of(examples())
    assert set(ROOMS) <= set(hints.keys)
    assert list(hints.destinations) == [Line().destination_id, LINE]
    scenario = draw("1", 100, Dials(hints=hints))
    called = {call.destination_id for call in scenario.calls}
    pressed = {step.keys for call in scenario.calls for step in call.caller.steps if isinstance(step, Press)}
    assert called == set(hints.destinations)
    assert {key.rstrip("#") for key in pressed} & set(ROOMS)
