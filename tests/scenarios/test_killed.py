"""A bot that was killed between storing an event and answering it: the platform delivers the event once more."""

from __future__ import annotations

from pathlib import Path

import msgspec

from bot import Router
from bot.events import parse_event
from bot.journal import Delivery
from bot.journal.sqlite import SqliteJournal
from bot.testing.clock import ManualClock
from bot.testing.world import WEBHOOK_SECRET, world
from bot.webhook.redelivery import Redeliveries
from bot.webhook.unanswered import unanswered_in
from tests.support.events import TEAM, payload
from tests.support.handlers import handlers_of


async def test_a_key_that_was_stored_and_not_answered_counts_once(tmp_path: Path) -> None:
    clock = ManualClock()
    path = tmp_path / "journal.sqlite3"
    key = payload("Call.Member.dtmf", "1", dtmfNumber="5")
    body = msgspec.json.encode(key)
    # What a killed process leaves behind.
    journal = SqliteJournal(path, clock=clock)
    await journal.open()
    with unanswered_in(tmp_path / "journal.sqlite3-unanswered", 4096) as unanswered:
        Redeliveries(clock, unanswered=unanswered).arrived(body, clock.now(), clock.monotonic(), lambda: True)
        await journal.append([Delivery(parse_event(key), body, clock.now())])
    await journal.close()

    async with world(tmp_path, handlers_of(Router()), clock=clock) as there:
        for _ in range(3):
            assert (await there.ask(f"/webhook/{WEBHOOK_SECRET}", body))[0] == 200
        await there.live(1)
        assert there.count("bot_redeliveries_total") == 1
    journal = SqliteJournal(path, clock=clock, serving=False)
    await journal.open()
    assert len(await journal.history(f"{TEAM}/thread/1")) == 3
    await journal.close()
