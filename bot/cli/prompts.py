"""``prompts``: listing prompts, and making their audio from text."""

from __future__ import annotations

import argparse

from bot.cli.common import Subparsers, add_command, complain
from bot.dispatch import load_handlers
from bot.prompts import PromptLibrary
from bot.prompts.commands import SCRIPT_NAME, list_lines, render_folder, report_lines


def add_to(commands: Subparsers) -> None:
    """Add the command and what it can do."""
    parser = add_command(commands, "prompts", "List the prompts, or make their audio from text.", run)
    actions = parser.add_subparsers(metavar="ACTION", required=True)
    add_command(actions, "list", "List the prompts with language, duration and size.", run)
    render = add_command(actions, "render", f"Make the audio that every {SCRIPT_NAME} beside handlers asks for.", make)
    render.add_argument("--prune", action="store_true", help="delete rendered files that no script names any more")
    render.add_argument("--force", action="store_true", help="make every file again, also what has not changed")


async def run(options: argparse.Namespace) -> int:
    """Print the prompts."""
    handlers = load_handlers(options.settings.handlers)
    for line in list_lines(PromptLibrary.load(handlers.prompt_folders)):
        print(line)
    return 0


async def make(options: argparse.Namespace) -> int:
    """Render, and print what was made."""
    folders = load_handlers(options.settings.handlers).prompt_folders
    scripted = [folder for folder in folders if (folder / SCRIPT_NAME).is_file()]
    if not scripted:
        complain(f"there is no {SCRIPT_NAME} in a folder called prompts beside the handlers; see docs/prompts.md")
        return 1
    for folder in scripted:
        for line in report_lines(render_folder(folder, prune=options.prune, force=options.force)):
            print(line)
    return 0
