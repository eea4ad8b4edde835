"""The platform for development and tests: its requests, its events, and people who call, answer, and hang up."""

from bot.simulator.call import SimCall
from bot.simulator.comments import SimComment
from bot.simulator.conference import Leg
from bot.simulator.config import SimulatorConfig
from bot.simulator.delivery import Delivery
from bot.simulator.faults import Chance, Faults
from bot.simulator.line import DEFAULT_TEAM, Line
from bot.simulator.media import Playback
from bot.simulator.moments import Cue
from bot.simulator.people import Caller, Contact, Reaction, Reacts
from bot.simulator.platform import Simulator
from bot.simulator.refusal import Refusal, SimulatorError
from bot.simulator.scenario import (
    NOBODY,
    Expectations,
    Scenario,
    ScenarioError,
    ScriptedCall,
    Silence,
    Verdict,
    dump_scenario,
    judge,
    load_scenario,
    parse_scenario,
    play_call,
    play_scenario,
    silences,
)
from bot.simulator.script import DEMO_AGENT, CallScript, demo_script, run_script
from bot.simulator.steps import HangUp, Press, Step, Talk, Until, Wait, parse_step
from bot.simulator.timeline import Record, Timeline, format_line

__all__ = [
    "DEFAULT_TEAM",
    "DEMO_AGENT",
    "NOBODY",
    "CallScript",
    "Caller",
    "Chance",
    "Contact",
    "Cue",
    "Delivery",
    "Expectations",
    "Faults",
    "HangUp",
    "Leg",
    "Line",
    "Playback",
    "Press",
    "Reaction",
    "Reacts",
    "Record",
    "Refusal",
    "Scenario",
    "ScenarioError",
    "ScriptedCall",
    "Silence",
    "SimCall",
    "SimComment",
    "Simulator",
    "SimulatorConfig",
    "SimulatorError",
    "Step",
    "Talk",
    "Timeline",
    "Until",
    "Verdict",
    "Wait",
    "demo_script",
    "dump_scenario",
    "format_line",
    "judge",
    "load_scenario",
    "parse_scenario",
    "parse_step",
    "play_call",
    "play_scenario",
    "run_script",
    "silences",
]
