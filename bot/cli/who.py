"""``who``: who is on duty, and why."""

from __future__ import annotations

import argparse
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from bot.cli.common import Subparsers, add_command, complain, rota_at
from bot.rota import moment, who_lines


def add_to(commands: Subparsers) -> None:
    """Add the command."""
    parser = add_command(commands, "who", "Say who is on duty, until when, and why.", run)
    parser.add_argument("--group", help="the group that is asked for; all by default")
    parser.add_argument(
        "--at", metavar="MOMENT", help='when, such as "2026-12-31 23:30" in the group\'s own time; now by default'
    )


async def run(options: argparse.Namespace) -> int:
    """Print the answer; nothing is fetched, and nobody is asked who is on-line."""
    try:
        # Calendars are worked out over many days around a moment, so its zone makes no difference to them.
        around = datetime.now(UTC) if options.at is None else moment(options.at, ZoneInfo("UTC"))
        lines = who_lines(rota_at(options.settings, around), options.group, options.at)
    except ValueError as error:
        complain(str(error))
        return 2
    for line in lines:
        print(line)
    return 0
