"""Whose turn it is, for groups whose order depends on what has been before."""

from __future__ import annotations

from collections import OrderedDict
from types import MappingProxyType
from typing import Final, TypeVar

from bot.rota.model import Turn

T = TypeVar("T")

_MOST: Final = 10_000


class Turns:
    """How many calls each group has had, and when each contact had the last one; kept in memory.

    Args:
        most: groups and contacts that are remembered, each at least 1; beyond it those of the longest time ago are
            forgotten, which makes them the longest idle.
    """

    def __init__(self, most: int = _MOST) -> None:
        self._most = most
        self._calls: OrderedDict[str, int] = OrderedDict()
        self._served: OrderedDict[str, float] = OrderedDict()

    def take(self, group: str) -> int:
        """Return how many calls a group has had, and count one more."""
        number = self._calls.get(group, 0)
        self.taken(group, number)
        return number

    def taken(self, group: str, number: int) -> None:
        """Note that a call took a turn, now or in an earlier process; what is known already changes nothing.

        Args:
            group: the group.
            number: what `take` returned for the call.
        """
        _keep(self._calls, group, max(self._calls.get(group, 0), number + 1), self._most)

    def served(self, contact_id: str, at: float) -> None:
        """Note that somebody took a call; an older one than is known changes nothing.

        Args:
            contact_id: who.
            at: unix seconds.
        """
        if at >= self._served.get(contact_id, at):
            _keep(self._served, contact_id, at, self._most)

    def turn(self, group: str, number: int | None = None) -> Turn:
        """Return what `Rota.on_duty` needs to know.

        Args:
            group: the group.
            number: the turn that a call has taken; that of the next call if None.
        """
        calls = self._calls.get(group, 0) if number is None else number
        return Turn(calls, MappingProxyType(self._served))


def _keep(table: OrderedDict[str, T], key: str, value: T, most: int) -> None:
    table[key] = value
    table.move_to_end(key)
    if len(table) > most:
        table.popitem(last=False)
