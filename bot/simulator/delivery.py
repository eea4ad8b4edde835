"""Posting events to the bot: in order within a call, each until the bot acknowledges it or the tries are used up."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

import aiohttp
import orjson

from bot.clock import Clock
from bot.events import CallKey
from bot.signature import signed_headers
from bot.simulator.payloads import Payload
from bot.simulator.tasks import Tasks

MOST_WAITING: Final = 1_000
"""How many events of one call may wait for the bot before new ones are given up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryConfig:
    """How events are posted. Whether and how the platform repeats a delivery is not documented.

    Attributes:
        bot_id: the bot's id, for the signature.
        secret_key: the bot's secret key, for the signature.
        signed: whether to send the platform's signature headers.
        tries: how often one event is posted at most, at least 1.
        backoff: seconds before the second try; doubles with every further one.
        backoff_longest: where the doubling ends, in seconds.
        answer_within: seconds that the bot has to acknowledge.
    """

    bot_id: str
    secret_key: str = field(repr=False)
    signed: bool = False
    tries: int = 5
    backoff: float = 0.5
    backoff_longest: float = 60.0
    answer_within: float = 10.0


@dataclass(slots=True, kw_only=True, eq=False)
class Delivery:
    """One event on its way to the bot.

    Attributes:
        event: the event.
        attempts: how often it was posted so far.
        problem: what went wrong with the latest attempt; empty if nothing did.
        acknowledged_at: when the bot acknowledged it, unix seconds; None before.
        given_up: whether no further attempt will be made.
    """

    event: Payload
    attempts: int = 0
    problem: str = ""
    acknowledged_at: float | None = None
    given_up: bool = False

    @property
    def event_type(self) -> str:
        """The event's type."""
        return str(self.event["eventType"])


@dataclass(slots=True)
class _Lane:
    waiting: deque[Delivery]
    task: asyncio.Task[None]


class Deliveries:
    """All deliveries; calls are independent of each other, and a call without deliveries costs nothing.

    Args:
        session: what to post with.
        config: how.
        clock: for time limits and backoff.
        tasks: what owns the work.
        on_lost: told of every event that is given up.
    """

    def __init__(
        self,
        session: aiohttp.ClientSession,
        config: DeliveryConfig,
        *,
        clock: Clock,
        tasks: Tasks,
        on_lost: Callable[[CallKey, Delivery], None],
    ) -> None:
        self._session = session
        self._config = config
        self._clock = clock
        self._tasks = tasks
        self._on_lost = on_lost
        self._lanes: dict[CallKey, _Lane] = {}
        self.webhook_url = ""

    def post(self, call: CallKey, event: Payload) -> Delivery:
        """Put an event on its way behind those of the same call; return at once."""
        delivery = Delivery(event=event)
        lane = self._lanes.get(call)
        if lane is None:
            waiting = deque([delivery])
            task = self._tasks.start(self._work(call, waiting), name=f"simulator delivery {call}")
            self._lanes[call] = _Lane(waiting, task)
        elif len(lane.waiting) < MOST_WAITING:
            lane.waiting.append(delivery)
        else:
            delivery.problem = "too many events wait"
            self._give_up(call, delivery)
        return delivery

    async def idle(self, call: CallKey) -> None:
        """Wait until nothing of a call is on its way."""
        while (lane := self._lanes.get(call)) is not None:
            await asyncio.wait({lane.task})

    async def _work(self, call: CallKey, waiting: deque[Delivery]) -> None:
        try:
            while waiting:
                await self._deliver(call, waiting[0])
                waiting.popleft()
        finally:
            del self._lanes[call]

    async def _deliver(self, call: CallKey, delivery: Delivery) -> None:
        body = orjson.dumps(delivery.event)
        for attempt in range(self._config.tries):
            if attempt:
                pause = self._config.backoff * 2.0 ** (attempt - 1)
                await self._clock.sleep(min(pause, self._config.backoff_longest))
            delivery.attempts += 1
            delivery.problem = await self._attempt(body)
            if not delivery.problem:
                delivery.acknowledged_at = self._clock.now()
                return
        self._give_up(call, delivery)

    async def _attempt(self, body: bytes) -> str:
        try:
            async with (
                self._clock.timeout(self._config.answer_within),
                self._session.post(
                    self.webhook_url, data=body, headers=self._headers(body), allow_redirects=False
                ) as response,
            ):
                return "" if response.ok and response.status < 300 else f"HTTP {response.status}"  # noqa: PLR2004 - a redirect is no acknowledgement
        except TimeoutError:
            return f"no answer within {self._config.answer_within:g} s"
        except aiohttp.ClientError as error:
            return type(error).__name__

    def _headers(self, body: bytes) -> dict[str, str]:
        headers = {"Content-Type": "application/json"}
        if self._config.signed:
            timestamp = str(int(self._clock.now()))
            headers |= signed_headers(self._config.bot_id, self._config.secret_key, timestamp, body)
        return headers

    def _give_up(self, call: CallKey, delivery: Delivery) -> None:
        delivery.given_up = True
        self._on_lost(call, delivery)
