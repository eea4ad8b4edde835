"""docs/first-call.md, followed to the letter in a copy of what a user has."""

from __future__ import annotations

import asyncio
import re
import shlex
import shutil
import signal
from collections.abc import Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Final

import aiohttp
import pytest

from tests.docs.listings import Listing, listings
from tests.support.command import ROOT, Command, finished, started

_KEY: Final = re.compile(r"\S+/thread/\S+")
_VARIABLE: Final = re.compile(r"([A-Z_]+)=(\S+)")
_NEEDED: Final = ("handlers", "tests/conftest.py", "tests/__init__.py", "tests/handlers/__init__.py", "pyproject.toml")


class Reader:
    """Somebody who follows the page.

    Args:
        folder: a copy of the project, as far as the page needs it.
        stack: stops what the page starts.
    """

    def __init__(self, folder: Path, stack: AsyncExitStack) -> None:
        self._folder = folder
        self._stack = stack
        self._bot: Command | None = None
        self._call_key = ""
        self._runs = 0

    async def follow(self, listing: Listing) -> None:
        """Write the file of a listing, or run its commands and compare what they say."""
        if listing.path is not None:
            self._write(self._folder / listing.path, listing)
            return
        assert listing.language == "console", f"line {listing.line} is neither a file nor a command"
        for command, said in listing.commands:
            await self._run(command, said)

    async def stop(self) -> None:
        """Press Ctrl-C."""
        assert self._bot is not None
        self._bot.signal(signal.SIGINT)
        assert (await self._bot.wait()).status == 0

    @staticmethod
    def _write(path: Path, listing: Listing) -> None:
        # The texts of the prompts are added to.
        before = path.read_text(encoding="utf-8") + "\n" if listing.language == "toml" else ""
        path.write_text(before + listing.text, encoding="utf-8")

    async def _run(self, command: str, said: Sequence[str]) -> None:
        words = shlex.split(command.replace("KEY", self._call_key))
        environment = {"BOT_PORT": "0", "BOT_SIMULATOR_PORT": "0"}
        while found := _VARIABLE.fullmatch(words[0]):
            environment[found[1]] = found[2]
            del words[0]
        match words:
            case [".", ".venv/bin/activate"]:
                assert "VENV := .venv\n" in (ROOT / "Makefile").read_text(encoding="utf-8")
            case ["curl", "-d", body, "http://127.0.0.1:8090/simulator/calls"]:
                await self._place_call(body)
            case ["python", "-m", "bot", "run", *arguments]:
                running = started(self._folder, "run", *arguments, name="bot", **environment)
                self._bot = await self._stack.enter_async_context(running)
                await self._bot.says(said[0])
            case ["python", "-m", module, *arguments]:
                self._runs += 1
                result = await finished(
                    self._folder, *arguments, seconds=60.0, name=f"run-{self._runs}", module=module, **environment
                )
                assert result.status == 0, result.text
                check_order(said, result.text)
                self._call_key = next(iter(_KEY.findall(result.out)), self._call_key)
            case _:
                raise AssertionError(f"nobody knows how to run {command!r}")

    async def _place_call(self, body: str) -> None:
        assert self._bot is not None
        address = next(line.split()[-1] for line in self._bot.out.splitlines() if "curl -X POST" in line)
        async with aiohttp.ClientSession() as session, asyncio.timeout(20):
            async with session.post(address, data=body) as answer:
                assert answer.status == 201
            ended = False
            while not ended:
                async with session.get(address) as answer:
                    (call,) = (await answer.json())["calls"]
                    ended = call["ended"]


def check_order(said: Sequence[str], text: str) -> None:
    """Check that the lines of a page come in what a command says, in their order; spaces do not matter."""
    rest = iter(text.splitlines())
    for wanted in said:
        words = " ".join(wanted.split())
        assert any(words in " ".join(line.split()) for line in rest), f"{wanted!r} is not said, or not there:\n{text}"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    for name in _NEEDED:
        source, copy = ROOT / name, tmp_path / name
        copy.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, copy, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, copy)
    return tmp_path


async def test_the_page_can_be_followed_to_its_end(project: Path) -> None:
    async with AsyncExitStack() as stack:
        reader = Reader(project, stack)
        followed = listings("first-call.md")
        for listing in followed:
            await reader.follow(listing)
        await reader.stop()
    assert len(followed) > 5


def test_what_is_not_said_is_noticed() -> None:
    check_order(["b  c", "d"], "a\nb c x\nd\n")
    with pytest.raises(AssertionError, match="'d' is not said"):
        check_order(["d", "b"], "a\nb\nc\n")
