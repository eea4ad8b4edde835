"""Where in a flow a step stands: a number, below the parallel branch that it belongs to.

The flow's own task is the trunk. A task that the flow starts (in a task group,
or by `Call.race`) becomes a branch at its first step. Tasks begin in the order
in which they are started, so a branch has the same place on every run.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Sequence
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple, TypeVar, cast

T = TypeVar("T")

_current: Final[ContextVar[Branch | None]] = ContextVar("bot_flow_branch", default=None)
_mark: Final[ContextVar[Mark | None]] = ContextVar("bot_flow_mark", default=None)


class Mark(NamedTuple):
    """Where a task of a flow was when its last step finished; a task that has done none, where it was started.

    Attributes:
        at: unix seconds.
        position: number of the newest event that had been seen.
    """

    at: float
    position: int


def mark(at: float, position: int) -> None:
    """Note that a step of the current task has finished."""
    _mark.set(Mark(at, position))


def last_mark() -> Mark:
    """Return where the current task was before the step that it does now.

    Raises:
        RuntimeError: it is no task of a flow.
    """
    found = _mark.get()
    if found is None:
        raise RuntimeError("the task does not belong to a flow")
    return found


@dataclass(slots=True, eq=False)
class Branch:
    """One task of a flow.

    Attributes:
        owner: what tells the steps of this flow from those of another.
        task: the task.
        prefix: of its steps' paths.
        live: whether it has done a step for real in this process.
    """

    owner: object
    task: asyncio.Task[object]
    prefix: str = ""
    live: bool = False
    _steps: int = 0
    _children: int = 0
    children: list[Branch] = field(default_factory=list)

    def next_path(self) -> str:
        """Return the path of the branch's next step."""
        self._steps += 1
        return f"{self.prefix}{self._steps - 1}"

    def grow(self, task: asyncio.Task[object]) -> Branch:
        """Return a new branch of this one; its task is named after the flow, for whoever asks what the loop runs."""
        task.set_name(f"{self.task.get_name()} {task.get_name()}")
        child = Branch(self.owner, task, f"{self.prefix}b{self._children}.")
        self._children += 1
        self.children.append(child)
        return child


class Branches:
    """The branches of one flow."""

    def __init__(self) -> None:
        self._trunk: Branch | None = None

    def start(self) -> None:
        """Make the current task the trunk."""
        self._trunk = Branch(self, cast("asyncio.Task[object]", asyncio.current_task()))
        _current.set(self._trunk)

    @property
    def several(self) -> bool:
        """Whether the flow has started tasks that do steps."""
        return self._trunk is not None and bool(self._trunk.children)

    def here(self) -> Branch:
        """Return the branch of the current task.

        Raises:
            RuntimeError: the task was not started by this flow.
        """
        task = asyncio.current_task()
        branch = _current.get()
        if task is None or branch is None or branch.owner is not self:
            raise RuntimeError("a step of a call belongs into its flow, or into a task that the flow has started")
        if branch.task is not task:
            branch = branch.grow(task)
            _current.set(branch)
        return branch

    async def close(self) -> None:
        """Cancel the tasks that the flow has left behind, and wait for them."""
        left: list[asyncio.Task[object]] = []
        branches = [self._trunk] if self._trunk else []
        while branches:
            branch = branches.pop()
            branches.extend(branch.children)
            if branch.task is not asyncio.current_task() and not branch.task.done():
                left.append(branch.task)
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)


async def first_of(ways: Sequence[Coroutine[Any, Any, T]]) -> tuple[int, T]:
    """Run coroutines side by side until the first one returns or raises, and call the others off.

    Args:
        ways: at least one.

    Returns:
        Which one was first, counted from 0, and what it returned.

    Raises:
        Exception: what the first one raised.
    """
    arrived: list[int] = []

    async def run(number: int, way: Coroutine[Any, Any, T]) -> T:
        try:
            return await way
        finally:
            # Several may come in before the race is seen to be over; the order is the same on every run.
            arrived.append(number)

    tasks = [asyncio.create_task(run(number, way), name=f"race-{number}") for number, way in enumerate(ways)]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for way in ways:
            # One that was called off before it began.
            way.close()
    return arrived[0], tasks[arrived[0]].result()
