"""A whole world in one process: the platform, its people, and a bot, over real HTTP and in a time of their own."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Final, TypeVar

import aiohttp

from bot.app import Bot
from bot.config import Config, simulated
from bot.dispatch import Handlers, load_handlers
from bot.errors import JournalError
from bot.journal import DeadLetter, FlowState, StoredEvent
from bot.journal.sqlite import SqliteJournal
from bot.rota import Rota
from bot.settings import Settings
from bot.simulator import Contact, SimCall, Simulator, SimulatorConfig
from bot.testing.clock import ManualClock
from bot.testing.lull import PATIENCE, Lull, Threads, counted_threads

T = TypeVar("T")

_LONGEST: Final = 80
"""Lines of a story at most."""
BOT_ID: Final = "5b8fd1a2e74419001f6f0001"
"""Every bot's id."""
SECRET_KEY: Final = "made-up-secret-key"  # noqa: S105 - of a platform that exists for a test only
"""Every bot's secret key."""
WEBHOOK_SECRET: Final = "made-up-webhook-secret"  # noqa: S105 - as above
"""The end of every webhook's address."""
_STOPS_WITHIN: Final = 5.0
"""Real seconds in which a bot stops that has nothing to finish."""
_KEPT: Final = ("", "-wal", "-unanswered")
"""What the names of a journal's files end with; all else is made anew."""
PROJECT: Final = ("handlers",)
"""Where a project's handlers are, unless it says otherwise."""


def settings_for(folder: Path, **changes: object) -> Settings:
    """Return settings on which the environment has no influence.

    Args:
        folder: where the journal is kept.
        changes: what differs from the defaults; the names of `Settings`.
    """
    values = {"port": 0, "journal": f"sqlite:///{folder}/journal.sqlite3", "concurrency": 64} | changes
    return Settings(_env_file=None, _env_prefix="UNUSED_", **values)  # type: ignore[arg-type]


class World:
    """A simulator and a bot that share a clock; time passes only while the world is told to live.

    Args:
        clock: the time.
        simulator: the platform, started.
        config: of the bots that live here, one after another.
        threads: those of the loop.
        rota: who is on duty; what the settings say by default.
        patience: real seconds after which a request that stands still is not waited for; more on a busy machine.

    Attributes:
        clock: the time.
        simulator: the platform.
        config: of the bots.
        bot: the one that lives here now.
    """

    def __init__(
        self,
        clock: ManualClock,
        simulator: Simulator,
        config: Config,
        threads: Threads,
        *,
        rota: Callable[[], Rota] | None = None,
        patience: float = PATIENCE,
    ) -> None:
        self.clock = clock
        self.simulator = simulator
        self.config = config
        self.bot: Bot
        self._threads = threads
        self._rota = rota
        self._lives = 1
        self._lull = Lull(self._at_work, self._on_the_wire, patience=patience)

    async def start(self, handlers: Handlers) -> None:
        """Start a bot, on the journal of the one before it if there was one, and connect the platform to it."""
        self.bot = Bot(self.config, handlers, clock=self.clock, rota=self._rota)
        await self.bot.__aenter__()
        self.simulator.connect(f"{self.bot.url}/webhook/{WEBHOOK_SECRET}")

    async def stop(self) -> None:
        """Stop the bot as SIGTERM does."""
        await self.see(self.bot.__aexit__(None, None, None))

    async def kill(self) -> None:
        """End the bot as SIGKILL does: the next one finds what the journal held at this moment, and nothing newer."""
        await self._lull.wait()
        left, self._lives = self.config.journal_path, self._lives + 1
        found = left.with_name(f"{left.name.partition('-life-')[0]}-life-{self._lives}")
        for path in left.parent.glob(f"{left.name}*"):
            rest = path.name.removeprefix(left.name)
            if rest in _KEPT:
                shutil.copyfile(path, found.with_name(found.name + rest))
        self.config = replace(self.config, journal_path=found)
        stopping = asyncio.ensure_future(self.bot.stop(0.0))
        # To close connections takes a moment of real time, and none of this world's.
        await asyncio.wait({stopping}, timeout=_STOPS_WITHIN)
        await self.see(stopping)

    async def live(self, seconds: float) -> None:
        """Let time pass."""
        end = self.clock.now() + seconds
        await self._lull.wait()
        while self.clock.now() < end:
            await self._step(end - self.clock.now())

    async def live_until(self, condition: Callable[[], bool], seconds: float = 600.0) -> None:
        """Let time pass until a condition holds; errors as for `see`."""
        if not await self.comes_true(condition, seconds):
            raise self._late(seconds)

    async def comes_true(self, condition: Callable[[], bool], seconds: float) -> bool:
        """Let time pass until a condition holds; return whether it does within so many seconds."""
        end = self.clock.now() + seconds
        await self._lull.wait()
        while not condition():
            if self.clock.now() >= end:
                return False
            await self._step(end - self.clock.now())
        return True

    async def see(self, work: Awaitable[T], seconds: float = 600.0) -> T:
        """Let time pass until something is done, and return what it came to.

        Raises:
            TimeoutError: it was not done within so many seconds of this world.
        """
        task = asyncio.ensure_future(work)
        end = self.clock.now() + seconds
        try:
            await self._lull.wait()
            while not task.done():
                if self.clock.now() >= end:
                    raise self._late(seconds)
                await self._step(end - self.clock.now())
            return await task
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def over(self, *calls: SimCall) -> None:
        """Let time pass until calls are over and the bot has handled all that it was told about them."""

        async def all_settled() -> None:
            for call in calls:
                await call.wait_settled()

        await self.see(all_settled())
        await self.live_until(lambda: self.count("bot_backlog_events") == 0 == self.count("bot_flows_running"))

    def count(self, name: str, **labels: str) -> float:
        """Return what a metric of the bot shows."""
        return self.bot.metrics.registry.get_sample_value(name, labels) or 0.0

    async def failures(self) -> Sequence[str]:
        """Return what went wrong in the bot, each with its traceback: failed flows, and handlers that were given up."""
        async with self._journal() as journal:
            flows = [flow for key in self.simulator.calls for flow in await journal.flows.flows_of(str(key))]
            letters = [letter.failure for letter in await journal.dead_letters()]
        found = [
            f"the flow {flow.start.name} failed: {flow.end.error}\n{flow.end.traceback or ''}"
            for flow in flows
            if flow.end is not None and flow.end.state is FlowState.FAILED
        ]
        found += [f"the handler {one.handler} failed: {one.error}\n{one.traceback}" for one in letters]
        return [one.rstrip() for one in found]

    async def dead_letters(self) -> Sequence[DeadLetter]:
        """Return the dead letters."""
        async with self._journal() as journal:
            return await journal.dead_letters()

    async def history(self, call: SimCall) -> Sequence[StoredEvent]:
        """Return the events of a call as the journal has them."""
        async with self._journal() as journal:
            return await journal.history(str(call.key))

    async def ask(self, path: str, body: bytes | None = None) -> tuple[int, bytes]:
        """Ask the bot something by HTTP, or post to it; return status and body."""
        headers = {"Content-Type": "application/json"} if body else {}
        async with (
            aiohttp.ClientSession() as session,
            session.request("POST" if body else "GET", self.bot.url + path, data=body, headers=headers) as answer,
        ):
            return answer.status, await answer.read()

    def requests(self, call: SimCall) -> Sequence[str]:
        """Return the bot's requests for a call in order, without what they ask about."""
        return [record.text for record in self.simulator.timeline.of(call.key) if record.kind == "request"]

    def notes(self, call: SimCall) -> Sequence[str]:
        """Return what was noted as strange in a call, the ends of sounds aside."""
        records = self.simulator.timeline.of(call.key)
        return [one.text for one in records if one.kind == "note" and not one.text.endswith("is over")]

    def story(self, call: SimCall | None = None) -> str:
        """Return what happened, in a call or in all of them, for the message of a failed test."""
        timeline = self.simulator.timeline
        records = timeline.since() if call is None else timeline.of(call.key)
        return "\n".join(f"{one.elapsed:8.2f}  {one.who:<10}  {one.text}" for one in records[-_LONGEST:])

    @asynccontextmanager
    async def _journal(self) -> AsyncIterator[SqliteJournal]:
        with suppress(JournalError):  # what cannot be written is not there to be looked at
            await self.bot.flush()
        journal = SqliteJournal(self.config.journal_path, clock=self.clock, serving=False)
        await journal.open()
        try:
            yield journal
        finally:
            await journal.close()

    def _late(self, seconds: float) -> TimeoutError:
        return TimeoutError(f"it did not happen within {seconds:g} s:\n{self.story()}")

    async def _step(self, most: float) -> None:
        """Let time pass until the next thing happens, and what comes of it."""
        next_timer = self.clock.until_next
        self.clock.jump(most if next_timer is None else max(0.0, min(most, next_timer)))
        await self._lull.wait()

    def _at_work(self) -> bool:
        return self.bot.busy or self._threads.at_work > 0

    def _on_the_wire(self) -> int:
        # A late answer is in nobody's way: its time has to come.
        return self.simulator.posting + max(0, self.bot.requests_under_way - self.simulator.late)


@asynccontextmanager
async def world(
    folder: Path,
    handlers: Handlers | None = None,
    *,
    people: Sequence[Contact] = (),
    on_duty: Sequence[str] | None = None,
    api_url: str = "",
    clock: ManualClock | None = None,
    duty: Callable[[], Rota] | None = None,
    **settings: object,
) -> AsyncIterator[World]:
    """Start a simulator and a bot.

    Args:
        folder: where the journal is kept.
        handlers: the bot's; those of the package ``handlers`` by default.
        people: whom the bot may invite.
        on_duty: contact ids of the agents on duty; all the people by default.
        api_url: where the bot takes the platform to be, if not at the simulator.
        clock: the time; a new one by default.
        duty: gives the rota, in the place of ``on_duty`` and the setting ``rota``.
        settings: what differs from the defaults.
    """
    time = clock or ManualClock()
    platform = Simulator(SimulatorConfig(bot_id=BOT_ID, secret_key=SECRET_KEY), clock=time)
    with counted_threads() as threads:
        async with platform:
            for contact in people:
                platform.add_contact(contact)
            ids = tuple(one.contact_id for one in people) if on_duty is None else tuple(on_duty)
            config = simulated(
                settings_for(folder, on_duty=ids, **settings),
                api_url=api_url or platform.url,
                bot_id=BOT_ID,
                secret_key=SECRET_KEY,
                webhook_secret=WEBHOOK_SECRET,
            )
            there = World(time, platform, config, threads, rota=duty)
            await there.start(handlers or load_handlers(PROJECT))
            try:
                yield there
            finally:
                await there.stop()
