"""An office for the examples: two groups with business hours, and what can be heard and read in a call."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Final

from bot.api import parse_comment
from bot.simulator import Contact, SimCall
from bot.testing.world import World, world
from tests.scenarios.people import ANNA, BORIS

OPEN: Final = "00:00"
"""When the office opens: the clock of the tests begins on a Friday at eight."""

_ROTA: Final = """
fallback = "reception"
people = {{ anna = "agent-anna", boris = "agent-boris" }}

[groups.reception]
hours = [{{ from = "{opens}", to = "23:00" }}]
shifts = [{{ who = ["anna", "boris"] }}]

[groups.sales]
hours = [{{ from = "{opens}", to = "23:00" }}]
shifts = [{{ who = ["anna"] }}]

[groups.support]
hours = [{{ from = "{opens}", to = "23:00" }}]
shifts = [{{ who = ["boris"] }}]
"""


def office(
    folder: Path, people: Sequence[Contact] = (ANNA, BORIS), *, opens: str = OPEN
) -> AbstractAsyncContextManager[World]:
    """Return a world with the examples as handlers: Anna in sales, Boris in support, both in the fallback group."""
    return world(folder, people=people, on_duty=[], rota=hours(folder, opens))


def hours(folder: Path, opens: str = OPEN) -> Path:
    """Write the office's rota, and return its file."""
    rota = folder / "rota.toml"
    rota.write_text(_ROTA.format(opens=opens), encoding="utf-8")
    return rota


def sounds(call: SimCall) -> Sequence[str]:
    """Return what was played, by name, in order."""
    return [playback.name.partition(".")[0] for playback in call.played]


def comments(call: SimCall) -> Sequence[str]:
    """Return the texts in the call's thread, without those of the quality recorder."""
    texts = [parse_comment(comment.as_entry()).text for comment in call.comments]
    return [text for text in texts if text and not text.startswith(("Listen live: ", "Recording: "))]


def invited(there: World, call: SimCall) -> Sequence[str]:
    """Return whom the bot has rung, in order."""
    return [text.split()[1] for text in there.requests(call) if text.startswith("call.user/invite")]


def told(there: World) -> Sequence[str]:
    """Return the comments to single people: to whom, and what."""
    sent = [one.data for one in there.simulator.timeline.since() if one.text.startswith("comment/create")]
    return [f"{body['to']}: {body['text']}" for body in sent if isinstance(body, dict) and body.get("to")]
