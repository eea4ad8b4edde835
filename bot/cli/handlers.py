"""``handlers``: which flows and handlers are registered."""

from __future__ import annotations

import argparse

from bot.cli.common import Subparsers, add_command
from bot.cli.screen import handler_lines
from bot.dispatch import load_handlers


def add_to(commands: Subparsers) -> None:
    """Add the command."""
    add_command(commands, "handlers", "List flows and handlers: what starts them, from which file and line.", run)


async def run(options: argparse.Namespace) -> int:
    """Print the flows in the order in which they are matched, then the handlers in that in which they run."""
    for line in handler_lines(load_handlers(options.settings.handlers).router):
        print(line.strip())
    return 0
