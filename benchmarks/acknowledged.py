"""(a) Events acknowledged and handled per second, by a handler that does nothing."""

from __future__ import annotations

import time
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Final

from benchmarks import events, wrk
from benchmarks.bench import Bench, check
from benchmarks.contender import BenchmarkError, Contender
from benchmarks.events import Format, Maker
from benchmarks.figures import Row
from benchmarks.load import Load
from benchmarks.rotation import Rotation, Turn, rotate

_CALLS: Final = 5_000
_FAR: Final = 100_000_000
"""How far apart the numbers of the events of two rounds are."""
_BARE: Final = "bare"
_KEYS: Final = "bot, keys"
_NEW: Final = "bot, new calls"


@dataclass(frozen=True, slots=True)
class _Sent:
    acknowledged: int
    seconds: float
    ended: float


async def measure(bench: Bench) -> list[Row]:
    """Return the rate of key presses in many calls, and that of the beginnings of new calls, beside bare aiohttp.

    Raises:
        BenchmarkError: an event was refused, or acknowledged and not handled.
    """
    async with AsyncExitStack() as stack:
        bare = await stack.enter_async_context(bench.contender("acknowledged-bare", "bare", posts=False))
        bot = await stack.enter_async_context(bench.contender("acknowledged-bot", "bot", posts=False))
        contenders = {_BARE: bare, _KEYS: bot, _NEW: bot}

        async def turn(name: str, number: int) -> _Sent:
            calls = 0 if name == _NEW else _CALLS
            return await _send(bench, contenders[name], calls=calls, first=_FAR * (number + 1))

        rotation = await rotate(bench, contenders, turn, lambda turn: f"{_rate(turn):,.0f} events/s")
    for name in (_KEYS, _NEW):
        for done in rotation.turns[name]:
            if done.handled < done.value.acknowledged:
                raise BenchmarkError(f"{name}: {done.value.acknowledged} acknowledged, {done.handled} handled")
    return [
        *_rows("acknowledged and handled: keys pressed", rotation, _KEYS),
        *_rows("acknowledged and handled: new calls", rotation, _NEW),
    ]


async def _send(bench: Bench, contender: Contender, *, calls: int, first: int) -> _Sent:
    if wrk.installed():
        form = Format.KEY_PRESSED if calls else Format.CALL_CREATED
        run = await wrk.post(contender.webhook, form, calls=calls, first=first, seconds=bench.seconds)
        if run.refused or run.broken:
            raise BenchmarkError(f"{contender.name}: {run.refused} events refused, {run.broken} connections broken")
        return _Sent(run.requests, run.seconds, time.monotonic())
    load = Load(contender.webhook, _maker(calls, first), bench.platform)
    own = await load.closed(seconds=bench.seconds)
    check(contender.name, own)
    return _Sent(own.done, own.seconds, time.monotonic())


def _maker(calls: int, first: int) -> Maker:
    make = events.keys(calls) if calls else events.new_calls()
    return lambda number: make(first + number)


def _rate(turn: Turn[_Sent]) -> float:
    """Return events per second; what was not yet handled when the load ended counts against the contender."""
    return turn.value.acknowledged / (turn.value.seconds + max(0.0, turn.settled_at - turn.value.ended))


def _rows(what: str, rotation: Rotation[_Sent], name: str) -> list[Row]:
    return [
        Row(
            part="a",
            what=what,
            unit="events/s",
            beside=rotation.median(_BARE, _rate),
            bot=rotation.median(name, _rate),
            ratio=rotation.ratio(name, _BARE, _rate),
            least=0.5,
            calm=rotation.calm,
        ),
        Row(
            part="a",
            what="  CPU per event",
            unit="us",
            beside=rotation.median(_BARE, lambda turn: turn.cost),
            bot=rotation.median(name, lambda turn: turn.cost),
            ratio=rotation.ratio(name, _BARE, lambda turn: turn.cost),
            calm=rotation.calm,
        ),
    ]
