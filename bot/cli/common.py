"""What several commands need."""

from __future__ import annotations

import argparse
import sys
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from typing import TypeAlias

from pydantic import SecretStr

from bot.clock import SystemClock
from bot.config import calendar_folder, journal_path
from bot.errors import JournalUnavailable
from bot.journal.sqlite import SqliteJournal
from bot.log import configure_logging
from bot.masking import Masker
from bot.rota import Rota, load_with_copies
from bot.settings import Settings

Subparsers: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"  # noqa: SLF001 - it has no public name
Run: TypeAlias = Callable[[argparse.Namespace], Coroutine[None, None, int]]


def add_command(
    commands: Subparsers,
    name: str,
    text: str,
    run: Run,
    *,
    own_time: Callable[[argparse.Namespace], bool] | None = None,
) -> argparse.ArgumentParser:
    """Add a command and return its parser.

    Args:
        commands: where to.
        name: the command's name.
        text: what it does, in one sentence.
        run: runs it and returns the exit status.
        own_time: says whether it runs in a time of its own, rather than by the clock on the wall; None: never.
    """
    parser = commands.add_parser(name, help=text, description=text)
    parser.set_defaults(command=run, own_time=own_time)
    return parser


def set_up_logging(settings: Settings, masker: Masker) -> None:
    """Set up logging as configured, on standard error."""
    configure_logging(level=settings.log_level, form=settings.log_format, masker=masker)


def masker_for(settings: Settings) -> Masker:
    """Return what hides secrets and, unless configured otherwise, personal data in what a command prints."""
    values = [value for field in Settings.model_fields for value in _listed(getattr(settings, field))]
    secrets = [value.get_secret_value() for value in values if isinstance(value, SecretStr)]
    return Masker(secrets, personal=settings.log_mask)


def _listed(value: object) -> Sequence[object]:
    return value if isinstance(value, tuple) else (value,)


@asynccontextmanager
async def journal_beside(settings: Settings) -> AsyncIterator[SqliteJournal]:
    """Open the journal to look at it, also while a bot is running with it.

    Raises:
        JournalUnavailable: there is none yet.
    """
    path = journal_path(settings)
    if not path.exists():
        raise JournalUnavailable(f"there is no journal at {path} yet; the bot makes it when it first starts")
    journal = SqliteJournal(path, clock=SystemClock(), serving=False)
    await journal.open()
    try:
        yield journal
    finally:
        await journal.close()


def rota_at(settings: Settings, moment: datetime) -> Rota:
    """Return the rota that a bot with these settings goes by; its calendars are the copies that a bot has kept.

    Args:
        settings: name the rota's file, or who is on duty.
        moment: around which calendars are worked out, with a time zone.

    Raises:
        RotaError: the file cannot be read or has mistakes.
        SettingsError: ``BOT_JOURNAL`` is wrong, beside which the copies are.
    """
    if settings.rota is None:
        return Rota.simple(settings.on_duty)
    return load_with_copies(settings.rota, calendar_folder(journal_path(settings)), moment)


def local_time(moment: float) -> str:
    """Return unix seconds as local date and time, to the millisecond."""
    return datetime.fromtimestamp(moment).astimezone().isoformat(sep=" ", timespec="milliseconds")


def complain(text: str) -> None:
    """Print to standard error."""
    print(text, file=sys.stderr)
