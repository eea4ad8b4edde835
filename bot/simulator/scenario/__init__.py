"""Scenarios: calls that go by a script, in files or from Python, and whether they went as expected."""

from bot.simulator.scenario.dump import dump_scenario
from bot.simulator.scenario.judge import Verdict, judge
from bot.simulator.scenario.load import ScenarioError, load_scenario, parse_scenario
from bot.simulator.scenario.model import NOBODY, Expectations, Scenario, ScriptedCall
from bot.simulator.scenario.play import play_call, play_scenario
from bot.simulator.scenario.silence import Silence, silences

__all__ = [
    "NOBODY",
    "Expectations",
    "Scenario",
    "ScenarioError",
    "ScriptedCall",
    "Silence",
    "Verdict",
    "dump_scenario",
    "judge",
    "load_scenario",
    "parse_scenario",
    "play_call",
    "play_scenario",
    "silences",
]
