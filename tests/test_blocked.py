from __future__ import annotations

import asyncio
import sys
import threading
import time
from collections.abc import Callable, Iterator, MutableMapping
from pathlib import Path
from typing import Any, Final

import pytest
import uvloop
from structlog.testing import capture_logs

from bot.blocked import BlockWatch
from bot.dispatch import Handlers, Router, load_handlers
from bot.metrics import Metrics
from bot.simulator import Caller
from bot.stack import Place
from bot.testing.world import world

LIMIT: Final = 0.05
LONG: Final = 0.4
"""Seconds for which the tests block: long enough to be noticed on a machine that is busy with other things."""
TEXT: Final = """\
import time

from bot import Call, CallEndedEvent, Context, Router

router = Router()


def reckon():
    time.sleep(0.4)  # blocks


@router.call(incoming=True)
async def reception(call: Call) -> None:
    await call.race(slow(call))
    await call.hang_up()


async def slow(call: Call) -> None:
    await call.now()
    time.sleep(0.4)  # blocks


@router.on("Call.ended")
async def count(event: CallEndedEvent, ctx: Context) -> None:
    reckon()
"""

Lines = list[MutableMapping[str, Any]]


def blocked_at(lines: Lines, where: str) -> Lines:
    return [line for line in lines if line.get("where") == where]


def own_threads() -> list[str]:
    return [thread.name for thread in threading.enumerate() if thread.name == "loop-watch"]


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Write a module of handlers, two of which block the loop."""
    path = tmp_path / "handlers_that_block.py"
    path.write_text(TEXT)
    monkeypatch.syspath_prepend(str(tmp_path))
    yield path
    sys.modules.pop("handlers_that_block", None)


async def test_a_flow_and_a_handler_that_block_are_named_with_their_lines(module: Path, tmp_path: Path) -> None:
    lines: Lines
    handlers = load_handlers(["handlers_that_block"])
    with capture_logs() as lines:
        async with world(tmp_path, handlers, blocked_seconds=LIMIT) as there:
            call = await there.simulator.place_call(Caller())
            await there.over(call)
            counted = there.count("bot_loop_blocked_total")
    numbers = [number for number, text in enumerate(TEXT.splitlines(), 1) if "# blocks" in text]
    for number, function, kind in zip(numbers, ("reckon", "slow"), ("handle", "flow"), strict=True):
        begun, over = blocked_at(lines, f"{module}:{number}")
        assert (begun["event"], over["event"]) == ("the event loop is blocked", "the event loop was blocked")
        assert begun["log_level"] == over["log_level"] == "warning"
        assert begun["function"] == over["function"] == function
        assert begun["call"] == over["call"] == str(call.key)
        assert str(begun["task"]).startswith(f"{kind} {call.key}")
        assert LIMIT <= begun["seconds"] <= over["seconds"]
        assert over["seconds"] >= LONG / 2
        assert begun["doing"].startswith(f"{module}:{number} {function} < ")
    assert counted >= 2
    assert own_threads() == []


async def test_nothing_is_watched_with_a_limit_of_zero(tmp_path: Path) -> None:
    async with world(tmp_path, Handlers(Router(), []), blocked_seconds=0.0):
        assert own_threads() == []


def on(make: Callable[[], asyncio.AbstractEventLoop], work: Callable[[], Any]) -> None:
    with asyncio.Runner(loop_factory=make) as runner:
        runner.run(work())


@pytest.mark.parametrize("make", [asyncio.new_event_loop, uvloop.new_event_loop])
def test_a_place_is_named_once_in_a_while_and_counted_each_time(make: Callable[[], asyncio.AbstractEventLoop]) -> None:
    metrics, lines = Metrics(), Lines()

    async def work() -> None:
        async with BlockWatch(LIMIT, metrics):
            for _ in range(2):
                await asyncio.sleep(2 * LIMIT)
                time.sleep(LONG)  # noqa: ASYNC251 - what is noticed
            await asyncio.sleep(2 * LIMIT)

    with capture_logs() as captured:
        on(make, work)
    lines = [line for line in captured if line["function"] == f"{work.__qualname__}"]
    assert [line["event"] for line in lines] == ["the event loop is blocked", "the event loop was blocked"]
    assert (metrics.registry.get_sample_value("bot_loop_blocked_total") or 0.0) >= 2


async def test_many_short_pieces_of_work_are_no_block() -> None:
    def short() -> None:
        time.sleep(0.002)

    with capture_logs() as lines:
        async with BlockWatch(LIMIT, Metrics()):
            await asyncio.sleep(2 * LIMIT)
            # All of them are ready at once, so the loop answers when it has run them.
            for _ in range(150):
                asyncio.get_running_loop().call_soon(short)
            await asyncio.sleep(0.01)
    assert not [line for line in lines if "short" in str(line["function"])]


def test_places_are_forgotten() -> None:
    watch = BlockWatch(LIMIT, Metrics())
    places = [Place(f"handlers/one.py:{number}", "function", ()) for number in range(500)]
    assert all(watch._may_name(one) for one in places)
    assert len(watch._named) <= 100
    assert not watch._may_name(places[-1])
    watch._named[places[-1].where] -= 3600.0
    assert watch._may_name(places[-1])


def no_thread_is_left() -> bool:
    ends = time.monotonic() + 10
    while own_threads() and time.monotonic() < ends:
        time.sleep(0.01)
    return not own_threads()


@pytest.mark.parametrize("after", [0.0, 2 * LIMIT])
def test_a_loop_that_is_closed_without_a_word_is_watched_no_more(after: float) -> None:
    loop = asyncio.new_event_loop()
    loop.run_until_complete(BlockWatch(LIMIT, Metrics()).__aenter__())
    time.sleep(after)
    loop.close()
    assert no_thread_is_left()


def test_a_loop_that_is_closed_after_a_block_is_watched_no_more() -> None:
    metrics = Metrics()

    async def begin() -> None:
        await BlockWatch(LIMIT, metrics).__aenter__()

        def block() -> None:
            asyncio.get_running_loop().stop()
            time.sleep(LONG)

        asyncio.get_running_loop().call_later(2 * LIMIT, block)

    loop = asyncio.new_event_loop()
    loop.run_until_complete(begin())
    loop.run_forever()
    loop.close()
    assert no_thread_is_left()
    assert metrics.registry.get_sample_value("bot_loop_blocked_total") == 1
