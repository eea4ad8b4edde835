"""Kills a bot with SIGKILL, again and again, while calls go through its reception, and sees what callers notice.

By hand, from the project's folder: ``python -m tests.acceptance.kill_calls --calls 200 --kills 20``.
Calls last as long in reality as they say; nothing here is sped up.
"""

from __future__ import annotations

import argparse
import asyncio
import signal
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from random import Random, SystemRandom
from typing import Final

import aiohttp

from bot.clock import SystemClock
from bot.events import CallKey
from bot.simulator import SimCall, Simulator, SimulatorConfig
from tests.acceptance.aim import Kill, kill
from tests.acceptance.callers import FULL, Pace, Script, script
from tests.acceptance.desk import RING
from tests.acceptance.judge import Report, judged
from tests.prompts.sounds import put, wav
from tests.support.command import Command, started

_BOT_ID: Final = "5b8fd1a2e74419001f6f0001"
_KEY: Final = "made-up-secret-key"
_SECRET: Final = "made-up-webhook-secret"
_PROMPTS: Final = {
    "welcome": 0.8,
    "enter-number": 1.0,
    "main-menu": 1.0,
    "no-input": 0.3,
    "invalid-choice": 0.3,
    "ringback": 2.0,
    "leave-a-message": 0.8,
    "goodbye": 0.4,
}
"""The prompts and for how many seconds they last in a full run."""
_HANDLERS: Final = '"""The reception, beside its prompts."""\n\nfrom tests.acceptance.desk import router as router\n'
_CALLING: Final = 3
"""Lives of the bot during which people call, at most."""
_OVER_WITHIN: Final = 30.0
"""Seconds in which calls end that nobody takes part in any more, and in which the bot finishes."""


class KillCalls:
    """One run.

    Args:
        folder: where everything is kept.
        seed: decides the calls and the moments.
        pace: how long things take.
    """

    def __init__(self, folder: Path, seed: int, pace: Pace = FULL) -> None:
        self._folder = folder
        self._seed = seed
        self._pace = pace
        self._random = Random(f"kills {seed}")  # noqa: S311 - moments, not secrets
        self._port = "0"
        self._lives = 0
        self._calls: list[tuple[Script, SimCall]] = []
        self._people: list[asyncio.Task[None]] = []
        self._kills: list[Kill] = []
        self._endless: list[CallKey] = []

    async def run(self, calls: int, kills: int) -> Report:
        """Place calls during the first lives of the bot, kill it again and again, and see all calls to their end.

        Args:
            calls: how many.
            kills: how often, at least once.

        Raises:
            AssertionError: the bot does not start, or not end.
            TimeoutError: it does not finish.
        """
        began = time.monotonic()
        self._furnish()
        # Its deliveries are repeated for longer than any time for which the bot is away.
        config = SimulatorConfig(
            bot_id=_BOT_ID,
            secret_key=_KEY,
            delivery_tries=1_000,
            delivery_backoff=0.05,
            delivery_backoff_longest=0.4,
            keep_records=1_000_000,
        )
        async with Simulator(config, clock=SystemClock()) as simulator:
            async with asyncio.TaskGroup() as people:
                for life in range(kills):
                    await self._short_life(simulator, people, first=life == 0, calls=_share(calls, life, kills))
                async with self._life(simulator) as bot:
                    await self._to_the_end(bot)
            return await judged(
                self._calls,
                self._folder / "journal.sqlite3",
                simulator.timeline.since(),
                kills=self._kills,
                endless=self._endless,
                seconds=time.monotonic() - began,
            )

    def _furnish(self) -> None:
        put(self._folder / "reception_desk" / "__init__.py", _HANDLERS.encode())
        for name, seconds in _PROMPTS.items():
            put(self._folder / "reception_desk" / "prompts" / f"{name}.wav", wav(seconds * self._pace.prompts))

    async def _short_life(self, simulator: Simulator, people: asyncio.TaskGroup, *, first: bool, calls: int) -> None:
        # Some call while no bot is there, and some lives end before the bot listens.
        early = not first and self._random.random() < 0.5
        if early:
            await self._place(simulator, people, calls)
        async with self._life(simulator, ready=first or self._random.random() > 0.1) as bot:
            if not early:
                await self._place(simulator, people, calls)
            aim = await kill(bot, simulator.timeline, self._random)
            self._kills.append(Kill(aim, sum(not call.ended for _, call in self._calls)))

    async def _place(self, simulator: Simulator, people: asyncio.TaskGroup, calls: int) -> None:
        for number in range(len(self._calls), len(self._calls) + calls):
            random = Random(f"{self._seed} {number}")  # noqa: S311 - as above
            chosen = script(number, self._pace, random)
            for agent in chosen.agents:
                simulator.add_contact(agent)
            call = await simulator.place_call(chosen.caller)
            self._calls.append((chosen, call))
            self._people.append(people.create_task(chosen.play(call, random), name="caller"))

    async def _to_the_end(self, bot: Command) -> None:
        await asyncio.gather(*self._people)
        with suppress(TimeoutError):
            async with asyncio.timeout(_OVER_WITHIN):
                for _, call in self._calls:
                    await call.wait_settled()
        for _, call in self._calls:
            if not call.ended:
                self._endless.append(call.key)
                call.end()
        async with asyncio.timeout(_OVER_WITHIN), aiohttp.ClientSession() as session:
            while await _busy(session, f"http://127.0.0.1:{self._port}"):
                await asyncio.sleep(0.1)
        bot.signal(signal.SIGTERM)
        assert (await bot.wait()).status == 0

    @asynccontextmanager
    async def _life(self, simulator: Simulator, *, ready: bool = True) -> AsyncIterator[Command]:
        self._lives += 1
        async with started(
            self._folder,
            "run",
            name=f"life-{self._lives:02}",
            BOT_ID=_BOT_ID,
            BOT_SECRET_KEY=_KEY,
            BOT_WEBHOOK_SECRET=_SECRET,
            BOT_API_URL=simulator.url,
            BOT_API_PER_TEAM="100",
            BOT_PORT=self._port,
            BOT_JOURNAL=f"sqlite:///{self._folder}/journal.sqlite3",
            BOT_HANDLERS="reception_desk",
            BOT_LOG_FORMAT="json",
            BOT_DRAIN_SECONDS="10",
            **{RING: str(self._pace.ring)},
        ) as bot:
            if ready:
                url = await bot.says("listens on ")
                self._port = url.rpartition(":")[2]
                simulator.connect(f"{url}/webhook/{_SECRET}")
            yield bot


def _share(calls: int, life: int, kills: int) -> int:
    """Return how many of the calls are placed in a life of the bot: about as many in each of the first ones."""
    lives = max(1, min(_CALLING, kills // 2))
    return calls * (life + 1) // lives - calls * life // lives if life < lives else 0


async def _busy(session: aiohttp.ClientSession, url: str) -> float:
    """Return how many events and flows the bot has still to do with."""
    async with session.get(f"{url}/metrics") as response:
        lines = (await response.text()).splitlines()
    wanted = ("bot_backlog_events ", "bot_flows_running ")
    return sum(float(line.split()[1]) for line in lines if line.startswith(wanted))


def main() -> int:
    """Run by hand; print the report and return 0 if no caller noticed anything."""
    parser = argparse.ArgumentParser(description="Kill a bot while people call, and see what they notice.")
    parser.add_argument("--calls", type=int, default=200, help="how many at once (200)")
    parser.add_argument("--kills", type=int, default=20, help="how often (20)")
    parser.add_argument("--seed", type=int, default=SystemRandom().randrange(10**6), help="decides calls and moments")
    parser.add_argument("--keep", type=Path, help="folder to keep the logs and the journal in; none are kept without")
    options = parser.parse_args()
    print(f"seed {options.seed}", flush=True)  # noqa: T201 - a command prints
    with tempfile.TemporaryDirectory(prefix="workonflow-bot-kill-") as temporary:
        folder = options.keep or Path(temporary)
        with suppress(FileExistsError):
            folder.mkdir(parents=True)
        report = asyncio.run(KillCalls(folder, options.seed).run(options.calls, options.kills))
    print(report)  # noqa: T201 - as above
    return 0 if report.ok else 1


if __name__ == "__main__":
    sys.exit(main())
