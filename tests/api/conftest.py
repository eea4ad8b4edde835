from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import replace

import pytest

from bot.api import ApiClient, ApiConfig
from bot.metrics import Metrics
from bot.testing.clock import ManualClock
from tests.api.platform import BOT_ID, SECRET, HastyClock, Platform, serving

Connect = Callable[..., AbstractAsyncContextManager[ApiClient]]


@pytest.fixture
def clock() -> HastyClock:
    return HastyClock()


@pytest.fixture
def metrics() -> Metrics:
    return Metrics()


@pytest.fixture
async def platform(clock: HastyClock) -> AsyncIterator[Platform]:
    async with serving(Platform(clock)) as running:
        yield running


@pytest.fixture
def connect(platform: Platform, clock: HastyClock, metrics: Metrics) -> Connect:
    """Make clients of the platform; keywords change the configuration, `clock` and `random` the rest."""

    def make(*, clock: ManualClock = clock, random: Callable[[], float] = lambda: 1.0, **changes: object) -> ApiClient:
        config = ApiConfig(base_url=platform.base_url, bot_id=BOT_ID, secret_key=SECRET)
        return ApiClient(replace(config, **changes), clock=clock, metrics=metrics, random=random)  # type: ignore[arg-type]

    return make


@pytest.fixture
async def client(connect: Connect) -> AsyncIterator[ApiClient]:
    async with connect() as opened:
        yield opened
