"""``run``: the bot, with the real platform or, if asked and nothing is configured, with the simulator."""

from __future__ import annotations

import argparse

from bot.app import Bot
from bot.cli.common import Subparsers, add_command, set_up_logging
from bot.cli.screen import handler_lines
from bot.cli.serve import serve
from bot.cli.stage import Stage
from bot.config import is_unconfigured, resolve
from bot.dispatch import load_handlers
from bot.masking import Masker


def add_to(commands: Subparsers) -> None:
    """Add the command."""
    parser = add_command(commands, "run", "Run the bot.", run)
    parser.add_argument(
        "--or-simulate",
        action="store_true",
        help="if nothing is said about the platform, run the simulator beside the bot",
    )


async def run(options: argparse.Namespace) -> int:
    """Run the bot until it is told to stop."""
    settings = options.settings
    if options.or_simulate and is_unconfigured(settings):
        return await _with_simulator(options)
    config = resolve(settings)
    set_up_logging(settings, Masker(config.secrets, personal=settings.log_mask))
    handlers = load_handlers(settings.handlers)

    def announce(bot: Bot) -> None:
        reached = config.public_url or bot.url
        print(f"workonflow-bot listens on {bot.url}")
        print(f"  webhook for the platform: {reached}/webhook/SECRET, with SECRET from BOT_WEBHOOK_SECRET")
        print(f"  journal: {config.journal_path}")
        for line in handler_lines(handlers.router):
            print(line, flush=True)

    return await serve(config, handlers, announce=announce)


async def _with_simulator(options: argparse.Namespace) -> int:
    settings = options.settings
    handlers = load_handlers(settings.handlers)
    async with Stage(settings) as stage:
        set_up_logging(settings, Masker(stage.config.secrets, personal=settings.log_mask))

        def announce(bot: Bot) -> None:
            stage.connect(bot)
            for line in stage.first_screen(bot, handlers.router):
                print(line, flush=True)
            stage.show_timeline()

        return await serve(stage.config, handlers, announce=announce)
