"""The composition root: everything that a running bot consists of, put together and taken apart."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Final, Self

import structlog

from bot.api import ApiClient
from bot.assembly import api_config, build_dispatcher, build_flows, build_receiver, build_routes
from bot.blocked import BlockWatch
from bot.clock import Clock, SystemClock
from bot.config import Config, calendar_folder, is_loopback
from bot.dispatch import Dispatcher, Handlers
from bot.errors import JournalError
from bot.flow import Flows, Services
from bot.flow.recall import recall_turns
from bot.journal import Journal
from bot.journal.sqlite import SqliteJournal
from bot.metrics import Metrics
from bot.prompts import PromptLibrary, PromptLinks, prompt_routes
from bot.rota import Rota, RotaWatch
from bot.server import Server, listen
from bot.webhook import Receiver, unanswered_in

log = structlog.get_logger("bot")

_PRUNE_EVERY: Final = 3600.0
"""Seconds between two clean-ups of the journal."""
_PRUNE_AT_ONCE: Final = 10_000
_DAY: Final = 86_400.0
_UNANSWERED: Final = 4096
"""Deliveries that may be unanswered at once; beyond that, a kill makes copies of them count as new events."""
_UNACKNOWLEDGED: Final = 3.0
"""Seconds that an acknowledgement may have been on its way when the process before died."""


class Bot:
    """A bot: starts with ``async with``, and answers calls until the block is left.

    Args:
        config: the configuration.
        handlers: the user's handlers.
        clock: time.
        rota: gives the rota; that of ``BOT_ROTA`` or ``BOT_ON_DUTY`` by default.

    Attributes:
        url: where it listens.
    """

    def __init__(
        self,
        config: Config,
        handlers: Handlers,
        *,
        clock: Clock | None = None,
        rota: Callable[[], Rota] | None = None,
    ) -> None:
        self._config = config
        self._clock = clock or SystemClock()
        self._handlers = handlers
        self._rota = rota
        self._stack = AsyncExitStack()
        self._parts: _Parts | None = None
        self.metrics = Metrics()
        self.url = ""

    async def __aenter__(self) -> Self:
        """Start everything, in the order in which it is needed.

        Raises:
            SettingsError: the address cannot be listened on.
            RotaError: the rota file has mistakes.
            PromptError: a prompt is not what it should be.
            JournalError: the journal cannot be opened.
        """
        async with AsyncExitStack() as stack:
            self._parts = await self._start(stack)
            self._stack = stack.pop_all()
        return self

    async def __aexit__(self, *_: object) -> None:
        """Stop, with the drain time of the settings."""
        await self.stop(self._config.settings.drain_seconds)

    async def stop(self, drain: float) -> None:
        """Take no more events, finish what can be finished, and stop everything; may be called twice.

        Whoever loses patience may cancel it: then everything is stopped at once, and the next process finishes
        the rest.

        Args:
            drain: seconds to finish in.
        """
        try:
            if self._parts is not None:
                self._parts.receiver.accepting = False
                await self._parts.dispatcher.stop(drain)
        finally:
            await self._stack.aclose()
            self._parts = None

    async def watch(self) -> None:
        """Wait for ever, unless a part that must not die does; then raise its error.

        Going on without it would mean calls in silence; a process that ends is started anew.
        """
        if self._parts is None:
            raise RuntimeError("the bot is not running")
        async with asyncio.TaskGroup() as group:
            group.create_task(self._parts.dispatcher.watch(), name="watch-dispatcher")
            group.create_task(self._parts.flows.watch(), name="watch-flows")
            group.create_task(self._parts.journal.watch(), name="watch-journal")

    @property
    def busy(self) -> bool:
        """Whether its journal is at work, in a thread of its own: what comes of that is not in the event loop yet."""
        return self._parts is not None and self._parts.journal.busy

    @property
    def requests_under_way(self) -> int:
        """How many of its requests wait for the platform's answer now."""
        return 0 if self._parts is None else self._parts.api.under_way

    async def flush(self) -> None:
        """Wait until the journal holds everything that the bot has done so far; does nothing unless it runs.

        Raises:
            JournalUnavailable: the journal cannot be written.
        """
        if self._parts is not None:
            await self._parts.journal.flush()

    async def _start(self, stack: AsyncExitStack) -> _Parts:
        settings = self._config.settings
        sock = listen(settings.host, settings.port)
        stack.callback(sock.close)
        self.url = _address(settings.host, sock.getsockname()[1])
        prompts = PromptLinks(PromptLibrary.load(self._handlers.prompt_folders), self._config.public_url or self.url)
        journal = SqliteJournal(self._config.journal_path, clock=self._clock, max_backlog=settings.max_backlog)
        await journal.open()
        stack.push_async_callback(journal.close)
        self.metrics.backlog.set_function(lambda: journal.backlog)
        api = ApiClient(api_config(self._config), clock=self._clock, metrics=self.metrics)
        await stack.enter_async_context(api)
        services = Services(
            api=api, prompts=prompts, rota=await self._watched_rota(stack), history=journal.history, clock=self._clock
        )
        if services.rota().takes_turns:
            await recall_turns(services.turns, journal, journal.flows)
        router = self._handlers.router
        flows = build_flows(settings, router, journal.flows, services, self.metrics)
        dispatcher = build_dispatcher(settings, router, journal, flows, services=services, metrics=self.metrics)
        path = self._config.journal_path
        unanswered = stack.enter_context(unanswered_in(path.with_name(f"{path.name}-unanswered"), _UNANSWERED))
        receiver = build_receiver(self._config, journal, self._clock, self.metrics, unanswered)
        receiver.expect(await journal.doubtful(_UNACKNOWLEDGED))
        app = build_routes(self._config, receiver, journal, self.metrics, on_loopback=is_loopback(settings.host))
        app.add_routes(prompt_routes(prompts.library))
        server = Server(app, sock)
        # First of all: a flow that is resumed may play a prompt at once, and the platform fetches it from here.
        stack.push_async_callback(server.stop)
        await server.start()
        stack.push_async_callback(flows.stop)
        await flows.start()
        await dispatcher.start()
        stack.push_async_callback(dispatcher.stop, 0.0)
        pruner = asyncio.create_task(self._prune(journal), name="journal-pruner")
        stack.push_async_callback(_cancel, pruner)
        await stack.enter_async_context(BlockWatch(settings.blocked_seconds, self.metrics))
        return _Parts(journal, api, flows, dispatcher, receiver)

    async def _watched_rota(self, stack: AsyncExitStack) -> Callable[[], Rota]:
        """Return what gives the rota: the one passed in, that of the file, or the simplest one."""
        if self._rota is not None:
            return self._rota
        path = self._config.settings.rota
        if path is None:
            simple = Rota.simple(self._config.settings.on_duty)
            return lambda: simple
        watch = RotaWatch(
            path,
            clock=self._clock,
            cache=calendar_folder(self._config.journal_path),
            report=lambda line: log.warning("rota", what=line),
        )
        await stack.enter_async_context(watch)
        return lambda: watch.rota

    async def _prune(self, journal: Journal) -> None:
        while True:
            try:
                before = self._clock.now() - self._config.settings.keep_days * _DAY
                while await journal.prune(before, _PRUNE_AT_ONCE) == _PRUNE_AT_ONCE:
                    pass
            except JournalError as error:
                log.warning("the journal could not be cleaned up", error=str(error))
            await self._clock.sleep(_PRUNE_EVERY)


@dataclass(frozen=True, slots=True)
class _Parts:
    journal: SqliteJournal
    api: ApiClient
    flows: Flows
    dispatcher: Dispatcher
    receiver: Receiver


def _address(host: str, port: int) -> str:
    shown = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)  # noqa: S104 - shown, not bound
    return f"http://{shown}:{port}"


async def _cancel(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
