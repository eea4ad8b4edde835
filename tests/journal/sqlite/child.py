"""Another process that uses a journal: ``python -m tests.journal.sqlite.child COMMAND PATH``.

It prints ``open`` once the journal is open. ``append`` stores events until it is killed and prints the number of
each one that was acknowledged; ``record`` begins flows and stores their steps until it is killed, and prints thread
and number of each step that was recorded; ``hold`` only keeps the journal open; ``replay`` replays the first dead
letter.
"""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

from bot.clock import SystemClock
from bot.journal import Outcome
from bot.journal.sqlite import SqliteJournal
from tests.journal.support import begin_call, delivery, step

_ROOT = Path(__file__).parents[3]
_APPENDERS = 16
_FLOWS = 16


@contextmanager
def child(command: str, path: Path, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    """Run the process, with its journal open, and kill it in the end."""
    process = subprocess.Popen(  # noqa: S603 - this very module
        [sys.executable, "-m", __name__, command, str(path), *arguments], cwd=_ROOT, stdout=subprocess.PIPE, text=True
    )
    with process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == "open\n"
            yield process
        finally:
            process.kill()


async def _main(command: str, path: Path, first: int) -> None:
    journal = SqliteJournal(path, clock=SystemClock(), serving=command != "replay")
    await journal.open()
    _say("open")
    if command == "append":
        numbers = count(first)
        await asyncio.gather(_settle(journal), *(_append(journal, numbers) for _ in range(_APPENDERS)))
    elif command == "record":
        await asyncio.gather(*(_record(journal, str(first + at)) for at in range(_FLOWS)))
    elif command == "hold":
        await journal.watch()
    elif command == "replay":
        _say(str(await journal.replay(1)))
    await journal.close()


async def _append(journal: SqliteJournal, numbers: Iterator[int]) -> None:
    for number in numbers:
        await journal.append([delivery(str(number % 7), number=number)])
        _say(str(number))


async def _record(journal: SqliteJournal, thread: str) -> None:
    flow_id = await begin_call(journal, thread)
    for number in count():
        if number % 3 == 1:
            journal.flows.note_step(flow_id, step(number))
        else:
            await journal.flows.record_step(flow_id, step(number), str(number).encode())
            _say(f"{thread} {number}")


async def _settle(journal: SqliteJournal) -> None:
    while True:
        for event in await journal.take(100):
            if event.seq % 2:
                journal.settle(event.seq, Outcome.HANDLED)


def _say(line: str) -> None:
    os.write(1, f"{line}\n".encode("ascii"))


if __name__ == "__main__":
    asyncio.run(_main(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]) if sys.argv[3:] else 0))
