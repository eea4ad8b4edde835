"""(a) Events acknowledged and handled per second, by a handler that does nothing."""

from __future__ import annotations

import time
from contextlib import AsyncExitStack
from dataclasses import dataclass
from statistics import median

from benchmarks import events, wrk
from benchmarks.bench import Bench, check, check_handled, tell, turns
from benchmarks.contender import BenchmarkError, Contender
from benchmarks.events import Format, Maker
from benchmarks.figures import Row
from benchmarks.load import Load

_CALLS = 5_000
_FAR = 100_000_000
"""Numbers of new calls begin here, to be none of those that go round."""


@dataclass(frozen=True, slots=True)
class _Turn:
    name: str
    contender: Contender
    form: Format
    calls: int

    def maker(self, first: int) -> Maker:
        make = events.keys(self.calls) if self.calls else events.new_calls()
        return lambda number: make(first + number)


async def measure(bench: Bench) -> list[Row]:
    """Return the rate of key presses in many calls, and that of the beginnings of new calls, beside bare aiohttp.

    Raises:
        BenchmarkError: an event was refused, or acknowledged and not handled.
    """
    async with AsyncExitStack() as stack:
        bare = await stack.enter_async_context(bench.contender("acknowledged-bare", "bare", posts=False))
        bot = await stack.enter_async_context(bench.contender("acknowledged-bot", "bot", posts=False))
        contenders = [
            _Turn("bare", bare, Format.KEY_PRESSED, _CALLS),
            _Turn("bot, keys", bot, Format.KEY_PRESSED, _CALLS),
            _Turn("bot, new calls", bot, Format.CALL_CREATED, 0),
        ]
        rates: dict[str, list[float]] = {turn.name: [] for turn in contenders}
        for number in range(bench.rounds):
            for turn in turns(contenders, number):
                rate = await _rate(bench, turn, _FAR * (number + 1))
                rates[turn.name].append(rate)
                tell(f"(a) round {number + 1}: {turn.name} {rate:,.0f} events/s")
    return [
        _row("acknowledged and handled: keys pressed", rates["bare"], rates["bot, keys"]),
        _row("acknowledged and handled: new calls", rates["bare"], rates["bot, new calls"]),
    ]


async def _rate(bench: Bench, turn: _Turn, first: int) -> float:
    before = await turn.contender.settled()
    if wrk.installed():
        run = await wrk.post(turn.contender.webhook, turn.form, calls=turn.calls, first=first, seconds=bench.seconds)
        if run.refused or run.broken:
            raise BenchmarkError(f"{turn.name}: {run.refused} events refused, {run.broken} connections broken")
        acknowledged, seconds = run.requests, run.seconds
    else:
        load = Load(turn.contender.webhook, turn.maker(first), bench.platform)
        own = await load.closed(seconds=bench.seconds)
        check(turn.name, own)
        acknowledged, seconds = own.done, own.seconds
    ended = time.monotonic()
    after = await turn.contender.settled()
    check_handled(turn.name, before, after, acknowledged)
    # What was acknowledged and not yet handled when the load ended counts against the contender.
    return acknowledged / (seconds + max(0.0, after.at - ended))


def _row(what: str, bare: list[float], bot: list[float]) -> Row:
    ratios = [ours / theirs for ours, theirs in zip(bot, bare, strict=True)]
    return Row(
        part="a", what=what, unit="events/s", beside=median(bare), bot=median(bot), ratio=median(ratios), least=0.5
    )
