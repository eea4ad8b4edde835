"""How many events are unsettled, and which outcomes are on their way to the disk."""

from __future__ import annotations

from collections.abc import Sequence

from bot.journal.contract import Outcome


class Tally:
    """Counts without asking the disk.

    Every new event is unsettled, whoever stored it, and numbers have no gaps;
    so the highest number on the disk says how many have come.
    """

    def __init__(self) -> None:
        self._last = 0
        self._unsettled = 0
        self._collected: dict[Outcome, list[int]] = {}
        self._unwritten: set[int] = set()

    @property
    def backlog(self) -> int:
        """How many events are stored and not settled, outcomes that are not written yet included."""
        return self._unsettled - len(self._unwritten)

    @property
    def unwritten(self) -> frozenset[int]:
        """The numbers of the events whose outcomes are not written yet."""
        return frozenset(self._unwritten)

    def start(self, last: int, unsettled: int) -> None:
        """Begin with what is on the disk: the highest number, and how many events are unsettled."""
        self._last = last
        self._unsettled = unsettled

    def grown(self, last: int) -> None:
        """Learn the highest number on the disk."""
        if last > self._last:
            self._unsettled += last - self._last
            self._last = last

    def settle(self, seq: int, outcome: Outcome) -> bool:
        """Collect an outcome.

        Returns:
            Whether it is the first one since `collected`.
        """
        if seq in self._unwritten:
            return False
        first = not self._collected
        self._unwritten.add(seq)
        self._collected.setdefault(outcome, []).append(seq)
        return first

    def collected(self) -> dict[Outcome, list[int]]:
        """Return the outcomes collected since the last time, which are still unwritten."""
        collected, self._collected = self._collected, {}
        return collected

    def written(self, numbers: Sequence[int], changed: int) -> None:
        """Learn that outcomes are on the disk, and how many of the events had none before."""
        self._unwritten.difference_update(numbers)
        self._unsettled -= changed
