"""A folder as a user has one, and the commands run in it."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Final

import aiohttp
import msgspec

from bot.events import JsonObject
from tests.support.command import Command, Finished, finished, started

SECRET_KEY: Final = "made-up-key-that-signs"
WEBHOOK_SECRET: Final = "made-up-word-of-the-address"
METRICS_TOKEN: Final = "made-up-token-of-metrics"
SECRETS: Final = (SECRET_KEY, WEBHOOK_SECRET, METRICS_TOKEN)

GOOD: Final = """
import asyncio
import os
from bot import Router

router = Router()


@router.on("Call.created", incoming=True)
async def greet(event, ctx):
    ctx.log.info("greeted", phone=event.originator.phone)


@router.on("Thread.created")
async def fragile(event, ctx):
    if os.path.exists("broken"):
        raise RuntimeError("out of order, key is " + os.environ.get("BOT_SECRET_KEY", ""))
    ctx.log.info("mended")


@router.on("Thread.updated")
async def slow(event, ctx):
    ctx.log.info("slow begins")
    await asyncio.sleep(0.3)
    ctx.log.info("slow ends")
"""


class Bench:
    """A folder with a handlers package of one module, and the environment of the commands run there."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "handlers").mkdir()
        (folder / "handlers" / "__init__.py").write_text("", encoding="utf-8")
        self.environment: dict[str, str] = {
            "BOT_ID": "bot-of-the-tests",
            "BOT_SECRET_KEY": SECRET_KEY,
            "BOT_WEBHOOK_SECRET": WEBHOOK_SECRET,
            "BOT_METRICS_TOKEN": METRICS_TOKEN,
            "BOT_API_URL": "http://127.0.0.1:9",
            "BOT_PORT": "0",
            "BOT_LOG_FORMAT": "json",
        }
        self._runs = 0

    def write(self, name: str, text: str) -> None:
        """Write a handler module."""
        (self.folder / "handlers" / f"{name}.py").write_text(text, encoding="utf-8")

    def without(self, *names: str) -> None:
        """Take variables away."""
        for name in names:
            del self.environment[name]

    async def run(self, *arguments: str, seconds: float = 20.0, **changes: str) -> Finished:
        """Run a command to its end, and hold it to what holds for all: no secret is shown."""
        self._runs += 1
        environment = {**self.environment, **changes}
        result = await finished(self.folder, *arguments, seconds=seconds, name=f"run-{self._runs}", **environment)
        check_secrets(result.text)
        return result

    def start(self, *arguments: str, **changes: str) -> AbstractAsyncContextManager[Command]:
        """Start a command that runs until it is told to stop."""
        self._runs += 1
        return started(self.folder, *arguments, name=f"run-{self._runs}", **{**self.environment, **changes})


def check_secrets(text: str) -> None:
    """Check that no secret is in a text."""
    assert not [secret for secret in SECRETS if secret in text], text


async def post(url: str, *events: JsonObject, secret: str = WEBHOOK_SECRET) -> int:
    """Deliver events to a bot; return the status."""
    async with (
        aiohttp.ClientSession() as session,
        session.post(
            f"{url}/webhook/{secret}",
            data=msgspec.json.encode(list(events)),
            headers={"Content-Type": "application/json"},
        ) as answer,
    ):
        return answer.status


async def get(url: str, token: str = "") -> tuple[int, str]:
    """Ask something by HTTP."""
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    async with aiohttp.ClientSession() as session, session.get(url, headers=headers) as answer:
        return answer.status, await answer.text()
