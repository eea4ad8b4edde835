"""Running a flow's coroutine so that the end of its call can be raised at the await where it stands."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Generator
from typing import Any, cast

from bot.errors import CallEnded


class Driver:
    """An awaitable that runs a coroutine and can be interrupted with `CallEnded`.

    It is made in the task that awaits it.

    Args:
        coroutine: the flow.
    """

    __slots__ = ("_coroutine", "_interrupted", "_task")

    def __init__(self, coroutine: Coroutine[Any, Any, None]) -> None:
        self._coroutine = coroutine
        self._interrupted = False
        self._task = cast("asyncio.Task[Any]", asyncio.current_task())

    def interrupt(self) -> None:
        """Raise `CallEnded` where the coroutine stands, in the next round of the loop."""
        self._interrupted = True
        self._task.cancel()

    def __await__(self) -> Generator[Any, Any, None]:
        """Run the coroutine; a cancellation that `interrupt` asked for reaches it as `CallEnded`."""
        resume: Callable[[Any], Any] = self._coroutine.send
        value: Any = None
        while True:
            try:
                future = resume(value)
            except StopIteration:
                return
            try:
                value = yield future
                resume = self._coroutine.send
            except asyncio.CancelledError as error:
                resume, value = self._coroutine.throw, self._replaced(error)
            except BaseException as error:  # noqa: BLE001 - whatever the future raises belongs to the coroutine
                resume, value = self._coroutine.throw, error

    def _replaced(self, error: asyncio.CancelledError) -> BaseException:
        if not self._interrupted:
            return error
        self._interrupted = False
        # It was no cancellation of the task; whoever counts those must not find one.
        self._task.uncancel()
        return CallEnded()
