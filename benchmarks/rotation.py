"""Contenders in turn, round after round; a round in which the machine was busy with something else does not count."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from statistics import median
from typing import Final, Generic, TypeVar

from benchmarks import machine
from benchmarks.bench import Bench, tell
from benchmarks.contender import Contender

T = TypeVar("T")

_CALM: Final = 0.1
"""Processor seconds per second that others may take in a round that counts."""
_TRIES: Final = 2
"""How many rounds there are at most for each that is wanted."""


@dataclass(frozen=True, slots=True)
class Turn(Generic[T]):
    """One contender's turn.

    Attributes:
        value: what was measured.
        handled: events that the contender handled.
        settled_at: the monotonic clock when it had handled all of them.
        cost: microseconds of processor time that it took for each.
        memory: bytes of memory that it had in the end.
    """

    value: T
    handled: int
    settled_at: float
    cost: float
    memory: int


@dataclass(slots=True)
class Rotation(Generic[T]):
    """What came of all rounds.

    Attributes:
        turns: each contender's turns, by its name, in the order of the rounds.
        calm: whether the machine did nothing else in the rounds that count; if there was no such round, all count.
    """

    turns: dict[str, list[Turn[T]]] = field(default_factory=dict)
    calm: bool = True

    def median(self, name: str, figure: Callable[[Turn[T]], float]) -> float:
        """Return the median of a figure over a contender's turns."""
        return median(map(figure, self.turns[name]))

    def ratio(self, name: str, other: str, figure: Callable[[Turn[T]], float]) -> float:
        """Return the median of the ratios of a figure of two contenders in the same round."""
        pairs = zip(self.turns[name], self.turns[other], strict=True)
        return median(figure(turn) / figure(beside) for turn, beside in pairs)


async def rotate(
    bench: Bench,
    contenders: Mapping[str, Contender],
    measure: Callable[[str, int], Awaitable[T]],
    show: Callable[[Turn[T]], str],
) -> Rotation[T]:
    """Give each contender its turn in each round, each round beginning with another one.

    Args:
        bench: says how many rounds are wanted.
        contenders: by name; one may have several names.
        measure: called with a name and the number of the round.
        show: says in words what came of a turn.
    """
    calm: list[dict[str, Turn[T]]] = []
    busy: list[dict[str, Turn[T]]] = []
    names = list(contenders)
    for number in range(bench.rounds * _TRIES):
        at = number % len(names)
        began, others = time.monotonic(), machine.others_time()
        turns = {}
        own = 0.0
        for name in [*names[at:], *names[:at]]:
            turns[name], cpu = await _turn(contenders[name], partial(measure, name, number))
            own += cpu
            tell(f"  round {number + 1}: {name}: {show(turns[name])}, {turns[name].cost:.0f} us of CPU an event")
        share = (machine.others_time() - others - own) / (time.monotonic() - began)
        (calm if share <= _CALM else busy).append(turns)
        if share > _CALM:
            tell(f"  round {number + 1} does not count: {share:.0%} of a core went to other processes")
        if len(calm) == bench.rounds:
            break
    counted = calm or busy
    return Rotation({name: [turns[name] for turns in counted] for name in names}, calm=bool(calm))


async def _turn(contender: Contender, measure: Callable[[], Awaitable[T]]) -> tuple[Turn[T], float]:
    before = await contender.settled()
    value = await measure()
    after = await contender.settled()
    handled = after.handled - before.handled
    cpu = after.cpu - before.cpu
    return Turn(value, handled, after.at, cpu / max(1, handled) * 1e6, after.memory), cpu
