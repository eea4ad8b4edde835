from __future__ import annotations

from collections.abc import AsyncIterator

import aiohttp
import pytest
from aiohttp import web

from bot.simulator import SimCall, Simulator, SimulatorConfig
from bot.testing.clock import ManualClock
from tests.simulator.bot_side import ANNA, BORIS, BOT_ID, SECRET, BotServer, SignedClient


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
async def bot() -> AsyncIterator[BotServer]:
    server = BotServer()
    runner = web.AppRunner(server.application(), access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    server.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield server
    server.open_gate.set()
    await runner.cleanup()


@pytest.fixture
async def simulator(bot: BotServer, clock: ManualClock) -> AsyncIterator[Simulator]:
    config = SimulatorConfig(bot_id=BOT_ID, secret_key=SECRET, webhook_url=f"{bot.url}/webhook/secret")
    async with Simulator(config, clock=clock) as running:
        running.add_contact(ANNA)
        running.add_contact(BORIS)
        yield running


@pytest.fixture
async def client(simulator: Simulator, clock: ManualClock) -> AsyncIterator[SignedClient]:
    async with aiohttp.ClientSession() as session:
        yield SignedClient(session, simulator.url, clock)


@pytest.fixture
async def call(simulator: Simulator) -> SimCall:
    return await simulator.place_call()
