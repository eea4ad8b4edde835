"""The moment when nothing is on its way, so that time may pass."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sized
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Final, ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")

_ROUNDS: Final = 3
"""Rounds of the loop in a row in which nothing was ready: what one round sends, the next one finds."""
_BLIND_ROUNDS: Final = 25
"""The same for a loop that does not show what is ready."""
_IMPATIENT: Final = 200
"""Looks at what is on its way, one after another, before the processor is left to others between two."""
PATIENCE: Final = 0.1
"""Real seconds without any change after which a request counts as one that nobody will answer."""


def _ready(loop: asyncio.AbstractEventLoop) -> Sized | None:
    """Return the callbacks that wait for the next round of a loop; asyncio's own loops have them, others may not."""
    found: Sized | None = getattr(loop, "_ready", None)
    return found


class Lull:
    """Waits for the lull between two moments.

    Args:
        at_work: whether threads are at work, whose results are always waited for.
        on_the_wire: how many requests are between the bot and the platform. One that stays there although nothing
            else happens has met somebody who does not answer; it is not waited for, or time could never pass.
        longest: real seconds that a thread may take.
        patience: real seconds without any change after which a request counts as one that nobody will answer.
        ready: returns what a loop is going to run next; None if that cannot be seen.
    """

    def __init__(
        self,
        at_work: Callable[[], bool],
        on_the_wire: Callable[[], int],
        *,
        longest: float = 30.0,
        patience: float = PATIENCE,
        ready: Callable[[asyncio.AbstractEventLoop], Sized | None] = _ready,
    ) -> None:
        self._at_work = at_work
        self._on_the_wire = on_the_wire
        self._longest = longest
        self._patience = patience
        self._ready = ready
        self._given_up = 0

    async def wait(self) -> None:
        """Wait until nothing is ready to run, no thread is at work, and no request on the wire.

        Raises:
            TimeoutError: a thread takes too long.
        """
        loop = asyncio.get_running_loop()
        ready = self._ready(loop)
        began = changed = loop.time()
        looks, before = 0, 0
        while True:
            await _run_dry(ready)
            wire, now = self._on_the_wire(), loop.time()
            if wire <= self._given_up and not self._at_work():
                self._given_up = wire
                return
            if self._at_work() or wire != before:
                before, changed = wire, now
            elif now - changed > self._patience:
                self._given_up = wire
            if now - began > self._longest:
                raise TimeoutError(f"a thread is at work for {self._longest:g} s")
            looks += 1
            await asyncio.sleep(0 if looks < _IMPATIENT else 0.0005)


async def _run_dry(ready: Sized | None) -> None:
    """Let the loop run until it has nothing to do but to wait."""
    calm = 0
    while calm < (_BLIND_ROUNDS if ready is None else _ROUNDS):
        await asyncio.sleep(0)
        calm = 0 if ready else calm + 1


class Threads(ThreadPoolExecutor):
    """The threads of a loop, counted.

    Args:
        loop: whose they are.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__(thread_name_prefix="world")
        self._loop = loop
        self.at_work = 0

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Run a function in a thread; see `ThreadPoolExecutor`."""
        future = super().submit(fn, *args, **kwargs)
        self.at_work += 1
        # Added a little later, so that whoever waits for the future hears of its end first.
        self._loop.call_soon(future.add_done_callback, self._ended)
        return future

    def _ended(self, _future: Future[T]) -> None:
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._count_down)

    def _count_down(self) -> None:
        self.at_work -= 1


@contextmanager
def counted_threads() -> Iterator[Threads]:
    """Let the running loop do in counted threads what it does in threads, in the block and by default."""
    loop = asyncio.get_running_loop()
    with Threads(loop) as threads:
        loop.set_default_executor(threads)
        try:
            yield threads
        finally:
            loop.set_default_executor(ThreadPoolExecutor())
