"""``demo``: one scripted call, from the first ring to the end, on this machine."""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from bot.app import Bot
from bot.cli.common import Subparsers, add_command, complain, set_up_logging
from bot.cli.rehearsal import own_world
from bot.cli.stage import Stage
from bot.dispatch import load_handlers
from bot.masking import Masker
from bot.simulator import demo_script, run_script


def add_to(commands: Subparsers) -> None:
    """Add the command."""
    add_command(commands, "demo", "Start simulator and bot, place one scripted call, and show it as it happens.", run)


async def run(options: argparse.Namespace) -> int:
    """Return 0 if the call went as scripted, else 1."""
    handlers = load_handlers(options.settings.handlers)
    script = demo_script()
    with tempfile.TemporaryDirectory(prefix="workonflow-bot-demo-") as folder:
        settings = own_world(options.settings, Path(folder))
        async with Stage(settings, script.agents) as stage:
            set_up_logging(settings, Masker(stage.config.secrets, personal=settings.log_mask))
            async with Bot(stage.config, handlers) as bot:
                stage.connect(bot)
                stage.show_timeline()
                verdict = await run_script(stage.simulator, script)
    for problem in verdict.problems:
        complain(f"not as scripted: {problem}")
    if verdict.ok:
        print("The call went as scripted.")
    return 0 if verdict.ok else 1
