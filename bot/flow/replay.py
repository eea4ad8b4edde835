"""What was recorded of a flow, given back in the order in which it was finished."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Final

from bot.journal.flows import StepRecord

ENDED: Final = "@ended"
"""Stands in the record where `CallEnded` was raised."""

HOPS: Final = 12
"""Rounds of the loop in which a flow that goes on after a step comes to its next one, task groups included."""


class Replay:
    """The recorded steps of a flow, each of which has its turn.

    Args:
        recorded: the steps, in the order in which they were finished.
    """

    __slots__ = ("_by_path", "_next", "_passed_over", "_recorded", "_turns")

    def __init__(self, recorded: Sequence[StepRecord]) -> None:
        self._recorded = recorded
        self._by_path = {record.path: record for record in recorded if record.name != ENDED}
        self._next = 0
        self._turns: dict[int, asyncio.Future[None]] = {}
        self._passed_over: frozenset[int] = frozenset()

    @property
    def finished(self) -> bool:
        """Whether everything has been given back."""
        return self._next >= len(self._recorded)

    @property
    def complete(self) -> bool:
        """Whether no step is missing in the record."""
        return all(record.number == index for index, record in enumerate(self._recorded))

    @property
    def end(self) -> StepRecord | None:
        """The record whose turn it is, if it is the end of the call, which no step takes."""
        record = None if self.finished else self._recorded[self._next]
        return record if record is not None and record.name == ENDED else None

    def is_next(self, record: StepRecord) -> bool:
        """Return whether it is a record's turn."""
        return record.number == self._next

    def find(self, path: str) -> StepRecord | None:
        """Return the record of a step, or None if it was never finished."""
        return self._by_path.get(path)

    async def turn_of(self, record: StepRecord) -> None:
        """Wait for the turn of a record, and until the branch whose turn is next has come to where it waits for it.

        Raises:
            CancelledError: the branch is called off, as it was while it recorded the step. Nobody waits for it then.
        """
        try:
            if record.number != self._next:
                turn = self._turns[record.number] = asyncio.get_running_loop().create_future()
                await turn
            if self._goes_to_another(record):
                # It may be about to be called off by this one.
                for _ in range(HOPS):
                    await asyncio.sleep(0)
        except asyncio.CancelledError:
            self._passed_over |= {record.number}
            raise

    def advance(self, number: int) -> None:
        """Give the record of a number its turn, or the next one that anybody waits for."""
        while number in self._passed_over:
            number += 1
        self._next = number
        turn = self._turns.pop(number, None)
        if turn is not None and not turn.done():
            turn.set_result(None)

    def _goes_to_another(self, record: StepRecord) -> bool:
        following = self._recorded[record.number + 1 : record.number + 2]
        return any(one.name != ENDED and _branch(one) != _branch(record) for one in following)

    def close(self) -> None:
        """Let nobody wait any more."""
        for turn in self._turns.values():
            turn.cancel()


def _branch(record: StepRecord) -> str:
    return record.path.rpartition(".")[0]
