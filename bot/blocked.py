"""Naming whatever blocks the event loop: while it does, no call goes on."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Sequence
from types import FrameType, TracebackType
from typing import Final, Self

import structlog

from bot.metrics import Metrics
from bot.stack import Place, frames_of, place_of

log = structlog.get_logger("bot")

_SAME_AGAIN: Final = 60.0
"""Seconds in which one place is named once."""
_PLACES: Final = 100
"""Places of which it is known when they were named."""


class BlockWatch:
    """Watches from a thread of its own whether the event loop answers, and logs what it is busy with if it does not.

    The loop is asked a few times within the limit. Many short pieces of work in a row are no block: the same piece
    must be at work in two looks, half the limit apart.

    Args:
        limit: seconds for which the loop may be kept busy by one piece of work; 0 watches nothing.
        metrics: where blocks are counted.
    """

    def __init__(self, limit: float, metrics: Metrics) -> None:
        self._limit = limit
        self._metrics = metrics
        self._answer = threading.Event()
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None
        self._named: dict[str, float] = {}

    async def __aenter__(self) -> Self:
        """Begin to watch the loop that runs this."""
        if self._limit > 0:
            about = (asyncio.get_running_loop(), threading.get_ident())
            self._thread = threading.Thread(target=self._watch, args=about, name="loop-watch")
            self._thread.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Stop the thread."""
        self._stopping.set()
        self._answer.set()
        if self._thread is not None:
            # It waits for nothing but these two.
            self._thread.join()
            self._thread = None

    def _watch(self, loop: asyncio.AbstractEventLoop, thread: int) -> None:
        while not self._stopping.wait(self._limit / 4):
            self._answer.clear()
            if self._stopping.is_set() or not self._asked(loop):
                return
            asked_at = time.monotonic()
            if not self._answer.wait(self._limit / 2):
                self._late(loop, thread, asked_at)

    def _asked(self, loop: asyncio.AbstractEventLoop) -> bool:
        try:
            loop.call_soon_threadsafe(self._answer.set)
        except RuntimeError:
            # It was closed, and nobody has told.
            return False
        return True

    def _late(self, loop: asyncio.AbstractEventLoop, thread: int, asked_at: float) -> None:
        """Look what the loop does, again and again, until it answers or one piece of work has taken too long."""
        work = _outermost(frames_of(thread))
        since = asked_at
        while not self._answer.wait(self._limit / 2):
            if loop.is_closed():
                return
            frames = frames_of(thread)
            if work is not None and _outermost(frames) is work:
                self._blocked(loop, place_of(frames), since)
                return
            work, since = _outermost(frames), time.monotonic()

    def _blocked(self, loop: asyncio.AbstractEventLoop, place: Place, since: float) -> None:
        self._metrics.loop_blocked.inc()
        name = self._may_name(place)
        about = {"where": place.where, "function": place.function, **_subject(loop)}
        if name:
            seconds, doing = _passed(since), " < ".join(place.stack)
            log.warning("the event loop is blocked", seconds=seconds, doing=doing, **about)
        while not self._answer.wait(self._limit / 2):
            if loop.is_closed():
                return
        if name:
            log.warning("the event loop was blocked", seconds=_passed(since), **about)

    def _may_name(self, place: Place) -> bool:
        now = time.monotonic()
        if now - self._named.get(place.where, now - _SAME_AGAIN) < _SAME_AGAIN:
            return False
        self._named.pop(place.where, None)
        self._named[place.where] = now
        if len(self._named) > _PLACES:
            del self._named[next(iter(self._named))]
        return True


def _outermost(frames: Sequence[FrameType]) -> FrameType | None:
    return frames[-1] if frames else None


def _passed(since: float) -> float:
    return round(time.monotonic() - since, 3)


def _subject(loop: asyncio.AbstractEventLoop) -> dict[str, str]:
    """Return the running task's name, and the call if the task is one of a call's."""
    task = asyncio.current_task(loop)
    if task is None:
        return {}
    name = task.get_name()
    match name.split(" "):
        case ["flow" | "handle", lane, *_]:
            return {"call": lane, "task": name}
        case _:
            return {"task": name}
