"""The examples' handlers, and their prompts for handlers of a test."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from bot.dispatch import Handlers, Router, load_handlers

PROMPTS: Final = Path(__file__).parents[2] / "handlers" / "prompts"


def handlers_of(router: Router) -> Handlers:
    """Return handlers with the prompts of the examples."""
    return Handlers(router, [PROMPTS])


def examples() -> Handlers:
    """Return the handlers that the project brings."""
    return load_handlers(["handlers"])
