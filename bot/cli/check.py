"""``check``: whether a bot could start and work with this configuration."""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from pydantic import SecretStr

from bot.api import ApiClient
from bot.assembly import api_config
from bot.cli.common import Subparsers, add_command, rota_at
from bot.clock import SystemClock
from bot.config import Config, resolve
from bot.dispatch import load_handlers
from bot.errors import BotError, JournalUnavailable, Rejected, SettingProblem, SettingsError, Unauthorised
from bot.journal.sqlite import SqliteJournal
from bot.metrics import Metrics
from bot.prompts import PromptLibrary
from bot.settings import Settings, variable

_SHORT_SECRET: Final = 16
_NOBODY: Final = "check"


def add_to(commands: Subparsers) -> None:
    """Add the command."""
    add_command(commands, "check", "Show the configuration, and test that the bot could work with it.", run)


async def run(options: argparse.Namespace) -> int:
    """Return 0 if all is well, 1 if something does not work, 2 if the configuration itself is wrong."""
    settings = options.settings
    for field in Settings.model_fields:
        print(f"{variable(field):<24} {_shown(getattr(settings, field))}")
    print()
    try:
        config = resolve(settings)
    except SettingsError as error:
        for problem in error.problems:
            print(f"WRONG    {problem}")
        return 2
    for warning in _warnings(settings):
        print(f"WARNING  {warning}")
    results = [
        await _tested("handlers and prompts", lambda: _handlers(settings)),
        await _tested("rota", lambda: _rota(settings)),
        await _tested("journal", lambda: _journal(config)),
        await _tested("platform's API", lambda: _api(config)),
    ]
    return 0 if all(results) else 1


def _shown(value: object) -> str:
    if value is None or value == ():
        return "-"
    if isinstance(value, SecretStr):
        return f"*** ({len(value)} characters)"
    if isinstance(value, tuple):
        return ", ".join(map(_shown, value))
    if isinstance(value, dict):
        return ", ".join(f"{name}={new}" for name, new in value.items()) or "-"
    return str(value)


def _warnings(settings: Settings) -> list[str]:
    found = []
    if not settings.on_duty and settings.rota is None:
        found.append("BOT_ON_DUTY: is empty, and BOT_ROTA is not set. Name contact ids, or a rota file")
    if settings.on_duty and settings.rota is not None:
        found.append("BOT_ON_DUTY: has no effect, because BOT_ROTA is set. Remove one of the two")
    if any(len(secret) < _SHORT_SECRET for secret in settings.webhook_secret):
        found.append("BOT_WEBHOOK_SECRET: is short. Make a longer one with: openssl rand -hex 24")
    return found


async def _tested(what: str, test: Callable[[], Awaitable[str]]) -> bool:
    try:
        print(f"OK       {what}: {await test()}")
    except BotError as error:
        print(f"FAILED   {what}: {error}")
        return False
    return True


async def _handlers(settings: Settings) -> str:
    handlers = load_handlers(settings.handlers)
    prompts = PromptLibrary.load(handlers.prompt_folders)
    flows, routes = len(list(handlers.router.flows())), len(list(handlers.router.routes()))
    return f"{flows} flows, {routes} handlers, {len(prompts)} prompts"


async def _rota(settings: Settings) -> str:
    now = datetime.now(UTC)
    rota = rota_at(settings, now)
    duties = {group: rota.on_duty(group, now) for group in rota.groups}
    if not duties[rota.fallback_group].members:
        print(
            f"WARNING  nobody is on duty now in {rota.fallback_group!r}, the group that the fallback rings: "
            "a caller whom no flow attends to could only leave a message"
        )
    who = (f"{group}: {', '.join(one.name for one in duty.members) or 'nobody'}" for group, duty in duties.items())
    return f"on duty now: {'; '.join(who)}"


async def _journal(config: Config) -> str:
    path = config.journal_path
    if not path.exists():
        await _make_journal(path)
        return f"{path} can be made"
    journal = SqliteJournal(path, clock=SystemClock(), serving=False)
    await journal.open()
    try:
        return f"{path} opens; {journal.backlog} events wait"
    finally:
        await journal.close()


async def _make_journal(path: Path) -> None:
    """Make a journal where the real one will be, and remove it."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=path.parent, prefix=".check-") as folder:
            journal = SqliteJournal(Path(folder) / path.name, clock=SystemClock())
            await journal.open()
            await journal.close()
    except OSError as error:
        raise JournalUnavailable(f"{path.parent} cannot be written to: {error.strerror}") from error


async def _api(config: Config) -> str:
    client = ApiClient(api_config(config), clock=SystemClock(), metrics=Metrics())
    async with client:
        try:
            await client.team(_NOBODY).calls.get(_NOBODY)
        except Unauthorised as error:
            problem = SettingProblem(
                "BOT_ID, BOT_SECRET_KEY", "the platform does not accept them", "Copy both anew from the platform"
            )
            raise SettingsError(problem) from error
        except Rejected:
            # It knows no such call, which is what it should say.
            pass
    return f"{config.api_url} answers"
