"""Reading the command line, running the command, and turning errors into one clear message."""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
from collections.abc import Callable, Coroutine, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Final, TypeAlias

from bot.cli import calls, check, demo, handlers, prompts, replay, run, simulate, who
from bot.errors import BotError, HandlerError, PromptError, RotaError, SettingsError
from bot.settings import load_settings
from bot.simulator import ScenarioError

Command: TypeAlias = Callable[[argparse.Namespace], Coroutine[None, None, int]]

_MISCONFIGURED: Final = 2
_FAILED: Final = 1


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command.

    Args:
        arguments: of the command line, without the program's name; the process's own by default.

    Returns:
        The exit status: 0 if it went well, 1 if it failed, 2 if the configuration, the rota,
        the prompts, the handlers or a scenario file are wrong.
    """
    # The installed script does not have the current folder on its path, and the handlers are there.
    if str(Path.cwd()) not in sys.path:
        sys.path.insert(0, str(Path.cwd()))
    options = _parser().parse_args(arguments)
    try:
        options.settings = load_settings()
        # A time of its own passes when the loop has nothing left to do, which only asyncio's own loop shows.
        fast = not (options.own_time is not None and options.own_time(options))
        return _in_loop(options.command(options), _loop_factory() if fast else None)
    except (SettingsError, HandlerError, PromptError, RotaError, ScenarioError) as error:
        _say(error)
        return _MISCONFIGURED
    except BotError as error:
        _say(error)
        return _FAILED
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        # Whoever read the output has seen enough; do not fail again when the interpreter flushes.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="workonflow-bot",
        description="The call bot that answers the phone. Settings are environment variables; see .env.example.",
    )
    parser.add_argument("--version", action="version", version=_version())
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    for module in (run, simulate, demo, check, handlers, calls, replay, who, prompts):
        module.add_to(commands)
    return parser


def _version() -> str:
    try:
        return version("workonflow-bot")
    except PackageNotFoundError:
        return "not installed, run from its folder"


def _in_loop(work: Coroutine[None, None, int], factory: Callable[[], asyncio.AbstractEventLoop] | None) -> int:
    with asyncio.Runner(loop_factory=factory) as runner:
        return runner.run(work)


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    """Return uvloop's factory where the extra ``speed`` is installed."""
    try:
        import uvloop  # noqa: PLC0415 - an extra: it may be absent
    except ImportError:
        return None
    return uvloop.new_event_loop


def _say(error: BaseException) -> None:
    print(error, file=sys.stderr)
