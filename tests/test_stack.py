from __future__ import annotations

import asyncio
import inspect
import sys
import sysconfig
import threading
import time
from collections.abc import Callable, Coroutine
from pathlib import Path
from types import FrameType
from typing import Any

import pytest
import uvloop

import bot
from bot.stack import frames_of, place_of

LOOPS: list[Callable[[], asyncio.AbstractEventLoop]] = [asyncio.new_event_loop, uvloop.new_event_loop]


class Looker:
    """Looks from a thread of its own at what the loop of the thread that made it is running."""

    def __init__(self) -> None:
        self.seen: list[list[str]] = []
        self._loop_thread = threading.get_ident()
        self._asked, self._looked = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._look, name="looker")
        self._thread.start()

    def _look(self) -> None:
        self._asked.wait()
        self.seen.append([frame.f_code.co_name for frame in frames_of(self._loop_thread)])
        self._looked.set()

    def block(self) -> None:
        """Block until it has looked."""
        self._asked.set()
        assert self._looked.wait(10)

    async def wait(self) -> None:
        """Wait for something until it has looked."""
        threading.Timer(0.02, self._asked.set).start()
        while not self._looked.is_set():
            await asyncio.sleep(0.1)

    def close(self) -> None:
        self._asked.set()
        self._thread.join()


def run(make: Callable[[], asyncio.AbstractEventLoop], work: Callable[[], Coroutine[Any, Any, None]]) -> None:
    with asyncio.Runner(loop_factory=make) as runner:
        runner.run(work())


@pytest.mark.parametrize("make", LOOPS)
def test_what_a_loop_runs_is_seen_without_the_loop_itself(make: Callable[[], asyncio.AbstractEventLoop]) -> None:
    looker = Looker()

    async def inner() -> None:
        looker.block()

    async def outer() -> None:
        await asyncio.wait_for(inner(), 10)

    run(make, outer)
    looker.close()
    (seen,) = looker.seen
    assert seen[seen.index("block") + 1 :][:1] == ["inner"]
    assert not {"run_forever", "_run_once", "_run", "run"} & set(seen)


@pytest.mark.parametrize("make", LOOPS)
def test_a_loop_that_waits_runs_nothing(make: Callable[[], asyncio.AbstractEventLoop]) -> None:
    looker = Looker()
    run(make, looker.wait)
    looker.close()
    assert looker.seen == [[]]


def test_a_thread_without_a_loop_runs_nothing() -> None:
    assert frames_of(threading.get_ident()) == ()
    assert frames_of(-1) == ()


def frame_in(file: str, call: Callable[[], FrameType] | None = None) -> FrameType:
    """Return a frame of a function of that file; it calls another one first, if there is one."""
    names: dict[str, Any] = {"call": call, "here": lambda: sys._getframe(1)}
    exec(compile("def function():\n    return call() if call else here()\n", file, "exec"), names)  # noqa: S102 - a file of any name
    frame = names["function"]()
    assert isinstance(frame, FrameType)
    return frame


OWN = str(Path(bot.__file__).with_name("app.py"))
STANDARD = str(Path(sysconfig.get_path("stdlib")) / "json" / "decoder.py")
INSTALLED = str(Path(sysconfig.get_path("purelib")) / "aiohttp" / "client.py")
HANDLERS = str(Path(__file__).parent / "slow_handlers.py")


@pytest.mark.parametrize(
    ("files", "named"),
    [
        ([STANDARD, HANDLERS, OWN], HANDLERS),
        ([INSTALLED, "<frozen importlib>", HANDLERS, INSTALLED, OWN], HANDLERS),
        ([HANDLERS, OWN, HANDLERS, OWN], HANDLERS),
        ([STANDARD, OWN, INSTALLED], OWN),
        ([STANDARD, INSTALLED], STANDARD),
    ],
)
def test_whose_place_it_is(files: list[str], named: str) -> None:
    place = place_of([frame_in(file) for file in files])
    assert place.where == f"{named}:2"
    assert place.function == "function"
    assert list(place.stack) == [f"{file}:2 function" for file in files]


def test_only_the_innermost_functions_are_told() -> None:
    frame = inspect.currentframe()
    assert frame is not None
    place = place_of([frame] * 50)
    assert place.function == test_only_the_innermost_functions_are_told.__qualname__
    assert 3 <= len(place.stack) <= 10


def test_a_place_is_read_while_the_thread_goes_on() -> None:
    stop = threading.Event()

    def busy() -> None:
        while not stop.is_set():
            sum(range(100))

    thread = threading.Thread(target=busy, name="busy")
    thread.start()
    ends = time.monotonic() + 0.1
    while time.monotonic() < ends:
        assert frames_of(thread.ident or 0) == ()
    stop.set()
    thread.join()
