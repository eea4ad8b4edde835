"""Running the handlers of one event: time-out, repeats with backoff, failures."""

from __future__ import annotations

import asyncio
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import structlog

from bot.clock import Clock
from bot.dispatch.context import Context
from bot.dispatch.router import Route
from bot.errors import BadRequest, Rejected
from bot.events import Event
from bot.flow import Services
from bot.journal import Failure
from bot.metrics import Metrics

log = structlog.get_logger("bot.dispatch")


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryPolicy:
    """How often and how long a failing handler is tried.

    Attributes:
        timeout: seconds that one attempt may take.
        tries: attempts at the most, at least 1.
        window: seconds after the first attempt within which a further one may begin; a handler that
            hangs for longer is not tried again, because a caller is waiting.
        first: seconds before the second attempt, doubled for each further one.
        longest: seconds between two attempts at the most.
    """

    timeout: float = 15.0
    tries: int = 3
    window: float = 10.0
    first: float = 0.5
    longest: float = 5.0

    def pause(self, attempt: int, random: float) -> float:
        """Return seconds to wait after an attempt: doubling, half of it at random.

        Args:
            attempt: 1 for the first.
            random: from 0 to 1.
        """
        full = min(self.longest, self.first * 2.0 ** (attempt - 1))
        return full * (0.5 + random / 2)


@dataclass(frozen=True, slots=True)
class Failed:
    """A handler that failed for good."""

    route: Route
    error: BaseException
    failure: Failure


class Runner:
    """Runs the handlers of an event.

    Args:
        services: what handlers work with.
        policy: how often and how long.
        metrics: where failures are counted.
        random: gives numbers from 0 to 1 for the jitter.
    """

    def __init__(self, services: Services, policy: RetryPolicy, metrics: Metrics, random: Callable[[], float]) -> None:
        self._services = services
        self._clock: Clock = services.clock
        self._policy = policy
        self._metrics = metrics
        self._random = random

    async def run(self, event: Event, routes: Sequence[Route]) -> Sequence[Failed]:
        """Run all handlers in order, then those that failed again, until none is left or none may be tried again.

        Args:
            event: the event.
            routes: its handlers.

        Returns:
            The handlers that failed for good.
        """
        begun = self._clock.monotonic()
        attempt = 1
        dead: list[Failed] = []
        waiting = routes
        while True:
            context = Context(self._services, event, attempt)
            again: list[Route] = []
            pause = 0.0
            for route in waiting:
                error = await self._attempt(route, event, context)
                if error is None:
                    continue
                pause = pause or self._policy.pause(attempt, self._random())
                late = self._clock.monotonic() - begun + pause > self._policy.window
                if attempt >= self._policy.tries or late or isinstance(error, BadRequest | Rejected):
                    dead.append(Failed(route, error, self._failure(route, error, attempt)))
                else:
                    again.append(route)
            if not again:
                return dead
            await self._clock.sleep(pause)
            waiting = again
            attempt += 1

    async def _attempt(self, route: Route, event: Event, context: Context) -> BaseException | None:
        try:
            async with self._clock.timeout(self._policy.timeout):
                await route.run(event, context)
        except (Exception, SystemExit) as error:  # noqa: BLE001 - whatever a handler raises is its failure, not ours
            return self._noted(route, error, context.attempt)
        except asyncio.CancelledError as error:
            task = asyncio.current_task()
            if task is None or task.cancelling():
                raise
            # Something inside the handler was cancelled, not the bot's own work.
            return self._noted(route, error, context.attempt)
        return None

    def _noted(self, route: Route, error: BaseException, attempt: int) -> BaseException:
        if isinstance(error, TimeoutError) and not error.args:
            error = TimeoutError(f"the handler took longer than {self._policy.timeout:g} s").with_traceback(
                error.__traceback__
            )
        self._metrics.handler_failures.labels(route.name).inc()
        log.warning("handler failed", handler=route.name, attempt=attempt, error=_line(error))
        return error

    def _failure(self, route: Route, error: BaseException, attempt: int) -> Failure:
        log.error("handler failed for good", handler=route.name, where=route.where, attempts=attempt, exc_info=error)
        return Failure(
            handler=route.name,
            error=_line(error),
            traceback="".join(traceback.format_exception(error)),
            attempts=attempt,
            failed_at=self._clock.now(),
        )


def _line(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}".rstrip(": ")
