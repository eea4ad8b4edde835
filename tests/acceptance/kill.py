"""Kills a bot under load with SIGKILL, again and again, and counts what was lost: nothing may be.

By hand, from the project's folder: ``python -m tests.acceptance.kill --kills 50``. A SIGKILL
shows that nothing acknowledged lives in the process only; it does not show what a power cut does.
"""

from __future__ import annotations

import argparse
import asyncio
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from random import Random, SystemRandom

import aiohttp

from tests.acceptance.senders import SECRET, Ledger, Sender, Target
from tests.support.command import Command, started


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What a run came to.

    Attributes:
        kills: how often the bot was killed.
        early: how many of the kills hit it before it listened.
        sent: events sent.
        acknowledged: events answered with 200.
        lost: acknowledged events that no handler saw.
        disordered: calls of which events were first handled in another order than sent.
        repeated: events handled more than once.
        recovered: acknowledged events that only a later life of the bot handled.
        unanswered: posts that a kill cut off.
        refused: answers other than 200, by status.
        status: exit status of the last life, which was ended with SIGTERM.
        seconds: how long it took.
    """

    kills: int
    early: int
    sent: int
    acknowledged: int
    lost: Sequence[int]
    disordered: Sequence[str]
    repeated: int
    recovered: int
    unanswered: int
    refused: dict[int, int]
    status: int
    seconds: float

    @property
    def ok(self) -> bool:
        """Whether the bot kept its promise."""
        return not self.lost and not self.disordered and self.status == 0

    def __str__(self) -> str:
        return "\n".join(
            [
                f"kills                                        {self.kills} ({self.early} before it listened)",
                f"events sent                                  {self.sent}",
                f"events acknowledged                          {self.acknowledged}",
                f"acknowledged and not handled (must be 0)     {len(self.lost)} {list(self.lost[:5]) or ''}".rstrip(),
                f"calls handled out of order (must be 0)       {len(self.disordered)} "
                f"{list(self.disordered[:5]) or ''}".rstrip(),
                f"acknowledged before a kill, handled after it {self.recovered}",
                f"handled more than once (allowed)             {self.repeated}",
                f"posts cut off by a kill                      {self.unanswered}",
                f"answers other than 200, by status            {self.refused or 'none'}",
                f"exit status of the last life, by SIGTERM     {self.status}",
                f"duration                                     {self.seconds:.1f} s",
            ]
        )


class KillTest:
    """One run.

    Args:
        folder: where everything is kept.
        seed: decides the moments and the events.
        senders: how many post at once.
    """

    def __init__(self, folder: Path, seed: int, senders: int = 8) -> None:
        self._folder = folder
        self._random = Random(seed)  # noqa: S311 - moments, not secrets
        self._ledger = Ledger()
        self._target = Target()
        self._early = 0
        self._record = folder / "handled.txt"
        numbers = count(1)
        self._senders = [
            Sender(number, numbers, Random(f"{seed} {number}"), self._ledger, patient=number % 2 == 0)  # noqa: S311 - as above
            for number in range(senders)
        ]
        self._lives: dict[int, int] = {}

    async def run(self, kills: int) -> Report:
        """Kill the bot so many times, then let it finish.

        Raises:
            AssertionError: the bot does not start.
            TimeoutError: it does not finish.
        """
        began = time.monotonic()
        stop = asyncio.Event()
        async with asyncio.TaskGroup() as group:
            senders = [
                group.create_task(sender.run(self._target, stop), name=f"sender {number}")
                for number, sender in enumerate(self._senders)
            ]
            for _ in range(kills):
                await self._short_life()
            status = await self._last_life(stop, senders)
        return self._judged(kills, status, time.monotonic() - began)

    async def _short_life(self) -> None:
        async with self._life() as bot:
            if self._random.random() < 0.15:
                # While it starts, perhaps in the middle of taking up what the life before it left.
                await asyncio.sleep(self._random.uniform(0.0, 0.9))
                self._early += "listens on" not in bot.out
            else:
                self._target.moved_to(await bot.says("listens on "))
                await asyncio.sleep(self._random.uniform(0.0, 0.7))
            bot.signal(signal.SIGKILL)
            await bot.wait()
            self._target.gone()

    async def _last_life(self, stop: asyncio.Event, senders: Sequence[asyncio.Task[None]]) -> int:
        async with self._life() as bot:
            url = await bot.says("listens on ")
            self._target.moved_to(url)
            await asyncio.sleep(0.2)
            stop.set()
            async with asyncio.timeout(120), aiohttp.ClientSession() as session:
                # What is acknowledged while the bot stops is the next process's, and there is none.
                await asyncio.wait(senders)
                while await _backlog(session, url):
                    await asyncio.sleep(0.05)
            bot.signal(signal.SIGTERM)
            return (await bot.wait()).status

    @asynccontextmanager
    async def _life(self) -> AsyncIterator[Command]:
        self._ledger.life += 1
        async with started(
            self._folder,
            "run",
            name=f"life-{self._ledger.life}",
            BOT_ID="bot",
            BOT_SECRET_KEY="made-up-key",
            BOT_WEBHOOK_SECRET=SECRET,
            BOT_API_URL="http://127.0.0.1:9",
            BOT_PORT="0",
            BOT_JOURNAL=f"sqlite:///{self._folder}/journal.sqlite3",
            BOT_HANDLERS="tests.acceptance.recorder",
            BOT_LOG_LEVEL="warning",
            BOT_DRAIN_SECONDS="10",
            RECORD_FILE=str(self._record),
        ) as bot:
            self._lives[bot.pid] = self._ledger.life
            yield bot

    def _judged(self, kills: int, status: int, seconds: float) -> Report:
        ledger = self._ledger
        handled = [tuple(map(int, line.split())) for line in self._record.read_text(encoding="utf-8").splitlines()]
        first: dict[int, int] = {}
        for number, pid in handled:
            first.setdefault(number, self._lives[pid])
        return Report(
            kills=kills,
            early=self._early,
            sent=len(ledger.sent),
            acknowledged=len(ledger.acknowledged),
            lost=sorted(ledger.acknowledged.keys() - first.keys()),
            disordered=_disordered([ledger.sent[number].lane for number in first], list(first)),
            repeated=sum(times > 1 for times in Counter(number for number, _ in handled).values()),
            recovered=sum(first.get(number, life) > life for number, life in ledger.acknowledged.items()),
            unanswered=ledger.unanswered,
            refused=ledger.refused,
            status=status,
            seconds=seconds,
        )


def _disordered(lanes: Sequence[str], numbers: Sequence[int]) -> Sequence[str]:
    """Return the calls whose numbers, which grow in the order of sending, do not grow."""
    last: dict[str, int] = {}
    found: dict[str, None] = {}
    for lane, number in zip(lanes, numbers, strict=True):
        if number < last.get(lane, 0):
            found[lane] = None
        last[lane] = number
    return list(found)


async def _backlog(session: aiohttp.ClientSession, url: str) -> float:
    async with session.get(f"{url}/metrics") as response:
        lines = (await response.text()).splitlines()
    return next(float(line.split()[1]) for line in lines if line.startswith("bot_backlog_events "))


def main() -> int:
    """Run by hand; print the report and return 0 if nothing was lost."""
    parser = argparse.ArgumentParser(description="Kill a bot under load and count what was lost.")
    parser.add_argument("--kills", type=int, default=50, help="how often (50)")
    parser.add_argument("--seed", type=int, default=SystemRandom().randrange(10**6), help="decides moments and events")
    options = parser.parse_args()
    print(f"seed {options.seed}", flush=True)  # noqa: T201 - a command prints
    with tempfile.TemporaryDirectory(prefix="workonflow-bot-kill-") as folder:
        report = asyncio.run(KillTest(Path(folder), options.seed).run(options.kills))
    print(report)  # noqa: T201 - a command prints
    return 0 if report.ok else 1


if __name__ == "__main__":
    sys.exit(main())
