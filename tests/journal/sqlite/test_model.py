"""The journal beside a model of it in memory, through whatever sequence of events hypothesis finds."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Coroutine
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from bot.journal import Outcome
from bot.journal.sqlite import SqliteJournal
from bot.testing.clock import ManualClock
from tests.journal.support import comes_true, delivery, failure, lane, numbers

T = TypeVar("T")

_THREADS = st.sampled_from("123")


@dataclass
class Row:
    """An event, as the model has it."""

    seq: int
    thread: str
    only: str | None = None
    outcome: Outcome | None = None


class JournalMachine(RuleBasedStateMachine):
    """Does to the journal and to the model the same, and compares what they answer."""

    def __init__(self) -> None:
        super().__init__()
        self._directory = tempfile.TemporaryDirectory()
        self._runner = asyncio.Runner()
        self._clock = ManualClock()
        self._rows: list[Row] = []
        self._received: dict[int, float] = {}
        self._letters: dict[int, Row] = {}
        self._numbers = 0
        self._letter_numbers = 0
        self._given = 0
        self._open()

    def teardown(self) -> None:
        self._run(self._journal.close())
        self._runner.close()
        self._directory.cleanup()

    @rule(threads=st.lists(_THREADS, min_size=1, max_size=5))
    def append(self, threads: list[str]) -> None:
        self._run(self._journal.append([delivery(thread, at=self._clock.now()) for thread in threads]))
        self._rows += [self._row(thread) for thread in threads]

    @precondition(lambda self: self._to_give())
    @rule(limit=st.integers(1, 4))
    def take(self, limit: int) -> None:
        taken = numbers(self._run(self._journal.take(limit)))
        assert 1 <= len(taken) <= limit
        assert taken == [row.seq for row in self._to_give()][: len(taken)]
        self._given = taken[-1]

    @precondition(lambda self: self._to_settle())
    @rule(data=st.data(), outcome=st.sampled_from([Outcome.HANDLED, Outcome.DUPLICATE]))
    def settle(self, data: st.DataObject, outcome: Outcome) -> None:
        row = data.draw(st.sampled_from(self._to_settle()))

        async def settle() -> None:
            self._journal.settle(row.seq, outcome)

        self._run(settle())
        row.outcome = outcome

    @precondition(lambda self: self._to_settle())
    @rule(data=st.data(), letters=st.integers(0, 2))
    def bury(self, data: st.DataObject, letters: int) -> None:
        row = data.draw(st.sampled_from(self._to_settle()))
        self._run(self._journal.bury(row.seq, [failure(f"handler {at}") for at in range(letters)]))
        row.outcome = Outcome.DEAD
        for _ in range(letters):
            self._letter_numbers += 1
            self._letters[self._letter_numbers] = row

    @precondition(lambda self: self._letters)
    @rule(data=st.data(), elsewhere=st.booleans())
    def replay(self, data: st.DataObject, elsewhere: bool) -> None:
        letter_id = data.draw(st.sampled_from(sorted(self._letters)))
        letters = {letter.letter_id: letter for letter in self._run(self._journal.dead_letters())}
        seq = self._run(self._replay_elsewhere(letter_id) if elsewhere else self._journal.replay(letter_id))
        again = self._row(self._letters.pop(letter_id).thread, letters[letter_id].failure.handler)
        assert seq == again.seq
        self._rows.append(again)

    @rule(ago=st.integers(0, 5), limit=st.integers(1, 5))
    def prune(self, ago: int, limit: int) -> None:
        self._restart()
        before = self._clock.now() - ago
        old = [row for row in self._rows if row.outcome and self._received[row.seq] < before][:limit]
        assert self._run(self._journal.prune(before, limit)) == len(old)
        self._rows = [row for row in self._rows if row not in old]
        self._letters = {letter_id: row for letter_id, row in self._letters.items() if row not in old}

    @rule()
    def time_passes(self) -> None:
        self._run(self._clock.advance(1.0))

    @rule()
    def restart(self) -> None:
        self._restart()

    @invariant()
    def agrees(self) -> None:
        self._run(comes_true(lambda: self._journal.healthy))
        for thread in "123":
            rows = [row for row in self._rows if row.thread == thread]
            unsettled = [row.seq for row in rows if row.outcome is None]
            assert numbers(self._run(self._journal.history(lane(thread)))) == [row.seq for row in rows]
            assert numbers(self._run(self._journal.pending(lane(thread), 0, 99))) == unsettled
        letters = self._run(self._journal.dead_letters())
        assert [letter.letter_id for letter in letters] == sorted(self._letters, reverse=True)

    def _open(self) -> None:
        path = Path(self._directory.name) / "journal.sqlite3"
        self._journal = SqliteJournal(path, clock=self._clock, max_ready=3)
        self._run(self._journal.open())

    def _restart(self) -> None:
        """Close, which writes all outcomes, and open again: what is unsettled is given out once more."""
        self._run(self._journal.close())
        self._open()
        self._given = 0
        assert self._journal.backlog == len([row for row in self._rows if row.outcome is None])
        for thread in "123":
            stored = self._run(self._journal.history(lane(thread)))
            rows = [row for row in self._rows if row.thread == thread]
            assert [(one.seq, one.only, one.outcome) for one in stored] == [
                (row.seq, row.only, row.outcome) for row in rows
            ]

    async def _replay_elsewhere(self, letter_id: int) -> int:
        path = Path(self._directory.name) / "journal.sqlite3"
        other = SqliteJournal(path, clock=self._clock, serving=False)
        await other.open()
        seq = await other.replay(letter_id)
        await other.close()
        return seq

    def _row(self, thread: str, only: str | None = None) -> Row:
        self._numbers += 1
        self._received[self._numbers] = self._clock.now()
        return Row(self._numbers, thread, only)

    def _to_give(self) -> list[Row]:
        return [row for row in self._rows if row.outcome is None and row.seq > self._given]

    def _to_settle(self) -> list[Row]:
        return [row for row in self._rows if row.outcome is None and row.seq <= self._given]

    def _run(self, work: Coroutine[Any, Any, T]) -> T:
        async def limited() -> T:
            async with asyncio.timeout(10):
                return await work

        return self._runner.run(limited())


TestJournalMachine = JournalMachine.TestCase
TestJournalMachine.settings = settings(
    max_examples=12, stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck)
)
