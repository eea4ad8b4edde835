"""Playing a scenario in a world of its own, in virtual time and over real HTTP."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Final
from urllib.parse import urlsplit

from bot.config import Config, simulated
from bot.dispatch import Handlers
from bot.fuzz.played import Played, PlayedCall
from bot.fuzz.quiet import Span
from bot.journal.sqlite import SqliteJournal
from bot.settings import Settings
from bot.simulator import Line, Record, SimCall, Simulator, SimulatorConfig
from bot.simulator.scenario import Scenario, ScriptedCall
from bot.testing import ManualClock, World
from bot.testing.lull import counted_threads
from bot.testing.world import BOT_ID, SECRET_KEY, WEBHOOK_SECRET

_AFTERWARDS: Final = 900.0
"""Seconds in which a bot must be done with calls that are over; it looks after silent flows every ten minutes."""
_STOPS_WITHIN: Final = 5.0
"""Real seconds in which a bot stops."""
_PATIENCE: Final = 3.0
"""Real seconds for which a request may stand still: everybody answers here, and a slow machine is nobody's fault."""
_RECORDS: Final = 1_000_000
_LETTERS: Final = 10_000


class Playhouse:
    """Plays scenarios, each in a world of its own.

    Args:
        handlers: the bot's.
        settings: of the bot; where it keeps things, and what has to do with the platform, does not count.
    """

    def __init__(self, handlers: Handlers, settings: Settings) -> None:
        self._handlers = handlers
        self._settings = settings

    async def play(self, scenario: Scenario, watch: Callable[[Record], None] = lambda _record: None) -> Played:
        """Play a scenario to its end.

        Args:
            scenario: what happens.
            watch: is told what happens, as it happens.

        Raises:
            TimeoutError: the world came to a stop.
        """
        with TemporaryDirectory(prefix="workonflow-bot-fuzz-") as folder, _seeded(scenario.seed):
            async with self._world(scenario, Path(folder)) as there:
                there.simulator.timeline.subscribe(watch)
                return await self._play(there, scenario)

    async def _play(self, there: World, scenario: Scenario) -> Played:
        clock, began = there.clock, there.clock.now()
        bot_away: list[Span] = []
        placing = asyncio.create_task(_place_all(there.simulator, scenario), name="fuzz calls")
        try:
            for at, seconds in scenario.bot_away:
                await there.live(max(0.0, began + at - clock.now()))
                if placing.done():
                    break
                stopped = clock.now()
                await there.kill()
                await there.live(seconds)
                await there.start(self._handlers)
                bot_away.append((stopped, clock.now()))
            last = max(call.at + call.expect.ends_within for call in scenario.calls)
            calls = await there.see(placing, last + _AFTERWARDS)
        finally:
            placing.cancel()
            await asyncio.gather(placing, return_exceptions=True)
        with suppress(TimeoutError):  # what is not done is found in the journal
            await there.live_until(lambda: _is_done(there, [call for call, _ in calls]), _AFTERWARDS)
        await there.bot.flush()
        records = there.simulator.timeline.since()
        return Played(
            scenario=scenario,
            calls=await _read_back(there, scenario, calls),
            away=[*bot_away, *_platform_away(records, clock.now())],
            faults=sum(record.kind == "note" and record.text.startswith("fault: ") for record in records),
            kills=len(bot_away),
            seconds=clock.now() - began,
        )

    @asynccontextmanager
    async def _world(self, scenario: Scenario, folder: Path) -> AsyncIterator[World]:
        clock = ManualClock(*([] if scenario.start is None else [scenario.start.timestamp()]))
        config = SimulatorConfig(
            bot_id=BOT_ID,
            secret_key=SECRET_KEY,
            delivery_tries=100,
            delivery_backoff_longest=4.0,
            keep_calls=len(scenario.calls),
            keep_records=_RECORDS,
        )
        simulator = Simulator(config, clock=clock, faults=scenario.faults, new_id=_ids(scenario.seed))
        with counted_threads() as threads:
            async with simulator:
                for agent in scenario.agents:
                    simulator.add_contact(agent)
                there = World(
                    clock, simulator, self._config(scenario, folder, simulator.url), threads, patience=_PATIENCE
                )
                await there.start(self._handlers)
                # The next bot listens where this one did, as it would in life: addresses of prompts stay the same.
                port = urlsplit(there.bot.url).port
                settings = there.config.settings.model_copy(update={"port": port})
                there.config = replace(there.config, settings=settings)
                try:
                    yield there
                finally:
                    await _stop(there)

    def _config(self, scenario: Scenario, folder: Path, api_url: str) -> Config:
        changes = {
            "host": "127.0.0.1",
            "port": 0,
            "journal": f"sqlite:///{folder}/journal.sqlite3",
            "public_url": None,
            "on_duty": tuple(scenario.duty),
            "rota": scenario.rota,
            "drain_seconds": 0.0,
            "blocked_seconds": 0.0,
            "concurrency": 64,
        }
        return simulated(
            self._settings.model_copy(update=changes),
            api_url=api_url,
            bot_id=BOT_ID,
            secret_key=SECRET_KEY,
            webhook_secret=WEBHOOK_SECRET,
        )


async def _stop(there: World) -> None:
    """Stop the bot at once, without anything being finished; that takes none of the world's time."""
    stopping = asyncio.ensure_future(there.bot.__aexit__(None, None, None))
    done, _ = await asyncio.wait({stopping}, timeout=_STOPS_WITHIN)
    if not done:
        await there.see(stopping)


def _platform_away(records: Sequence[Record], now: float) -> Iterator[Span]:
    """Yield when the platform was restarting."""
    began: float | None = None
    for record in records:
        if record.kind == "note" and record.text.startswith("fault: the platform restarts"):
            began = record.at
        elif record.kind == "note" and record.text == "the platform is up again" and began is not None:
            yield began, record.at
            began = None
    if began is not None:
        yield began, now


async def _place_all(simulator: Simulator, scenario: Scenario) -> Sequence[tuple[SimCall, bool]]:
    async with asyncio.TaskGroup() as group:
        placing = [
            group.create_task(_place(simulator, script), name=f"fuzz call {index}")
            for index, script in enumerate(scenario.calls)
        ]
    return [task.result() for task in placing]


async def _place(simulator: Simulator, script: ScriptedCall) -> tuple[SimCall, bool]:
    """Place a call at its time and see it to its end; return whether it had to be ended, too."""
    await simulator.clock.sleep(script.at)
    line = Line(destination_id=script.destination_id)
    call = await simulator.place_call(script.caller, team_id=script.team_id, line=line)
    endless = False
    try:
        async with simulator.clock.timeout(script.expect.ends_within):
            await call.wait_ended()
    except TimeoutError:
        endless = True
        call.end()
    await call.wait_settled()
    return call, endless


async def _read_back(there: World, scenario: Scenario, calls: Sequence[tuple[SimCall, bool]]) -> Sequence[PlayedCall]:
    journal = SqliteJournal(there.config.journal_path, clock=there.clock, serving=False)
    await journal.open()
    try:
        letters = await journal.dead_letters(_LETTERS)
        return [
            PlayedCall(
                script=script,
                call=call,
                endless=endless,
                history=await journal.history(str(call.key)),
                flows=await journal.flows.flows_of(str(call.key)),
                letters=[letter for letter in letters if letter.stored.event.lane == str(call.key)],
                records=there.simulator.timeline.of(call.key),
            )
            for script, (call, endless) in zip(scenario.calls, calls, strict=True)
        ]
    finally:
        await journal.close()


def _is_done(there: World, calls: Sequence[SimCall]) -> bool:
    """Return whether the bot is done with calls, and has been told of all that it wrote meanwhile."""
    told = all(one.acknowledged_at is not None or one.given_up for call in calls for one in call.deliveries)
    return told and there.count("bot_backlog_events") == 0 == there.count("bot_flows_running")


def _ids(seed: int) -> Callable[[], str]:
    """Return what makes ids, the same ones for the same seed."""
    source = Random(f"{seed} ids")  # noqa: S311 - must be repeatable, not secret
    return lambda: f"{source.getrandbits(96):024x}"


@contextmanager
def _seeded(seed: int) -> Iterator[None]:
    """Let chance be repeatable in the block: the bot spreads its pauses by it."""
    before = random.getstate()
    random.seed(seed)
    try:
        yield
    finally:
        random.setstate(before)
