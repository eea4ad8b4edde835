from __future__ import annotations

import asyncio
from pathlib import Path

import aiohttp
import pytest

from bot import Call, Context, Event, Router
from bot.app import Bot
from bot.clock import SystemClock
from bot.config import simulated
from bot.dispatch import Handlers
from bot.journal.sqlite import SqliteJournal
from bot.testing.clock import until
from bot.testing.world import BOT_ID, SECRET_KEY, WEBHOOK_SECRET, settings_for
from tests.support.events import created, payload


def bot(folder: Path, router: Router) -> Bot:
    config = simulated(
        settings_for(folder, drain_seconds=60.0),
        api_url="http://127.0.0.1:9",
        bot_id=BOT_ID,
        secret_key=SECRET_KEY,
        webhook_secret=WEBHOOK_SECRET,
    )
    return Bot(config, Handlers(router, []))


@pytest.mark.parametrize("impatient", [1, 2])
async def test_a_bot_whose_end_is_called_off_stops_everything_at_once(tmp_path: Path, impatient: int) -> None:
    router, at_work = Router(), list[str]()

    @router.on("Thread.created")
    async def stuck(_event: Event, _ctx: Context) -> None:
        at_work.append("handler")
        await asyncio.Event().wait()

    @router.call(incoming=True)
    async def long(_call: Call) -> None:
        at_work.append("flow")
        await asyncio.Event().wait()

    before = asyncio.all_tasks()
    running = bot(tmp_path, router)
    await running.__aenter__()
    async with aiohttp.ClientSession() as http:
        for event in (payload("Thread.created", "1"), created("2")):
            async with http.post(f"{running.url}/webhook/{WEBHOOK_SECRET}", json=event) as answer:
                assert answer.status == 200
        await until(lambda: len(at_work) == 2)
        ending = asyncio.create_task(running.__aexit__(None, None, None), name="ending")
        await asyncio.sleep(0.05)
        for _ in range(impatient):
            ending.cancel()
            await asyncio.sleep(0)
        with pytest.raises(asyncio.CancelledError):
            await ending
        with pytest.raises(aiohttp.ClientConnectorError):
            await http.get(f"{running.url}/health/live")
    assert asyncio.all_tasks() == before, "nothing is left at work"

    journal = SqliteJournal(tmp_path / "journal.sqlite3", clock=SystemClock(), serving=False)
    await journal.open()
    (flow,) = await journal.flows.flows_of(created_lane())
    assert (journal.backlog, flow.end) == (1, None), "the next process goes on with both"
    await journal.close()


def created_lane() -> str:
    return "545b508981d3f8001497d03d/thread/2"


async def test_a_bot_that_does_not_run_has_nothing_to_watch(tmp_path: Path) -> None:
    idle = bot(tmp_path, Router())
    with pytest.raises(RuntimeError, match="not running"):
        await idle.watch()
    await idle.__aexit__(None, None, None)
