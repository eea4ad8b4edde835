from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from bot.health import HealthRoutes
from bot.metrics import Metrics


@asynccontextmanager
async def client(
    *, problems: Sequence[str] = (), token: str | None = None, open_metrics: bool = True
) -> AsyncIterator[TestClient[web.Request, web.Application]]:
    metrics = Metrics()
    metrics.redeliveries.inc(3)
    health = HealthRoutes(problems=lambda: problems, metrics=metrics, token=token, open_metrics=open_metrics)
    app = web.Application()
    app.add_routes(health.routes())
    async with TestClient(TestServer(app)) as running:
        yield running


async def test_a_process_that_answers_is_alive_whatever_its_problems() -> None:
    async with client(problems=["stopping"]) as http, http.get("/health/live") as answer:
        assert answer.status == 200
        assert await answer.json() == {"status": "alive"}


async def test_without_problems_it_is_ready() -> None:
    async with client() as http, http.get("/health/ready") as answer:
        assert answer.status == 200
        assert await answer.json() == {"status": "ready"}


async def test_problems_are_listed() -> None:
    async with client(problems=["stopping", "too many events wait"]) as http, http.get("/health/ready") as answer:
        assert answer.status == 503
        assert await answer.json() == {"status": "not ready", "problems": ["stopping", "too many events wait"]}


async def test_metrics_are_shown_in_the_format_of_prometheus() -> None:
    async with client() as http, http.get("/metrics") as answer:
        assert answer.status == 200
        assert answer.headers["Content-Type"].startswith("text/plain; version=0.0.4")
        assert "\nbot_redeliveries_total 3.0\n" in await answer.text()


@pytest.mark.parametrize(
    ("given", "status"),
    [
        ("Bearer the-token", 200),
        ("Bearer the-tokem", 401),
        ("bearer", 401),
        ("the-token", 401),
        ("Bearer \u0421", 401),
        ("", 401),
    ],
)
async def test_a_token_is_asked_for_where_one_is_set(given: str, status: int) -> None:
    async with (
        client(token="the-token", open_metrics=True) as http,
        http.get("/metrics", headers={"Authorization": given}) as answer,
    ):
        assert answer.status == status
        assert ("bot_redeliveries" in await answer.text()) is (status == 200)


async def test_without_a_token_a_bot_that_others_reach_shows_nothing() -> None:
    async with client(open_metrics=False) as http, http.get("/metrics") as answer:
        assert answer.status == 403
        assert "BOT_METRICS_TOKEN" in await answer.text()


def test_the_token_is_not_in_the_text_form() -> None:
    assert "hidden" not in repr(HealthRoutes(problems=list, metrics=Metrics(), token="hidden", open_metrics=True))
