"""The fuzzer: draws scenarios, plays and judges them, and makes those small that show something."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Final

from bot.dispatch import Handlers
from bot.fuzz.draw import Dials, draw
from bot.fuzz.hints import hints_of
from bot.fuzz.judge import Finding, Judgement, Kind, judged
from bot.fuzz.minimise import TRIES, Minimised, minimised
from bot.fuzz.quiet import Pardon
from bot.fuzz.run import Playhouse
from bot.settings import Settings
from bot.simulator.scenario import Scenario

AT_ONCE: Final = 20
"""Calls in one scenario."""
LIMIT: Final = 15.0
"""Seconds for which a caller may hear nothing, by default."""
_MINIMISED: Final = 5
"""How many findings of different causes are made small; of the others the seed is told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Orders:
    """What a fuzzer is to do.

    Attributes:
        calls: how many calls, at least 1.
        seed: decides everything that is left to chance.
        limit: seconds for which a caller may hear nothing.
        faults: whether anything goes wrong but people.
        at_once: calls in one scenario, at least 1.
        tries: how many scenarios are played to make one smaller, at most.
    """

    calls: int
    seed: int
    limit: float = LIMIT
    faults: bool = True
    at_once: int = AT_ONCE
    tries: int = TRIES


@dataclass(slots=True, kw_only=True)
class Case:
    """Findings of one cause.

    Attributes:
        finding: the first of them.
        seed: of the scenario that it was found in.
        scenario: that scenario.
        times: how many there were.
        smallest: the smallest scenario that shows it, without tries if it did not show again; None if it was not
            looked for.
    """

    finding: Finding
    seed: str
    scenario: Scenario
    times: int = 0
    smallest: Minimised | None = None


@dataclass(slots=True, kw_only=True)
class Results:
    """What a fuzzer has found.

    Attributes:
        orders: what it was to do.
        calls: how many calls there were.
        scenarios: how many scenarios.
        events: how many events the platform posted.
        kills: how often the bot was killed.
        faults: how often something went wrong between platform and bot.
        cases: what was found, by cause.
        forgiven: what was forgiven, and how often.
        virtual: seconds that passed for the people.
        seconds: real seconds that it took, without making anything small.
        small: real seconds that making scenarios small took.
    """

    orders: Orders
    calls: int = 0
    scenarios: int = 0
    events: int = 0
    kills: int = 0
    faults: int = 0
    cases: dict[tuple[Kind, str], Case] = field(default_factory=dict)
    forgiven: Counter[Pardon] = field(default_factory=Counter)
    virtual: float = 0.0
    seconds: float = 0.0
    small: float = 0.0

    @property
    def ok(self) -> bool:
        """Whether nothing was found."""
        return not self.cases


class Fuzzer:
    """Lets random people and faults loose on handlers.

    Args:
        handlers: the bot's.
        settings: of the bot.
        orders: what to do.
        say: is told how it goes, a line at a time.
    """

    def __init__(self, handlers: Handlers, settings: Settings, orders: Orders, say: Callable[[str], None]) -> None:
        self._stage = Playhouse(handlers, settings)
        self._dials = Dials(hints=hints_of(handlers), limit=orders.limit, faults=orders.faults)
        self._orders = orders
        self._say = say
        self._results = Results(orders=orders)

    async def run(self) -> Results:
        """Play all calls, a scenario after the other, and make the first findings small."""
        began = time.monotonic()
        left = self._orders.calls
        while left > 0:
            calls = min(left, self._orders.at_once)
            await self._play(f"{self._orders.seed}/{self._results.scenarios + 1}", calls)
            left -= calls
        self._results.seconds = time.monotonic() - began
        for case in list(self._results.cases.values())[:_MINIMISED]:
            case.smallest = await self._smallest(case)
        self._results.small = time.monotonic() - began - self._results.seconds
        return self._results

    async def _play(self, seed: str, calls: int) -> None:
        scenario = draw(seed, calls, self._dials)
        found = self._results
        played = await self._stage.play(scenario)
        judgement = judged(played, self._orders.limit)
        found.calls += calls
        found.scenarios += 1
        found.virtual += played.seconds
        found.kills += played.kills
        found.events += sum(len(one.call.deliveries) for one in played.calls)
        found.faults += played.faults
        found.forgiven.update(judgement.forgiven)
        self._note(judgement, seed, scenario)
        self._say(f"{found.calls} of {self._orders.calls} calls, {len(judgement.findings)} findings (seed {seed})")

    def _note(self, judgement: Judgement, seed: str, scenario: Scenario) -> None:
        for finding in judgement.findings:
            case = self._results.cases.setdefault(finding.cause, Case(finding=finding, seed=seed, scenario=scenario))
            case.times += 1

    async def _smallest(self, case: Case) -> Minimised:
        async def shows(scenario: Scenario) -> bool:
            judgement = judged(await self._stage.play(scenario), self._orders.limit)
            return any(finding.cause == case.finding.cause for finding in judgement.findings)

        self._say(f"looking for the smallest scenario with: {case.finding.text}")
        # The call that it was found in comes first: it is the likeliest to do alone.
        calls = list(case.scenario.calls)
        calls.insert(0, calls.pop(case.finding.call))
        scenario = replace(case.scenario, calls=calls)
        if not await shows(scenario):
            # It hung on the order of things that happened at once; that cannot be made small.
            return Minimised(scenario, tries=0, done=False)
        smallest = await minimised(scenario, shows, tries=self._orders.tries)
        title = f"{case.finding.kind}: {case.finding.place}".rstrip(": ")
        return replace(smallest, scenario=replace(smallest.scenario, title=title))
