"""Handling one event from the journal: judge, run, settle."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import structlog

from bot.clock import Clock
from bot.dispatch.lifecycle import CallBook
from bot.dispatch.router import Route
from bot.dispatch.runner import Failed, Runner
from bot.dispatch.table import RouteTable
from bot.errors import ApiError, JournalUnavailable, Rejected
from bot.events import CallCreated
from bot.flow import Flows
from bot.journal import Failure, Journal, Outcome, StoredEvent
from bot.log import handling
from bot.metrics import Metrics

log = structlog.get_logger("bot.dispatch")

_PAUSE: Final = 1.0
"""Seconds before the journal is asked again after it failed."""
_GRACE: Final = 1.0
"""Seconds in which `Call.ended` may follow a refusal: a caller who hangs up is refused before the bot is told."""
_LOOK: Final = 0.1
"""Seconds between two looks whether it has come."""


class Worker:
    """Handles events, one call's in order; several may be under way at once.

    Args:
        journal: where the events come from and their outcomes go.
        table: the handlers.
        runner: runs them.
        book: what is remembered of calls.
        flows: the phone calls; a call whose handler fails or is missing goes to the fallback flow.
        clock: time.
        metrics: where outcomes are counted.
    """

    def __init__(
        self,
        *,
        journal: Journal,
        table: RouteTable,
        runner: Runner,
        book: CallBook,
        flows: Flows,
        clock: Clock,
        metrics: Metrics,
    ) -> None:
        self._journal = journal
        self._table = table
        self._runner = runner
        self._book = book
        self._flows = flows
        self._clock = clock
        self._handled = metrics.events_settled.labels(Outcome.HANDLED)
        self._duplicate = metrics.events_settled.labels(Outcome.DUPLICATE)
        self._dead = metrics.events_settled.labels(Outcome.DEAD)

    async def handle(self, stored: StoredEvent) -> None:
        """Handle an event to its end, whatever its handlers do."""
        event = stored.event
        with handling(event):
            if stored.only is None and self._book.repeats(event, stored.received_at):
                log.info("repeated event dropped", seq=stored.seq)
                self._journal.settle(stored.seq, Outcome.DUPLICATE)
                self._duplicate.inc()
                return
            attended = stored.only is None and (await self._flows.had(stored) or self._flows.take(stored))
            failures = await self._run(stored, attended=attended)
            if failures:
                await self._bury(stored.seq, failures)
                self._dead.inc()
            else:
                self._journal.settle(stored.seq, Outcome.HANDLED)
                self._handled.inc()

    async def _bury(self, seq: int, failures: Sequence[Failure]) -> None:
        while True:
            try:
                await self._journal.bury(seq, failures)
            except JournalUnavailable as error:
                # To go on without would lose the order of the call and the trace of the failure.
                log.error("a dead letter cannot be stored, trying on", seq=seq, error=str(error))  # noqa: TRY400
                await self._clock.sleep(_PAUSE)
            else:
                return

    async def _run(self, stored: StoredEvent, *, attended: bool) -> Sequence[Failure]:
        event = stored.event
        routes = self._table.match(event) if stored.only is None else self._table.by_name(stored.only)
        failed = await self._runner.run(event, routes) if routes else ()
        if any(isinstance(one.error, Rejected) for one in failed) and event.call_key is not None:
            await self._hear_of_end(event.lane)
        if self._book.ended(event.lane):
            failed = [one for one in failed if not _refused_for_it_is_over(one)]
        elif not attended and self._wants_fallback(stored, routes=routes, failed=failed):
            self._flows.rescue(stored, reason="a handler failed" if failed else "no handler")
        return [one.failure for one in failed]

    async def _hear_of_end(self, lane: str) -> None:
        until = self._clock.monotonic() + _GRACE
        while not self._book.ended(lane) and self._clock.monotonic() < until:
            await self._clock.sleep(_LOOK)

    def _wants_fallback(self, stored: StoredEvent, *, routes: Sequence[Route], failed: Sequence[Failed]) -> bool:
        event = stored.event
        beginning = isinstance(event, CallCreated) and event.incoming
        if not (failed or beginning) or stored.only is not None or event.call_key is None:
            return False
        if any(one.route.fallback for one in failed):
            # A call whose beginning was not seen may be somebody waiting.
            return self._book.incoming(event.lane) is not False
        # Handlers that only watch leave the caller as alone as none would.
        return beginning and not any(route.fallback for route in routes)


def _refused_for_it_is_over(failed: Failed) -> bool:
    if isinstance(failed.error, ApiError):
        log.info("handler stopped, the call is over", handler=failed.route.name)
        return True
    return False
