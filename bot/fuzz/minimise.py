"""The smallest scenario that still shows what was found."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from typing import Final

from bot.fuzz.simpler import PASSES
from bot.simulator.scenario import Scenario, dump_scenario

TRIES: Final = 150
"""How many scenarios are played to make one smaller, at most."""


@dataclass(frozen=True, slots=True)
class Minimised:
    """A scenario that was made smaller.

    Attributes:
        scenario: what is left of it.
        tries: how many scenarios were played for it.
        done: whether nothing more could be left out, rather than the tries having run out.
    """

    scenario: Scenario
    tries: int
    done: bool


async def minimised(
    scenario: Scenario, shows: Callable[[Scenario], Awaitable[bool]], *, tries: int = TRIES
) -> Minimised:
    """Leave out of a scenario, one thing after another, whatever it does not need to show something.

    Args:
        scenario: shows it.
        shows: plays a scenario and returns whether it does, too.
        tries: how many scenarios are played at most.
    """
    search = _Search(scenario, shows, tries)
    while await search.once():
        pass
    return Minimised(search.best, tries - search.left, search.left > 0)


class _Search:
    def __init__(self, scenario: Scenario, shows: Callable[[Scenario], Awaitable[bool]], tries: int) -> None:
        self.best = scenario
        self.left = tries
        self._shows = shows
        self._seen = {dump_scenario(scenario)}

    async def once(self) -> bool:
        """Try every way once, each for as long as it helps; return whether one did."""
        before = self.best
        for simpler in PASSES:
            while await self._helps(simpler(self.best)):
                pass
        return self.best is not before and self.left > 0

    async def _helps(self, candidates: Iterator[Scenario]) -> bool:
        for candidate in candidates:
            text = dump_scenario(candidate)
            if text in self._seen:
                continue
            if not self.left:
                return False
            self._seen.add(text)
            self.left -= 1
            if await self._shows(candidate):
                self.best = candidate
                return True
        return False
