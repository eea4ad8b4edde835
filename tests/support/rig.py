"""A dispatcher on a real journal, for tests of what happens between the two."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec

from bot.api import ApiClient, ApiConfig
from bot.clock import Clock
from bot.dispatch import CallBook, Dispatcher, RetryPolicy, Router, RouteTable, Runner, Worker
from bot.events import JsonObject, parse_event
from bot.flow import Fallback, Flows, Services
from bot.journal import Delivery, StoredEvent
from bot.journal.sqlite import SqliteJournal
from bot.metrics import Metrics
from bot.prompts import PromptLibrary, PromptLinks
from bot.rota import Rota
from bot.testing.clock import until


class Rig:
    """A dispatcher at work."""

    def __init__(self, journal: SqliteJournal, dispatcher: Dispatcher, metrics: Metrics, clock: Clock) -> None:
        self.journal = journal
        self.dispatcher = dispatcher
        self.metrics = metrics
        self._clock = clock

    async def deliver(self, *events: JsonObject) -> None:
        """Store events as the webhook would."""
        now = self._clock.now()
        await self.journal.append(
            [Delivery(parse_event(dict(one)), msgspec.json.encode(dict(one)), now) for one in events]
        )

    async def settled(self) -> None:
        """Wait until nothing is unhandled."""
        await until(lambda: self.journal.backlog == 0)

    async def outcomes(self, lane: str) -> Sequence[StoredEvent]:
        """Return a lane's events, once none of them waits."""
        await self.settled()
        rows = await self.journal.history(lane)
        while any(row.outcome is None for row in rows):
            rows = await self.journal.history(lane)
        return rows

    def count(self, name: str, **labels: str) -> float:
        """Return what a metric shows."""
        return self.metrics.registry.get_sample_value(name, labels) or 0.0


@asynccontextmanager
async def rig(
    path: Path,
    router: Router,
    clock: Clock,
    *,
    policy: RetryPolicy | None = None,
    api_url: str = "http://127.0.0.1:9",
    on_duty: Sequence[str] = (),
    prompts: PromptLibrary | None = None,
    concurrency: int = 8,
    drain: float = 0.0,
) -> AsyncIterator[Rig]:
    """Run a dispatcher; the API's port is one that nobody listens on unless a test gives another."""
    metrics = Metrics()
    config = ApiConfig(base_url=api_url, bot_id="bot", secret_key="key", tries=1)
    journal = SqliteJournal(path / "journal.sqlite3", clock=clock)
    await journal.open()
    try:
        async with ApiClient(config, clock=clock, metrics=metrics) as api:
            links = PromptLinks(prompts or PromptLibrary(), "http://127.0.0.1:9")
            rota = Rota.simple(on_duty)
            services = Services(api=api, prompts=links, rota=lambda: rota, history=journal.history, clock=clock)
            last_resort = Fallback(
                api=api, on_duty=lambda: on_duty, message_url=lambda: links.get("leave-a-message").url, metrics=metrics
            )
            flows = Flows(
                journal=journal.flows,
                routes=tuple(router.flows()),
                services=services,
                metrics=metrics,
                last_resort=last_resort,
            )
            book = CallBook()
            worker = Worker(
                journal=journal,
                table=RouteTable(router.routes()),
                runner=Runner(services, policy or RetryPolicy(), metrics, lambda: 0.5),
                book=book,
                flows=flows,
                clock=clock,
                metrics=metrics,
            )
            dispatcher = Dispatcher(
                journal=journal, worker=worker, book=book, clock=clock, metrics=metrics, concurrency=concurrency
            )
            await flows.start()
            await dispatcher.start()
            try:
                yield Rig(journal, dispatcher, metrics, clock)
            finally:
                await dispatcher.stop(drain)
                await flows.stop()
    finally:
        await journal.close()
