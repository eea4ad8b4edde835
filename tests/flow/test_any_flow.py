"""Any flow comes to the same result, however often and whenever the bot dies meanwhile."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Coroutine
from dataclasses import dataclass
from functools import partial
from itertools import count
from typing import Any, TypeAlias, cast

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.events import CallKey, JsonValue
from bot.flow.call import Call
from bot.flow.parts import CallParts
from bot.flow.progress import Progress
from bot.flow.services import Services
from bot.flow.state import CallState
from bot.testing.clock import ManualClock, settle
from tests.flow.lab import Lab, Shelf, stored

_HORIZON = 300.0
_KEYS = "123456789"
_ROUNDS = 60
"""Rounds of the loop in which any of these flows comes to where it waits, once something has happened."""
_REPLAY = 1_000
"""Rounds of the loop in which any of these flows comes to where it was."""


@dataclass(frozen=True)
class Leaf:
    """Something that a flow does; a moment of its own before it keeps two things from being a tie."""

    kind: str
    seconds: int
    number: int

    @property
    def moment(self) -> float:
        return self.seconds + 0.001 * 1.3**self.number


@dataclass(frozen=True)
class Node:
    """Several things, one after another, side by side, or in a race."""

    kind: str
    parts: tuple[Tree, ...]


Tree: TypeAlias = Leaf | Node


@st.composite
def trees(draw: st.DrawFn) -> Tree:
    numbers = count()

    def leaf(kinds: tuple[str, ...]) -> Leaf:
        return Leaf(draw(st.sampled_from(kinds)), draw(st.integers(0, 9)), next(numbers))

    def tree(depth: int, kinds: tuple[str, ...]) -> Tree:
        kind = draw(st.sampled_from(("leaf", "sequence", "together", "race"))) if depth else "leaf"
        if kind == "leaf":
            return leaf(kinds)
        size = draw(st.integers(2, 3))
        # Of two that wait for the same key, chance would decide.
        others = kinds if kind == "sequence" else ("sleep", "step")
        return Node(kind, tuple(tree(depth - 1, others if number else kinds) for number in range(size)))

    return Node("sequence", tuple(tree(2, ("sleep", "step", "gather")) for _ in range(draw(st.integers(1, 3)))))


class World:
    """The time, the caller's keys, and what the flow did to the world; they outlive the bot.

    Args:
        tree: the flow.
        keys: seconds at which the caller presses them.
    """

    def __init__(self, tree: Tree, keys: list[float]) -> None:
        self.tree = tree
        self.clock = ManualClock()
        self.began = self.clock.now()
        self.shelf = Shelf()
        self.visits: Counter[int] = Counter()
        self.result: object = None
        self._keys = sorted(keys)
        self._given = 0
        self._start()

    @property
    def done(self) -> bool:
        return self._lab.task.done()

    async def live_until(self, seconds: float) -> None:
        """Let time pass, and keys be pressed; whatever was recorded is given back before."""
        await settle(_REPLAY)
        while self._given < len(self._keys) and self._keys[self._given] <= seconds:
            await self._pass_until(self._keys[self._given])
            self._given += 1
            self._lab.mailbox.put(self._key(self._given))
        await self._pass_until(seconds)

    async def _pass_until(self, seconds: float) -> None:
        while (left := self.began + seconds - self.clock.now()) > 0:
            await self.clock.advance(min(left, left if self.clock.until_next is None else self.clock.until_next))
            # Races within races take a while to be seen to be over.
            await settle(_ROUNDS)

    async def die(self) -> None:
        """Kill the bot and start another one, unless the flow is over."""
        if not self.done:
            await self._lab.kill()
            self._start()

    async def close(self) -> None:
        await self._lab.kill()

    def _start(self) -> None:
        self._lab = Lab(self._flow, self.shelf, self.clock, self._reconcile)
        for number in range(1, self._given + 1):
            self._lab.mailbox.put(self._key(number))

    async def _reconcile(self) -> None:
        await asyncio.sleep(0)

    def _key(self, number: int) -> Any:
        return stored(1 + number, "Call.Member.dtmf", dtmfNumber=_KEYS[number % 9], userId="caller")

    async def _flow(self, lab: Lab) -> None:
        nothing = cast("Any", None)
        services = Services(api=nothing, prompts=nothing, rota=nothing, history=nothing, clock=self.clock)
        call = Call(
            CallParts(
                key=CallKey("team", "thread", "1"),
                created=None,
                steps=lab.steps,
                mailbox=lab.mailbox,
                api=nothing,
                services=services,
                state=CallState(),
                on_over=lab.steps.end,
                progress=Progress(),
            )
        )
        self.result = await self._do(call, self.tree)

    async def _do(self, call: Call, tree: Tree) -> JsonValue:
        match tree:
            case Leaf():
                return await self._leaf(call, tree)
            case Node(kind="sequence"):
                return [await self._do(call, part) for part in tree.parts]
            case Node(kind="race"):
                return list(await call.race(*(self._do(call, part) for part in tree.parts)))
            case _:
                async with asyncio.TaskGroup() as group:
                    tasks = [group.create_task(self._do(call, part)) for part in tree.parts]
                return [task.result() for task in tasks]

    async def _leaf(self, call: Call, leaf: Leaf) -> JsonValue:
        await call.sleep(leaf.moment)
        if leaf.kind == "gather":
            return (await call.gather(max_digits=1, first_timeout=_HORIZON)).digits
        if leaf.kind == "step":
            return await call.step(f"step {leaf.number}", partial(self._visit, leaf.number))
        return (await call.now()).timestamp() - self.began

    async def _visit(self, number: int) -> JsonValue:
        self.visits[number] += 1
        return {"visits": self.visits[number]}


async def lived(tree: Tree, keys: list[float], deaths: list[tuple[float, int]]) -> tuple[object, int]:
    """Let a flow live, and die at moments (seconds, and then rounds of the loop until it dies once more)."""
    world = World(tree, keys)
    for moment, rounds in sorted(deaths):
        await world.live_until(moment)
        await world.die()
        if rounds:
            await settle(rounds)
            await world.die()
    await world.live_until(_HORIZON)
    assert world.done, "the flow hangs"
    await world.close()
    return world.result, max(world.visits.values(), default=1)


def run(work: Coroutine[Any, Any, Any]) -> Any:
    return asyncio.run(work)


@given(
    tree=trees(),
    keys=st.lists(st.floats(0, 100, allow_nan=False), min_size=9, max_size=9),
    deaths=st.lists(st.tuples(st.floats(0, 60, allow_nan=False), st.integers(0, 30)), min_size=1, max_size=6),
)
@settings(max_examples=25, deadline=None)
def test_the_result_is_the_same_however_often_the_bot_dies(
    tree: Tree, keys: list[float], deaths: list[tuple[float, int]]
) -> None:
    undisturbed = run(lived(tree, keys, []))
    assert run(lived(tree, keys, deaths)) == undisturbed
    assert undisturbed[1] == 1, "no step is done twice"
