"""A circuit breaker per team: while the platform does not work, requests fail at once instead of one by one, slowly."""

from __future__ import annotations

from typing import Final

import structlog

from bot.api.limits import NotAdmitted
from bot.clock import Clock

_MOST_TEAMS: Final = 1_000

_log = structlog.get_logger(__name__)


class Breakers:
    """Which teams' requests fail at once; only teams whose last attempt failed take room.

    Args:
        after: failed attempts in a row after which a team's breaker opens, at least 1.
        rest: seconds until an open breaker lets one attempt through to see.
        clock: the time.
    """

    def __init__(self, after: int, rest: float, clock: Clock) -> None:
        self._after = after
        self._rest = rest
        self._clock = clock
        self._teams: dict[str, _Streak] = {}

    def __len__(self) -> int:
        """Return how many teams have failures."""
        return len(self._teams)

    def admit(self, team_id: str) -> bool:
        """Let an attempt through.

        Returns:
            Whether it is the one that is let through to see. Either way `settle` must follow.

        Raises:
            NotAdmitted: the breaker is open.
        """
        streak = self._teams.get(team_id)
        if streak is None or streak.open_until is None:
            return False
        if streak.probing or self._clock.monotonic() < streak.open_until:
            raise NotAdmitted("the platform has failed again and again; not tried")
        streak.probing = True
        return True

    def settle(self, team_id: str, *, probe: bool, alive: bool | None) -> None:
        """Note how an attempt ended.

        Args:
            team_id: the team.
            probe: what `admit` returned.
            alive: whether the platform works; None if the attempt was called off and says nothing.
        """
        if alive:
            # Nearly always empty, and nothing is cheaper than nothing.
            if self._teams and (streak := self._teams.pop(team_id, None)) and streak.open_until is not None:
                _log.info("platform works again", team=team_id)
            return
        streak = self._teams.get(team_id)
        if streak is not None and probe:
            streak.probing = False
        if alive is None:
            return
        if streak is None:
            streak = self._new(team_id)
        streak.failures += 1
        if probe or streak.failures == self._after:
            streak.open_until = self._clock.monotonic() + self._rest
            _log.warning("platform does not work, requests fail at once", team=team_id, seconds=self._rest)

    def _new(self, team_id: str) -> _Streak:
        if len(self._teams) >= _MOST_TEAMS:
            # Teams that failed once and never asked again; forgetting the eldest costs it one more streak.
            del self._teams[next(iter(self._teams))]
        streak = self._teams[team_id] = _Streak()
        return streak


class _Streak:
    __slots__ = ("failures", "open_until", "probing")

    def __init__(self) -> None:
        self.failures = 0
        self.open_until: float | None = None
        self.probing = False
