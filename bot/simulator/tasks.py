"""The tasks of a simulator: named, owned, and ended with it."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine

from bot.simulator.refusal import SimulatorError


class Tasks:
    """A set of tasks that ends as a whole.

    A task that fails ends alone, so that one call's trouble does not stop the
    others, and is reported when the set is closed.
    """

    def __init__(self) -> None:
        self._running: set[asyncio.Task[None]] = set()
        self._failures: list[Exception] = []
        self._closed = False

    def start(self, work: Coroutine[object, object, None], *, name: str) -> asyncio.Task[None]:
        """Run something as a task of the set.

        Raises:
            SimulatorError: the set is closed.
        """
        if self._closed:
            work.close()
            raise SimulatorError("the simulator is not running any more")
        task = asyncio.create_task(work, name=name)
        self._running.add(task)
        task.add_done_callback(self._finished)
        return task

    async def close(self) -> None:
        """Cancel what still runs and wait for it.

        Raises:
            ExceptionGroup: tasks had failed, now or before.
        """
        self._closed = True
        running = tuple(self._running)
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
        failures, self._failures = self._failures, []
        if failures:
            raise ExceptionGroup("tasks of the simulator failed", failures)

    def _finished(self, task: asyncio.Task[None]) -> None:
        self._running.discard(task)
        failure = None if task.cancelled() else task.exception()
        if isinstance(failure, Exception):
            self._failures.append(failure)
