"""The bot's command line as a process of its own, with an environment that the test decides."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bot.testing.clock import until

ROOT: Final = Path(__file__).parents[2]
_INHERITED: Final = ("PATH", "HOME", "LANG", "TZ", "TMPDIR", "COVERAGE_PROCESS_CONFIG", "COVERAGE_PROCESS_START")


@dataclass(frozen=True, slots=True)
class Finished:
    """What a command came to."""

    status: int
    out: str
    err: str

    @property
    def text(self) -> str:
        """All that it said."""
        return self.out + self.err


class Command:
    """A command that runs; its output goes to files, so that it never waits for a reader."""

    def __init__(self, process: asyncio.subprocess.Process, out: Path, err: Path) -> None:
        self._process = process
        self._out = out
        self._err = err

    @property
    def out(self) -> str:
        """Standard output so far."""
        return self._out.read_text(encoding="utf-8")

    @property
    def err(self) -> str:
        """Standard error so far."""
        return self._err.read_text(encoding="utf-8")

    @property
    def pid(self) -> int:
        """Its process."""
        return self._process.pid

    @property
    def ended(self) -> bool:
        return self._process.returncode is not None

    async def says(self, text: str, seconds: float = 20.0) -> str:
        """Wait for a whole line of standard output that contains a text, and return what follows the text.

        Raises:
            AssertionError: the command ended without it.
        """

        def found() -> str | None:
            whole = [line for line in self.out.splitlines(keepends=True) if line.endswith("\n")]
            return next((line.partition(text)[2].rstrip("\n") for line in whole if text in line), None)

        await until(lambda: found() is not None or self.ended, seconds)
        rest = found()
        assert rest is not None, f"it ended without saying {text!r}:\n{self.out}{self.err}"
        return rest

    def signal(self, number: signal.Signals) -> None:
        """Send a signal, unless it ended already."""
        with suppress(ProcessLookupError):
            self._process.send_signal(number)

    async def wait(self, seconds: float = 20.0) -> Finished:
        """Wait for its end."""
        async with asyncio.timeout(seconds):
            status = await self._process.wait()
        return Finished(status, self.out, self.err)


@asynccontextmanager
async def started(
    folder: Path, *arguments: str, name: str = "command", module: str = "bot", **environment: str
) -> AsyncIterator[Command]:
    """Start ``python -m bot`` in a folder; what is left of it at the end of the block is killed.

    Args:
        folder: its current folder, where its output is kept too.
        arguments: of the command line.
        name: begins the names of the files with its output.
        module: what is run in place of the bot.
        environment: all its variables, but for a few that every program needs.
    """
    inherited = {key: os.environ[key] for key in _INHERITED if key in os.environ}
    out, err = folder / f"{name}.out", folder / f"{name}.err"
    with out.open("wb") as out_file, err.open("wb") as err_file:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            module,
            *arguments,
            cwd=folder,
            env={**inherited, "PYTHONPATH": str(ROOT), **environment},
            stdin=asyncio.subprocess.DEVNULL,
            stdout=out_file,
            stderr=err_file,
        )
    command = Command(process, out, err)
    try:
        yield command
    finally:
        if process.returncode is None:
            command.signal(signal.SIGKILL)
            await process.wait()


async def finished(
    folder: Path,
    *arguments: str,
    seconds: float = 20.0,
    name: str = "command",
    module: str = "bot",
    **environment: str,
) -> Finished:
    """Run ``python -m bot`` in a folder to its end; several at once there need names."""
    async with started(folder, *arguments, name=name, module=module, **environment) as command:
        return await command.wait(seconds)
