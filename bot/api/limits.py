"""How many requests of one team are under way at once, so that one busy team cannot starve the others."""

from __future__ import annotations

import asyncio


class NotAdmitted(Exception):
    """An attempt is not let through; its text says why."""


class TeamLimits:
    """A limit per team; only teams with requests under way take room.

    Args:
        running: attempts of a team under way at once, at least 1.
        waiting: attempts of a team that may wait for their turn.
    """

    def __init__(self, running: int, waiting: int) -> None:
        self._running = running
        self._most = running + waiting
        self._gates: dict[str, _Gate] = {}

    def __len__(self) -> int:
        """Return how many teams have requests under way."""
        return len(self._gates)

    def slot(self, team_id: str) -> TeamSlot:
        """Return a context that waits for the team's turn; entering it raises `NotAdmitted` if too many wait."""
        return TeamSlot(self, team_id)

    async def _enter(self, team_id: str) -> None:
        gate = self._gates.get(team_id)
        if gate is None:
            gate = self._gates[team_id] = _Gate(self._running)
        if gate.users >= self._most:
            raise NotAdmitted(f"{gate.users} requests of the team are under way already")
        gate.users += 1
        try:
            await gate.turns.acquire()
        except BaseException:
            self._leave(team_id, gate)
            raise

    def _exit(self, team_id: str) -> None:
        gate = self._gates[team_id]
        gate.turns.release()
        self._leave(team_id, gate)

    def _leave(self, team_id: str, gate: _Gate) -> None:
        gate.users -= 1
        if not gate.users:
            del self._gates[team_id]


class TeamSlot:
    """A team's turn; made by `TeamLimits.slot`."""

    __slots__ = ("_limits", "_team_id")

    def __init__(self, limits: TeamLimits, team_id: str) -> None:
        self._limits = limits
        self._team_id = team_id

    async def __aenter__(self) -> None:
        await self._limits._enter(self._team_id)  # noqa: SLF001 - both halves of one thing

    async def __aexit__(self, *_: object) -> None:
        self._limits._exit(self._team_id)  # noqa: SLF001 - as above


class _Gate:
    __slots__ = ("turns", "users")

    def __init__(self, running: int) -> None:
        self.turns = asyncio.Semaphore(running)
        self.users = 0
