"""A contender, seen from the benchmark: a process that is started, asked and ended."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Final, Self

from benchmarks.server import Job, Kind, State

_START: Final = 20.0
_DRAIN: Final = 60.0
_END: Final = 30.0


class BenchmarkError(Exception):
    """A measurement is worth nothing; its text says why."""


class Contender:
    """A process that serves a webhook; an async context.

    Args:
        name: for tables.
        kind: which one.
        api_url: where the platform's API is.
        posts: whether each event leads to an API request.
        folder: where its journal lies.
        core: the core that it runs on; None leaves it to the system.

    Attributes:
        webhook: the webhook's address.
    """

    def __init__(self, name: str, kind: Kind, *, api_url: str, posts: bool, folder: Path, core: int | None) -> None:
        self.name = name
        self.webhook = ""
        self._job = Job(kind=kind, core=core, api_url=api_url, posts=posts, journal=str(folder / f"{name}.sqlite3"))
        self._process: asyncio.subprocess.Process | None = None

    async def __aenter__(self) -> Self:
        """Start it.

        Raises:
            BenchmarkError: it does not start.
        """
        environment = {name: value for name, value in os.environ.items() if not name.startswith("BOT_")}
        self._process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "benchmarks.server",
            json.dumps(asdict(self._job)),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            env=environment,
        )
        try:
            self.webhook = json.loads(await self._line(_START))["webhook"]
        except BaseException:
            await self.__aexit__()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        """End it."""
        process, self._process = self._process, None
        if process is None or process.returncode is not None:
            return
        if process.stdin is not None:
            process.stdin.close()
        try:
            async with asyncio.timeout(_END):
                await process.wait()
        except TimeoutError:
            process.kill()
            await process.wait()

    async def settled(self) -> State:
        """Wait until it has handled all that it received, and return how it is then.

        Raises:
            BenchmarkError: it has ended, or takes too long.
        """
        if self._process is None or self._process.stdin is None:
            raise BenchmarkError(f"{self.name} was not started")
        self._process.stdin.write(b"\n")
        return State(**json.loads(await self._line(_DRAIN)))

    async def _line(self, patience: float) -> bytes:
        if self._process is None or self._process.stdout is None:
            raise BenchmarkError(f"{self.name} was not started")
        try:
            async with asyncio.timeout(patience):
                line = await self._process.stdout.readline()
        except TimeoutError:
            raise BenchmarkError(f"{self.name} does not answer within {patience:g} s") from None
        if not line:
            raise BenchmarkError(f"{self.name} has ended")
        return line
