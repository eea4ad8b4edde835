"""The webhook on the real journal."""

from __future__ import annotations

import asyncio
from pathlib import Path

from bot.journal.sqlite import SqliteJournal
from bot.testing.clock import ManualClock
from tests.webhook.service import PRESS, service


async def test_what_was_acknowledged_is_there_after_a_restart(tmp_path: Path) -> None:
    path = tmp_path / "journal.sqlite3"
    journal = SqliteJournal(path, clock=ManualClock())
    await journal.open()
    async with service(journal=journal) as bot:
        bodies = [{**PRESS, "threadId": f"c{number}"} for number in range(40)]
        singles = await asyncio.gather(*(bot.send(body) for body in bodies[:20]))
        together = await bot.send(list(bodies[20:]))
        assert {answer.status for answer in [*singles, together]} == {200}
    await journal.close()

    again = SqliteJournal(path, clock=ManualClock())
    await again.open()
    taken = await again.take(100)
    assert sorted(one.event.thread_id or "" for one in taken) == sorted(str(body["threadId"]) for body in bodies)
    await again.close()


async def test_a_full_journal_is_503_until_something_is_handled(tmp_path: Path) -> None:
    journal = SqliteJournal(tmp_path / "journal.sqlite3", clock=ManualClock(), max_backlog=2)
    await journal.open()
    async with service(journal=journal) as bot:
        assert [(await bot.send(PRESS)).status for _ in range(2)] == [200, 200]
        answer = await bot.send(PRESS)

        assert answer.status == 503
        assert answer.headers["Retry-After"] == "1"
    await journal.close()


async def test_a_closed_journal_is_503(tmp_path: Path) -> None:
    journal = SqliteJournal(tmp_path / "journal.sqlite3", clock=ManualClock())
    await journal.open()
    await journal.close()
    async with service(journal=journal) as bot:
        assert (await bot.send(PRESS)).status == 503
