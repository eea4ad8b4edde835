"""The platform for development and tests: its requests, its events, and people who call, answer, and hang up."""

from bot.simulator.call import SimCall
from bot.simulator.comments import SimComment
from bot.simulator.conference import Leg
from bot.simulator.config import SimulatorConfig
from bot.simulator.delivery import Delivery
from bot.simulator.faults import Chance, Faults
from bot.simulator.line import DEFAULT_TEAM, Line
from bot.simulator.media import Playback
from bot.simulator.people import Caller, Contact
from bot.simulator.platform import Simulator
from bot.simulator.refusal import Refusal, SimulatorError
from bot.simulator.script import DEMO_AGENT, CallScript, Verdict, demo_script, run_script
from bot.simulator.timeline import Record, Timeline, format_line

__all__ = [
    "DEFAULT_TEAM",
    "DEMO_AGENT",
    "CallScript",
    "Caller",
    "Chance",
    "Contact",
    "Delivery",
    "Faults",
    "Leg",
    "Line",
    "Playback",
    "Record",
    "Refusal",
    "SimCall",
    "SimComment",
    "Simulator",
    "SimulatorConfig",
    "SimulatorError",
    "Timeline",
    "Verdict",
    "demo_script",
    "format_line",
    "run_script",
]
