"""Events on their way to the bot: in order within a call, each until the bot has it or the tries are used up."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from bot import wire
from bot.clock import Clock
from bot.events import CallKey
from bot.simulator.dice import Dice, EventFate
from bot.simulator.payloads import Payload
from bot.simulator.posting import DeliveryConfig, Poster
from bot.simulator.tasks import Tasks

MOST_WAITING: Final = 1_000
"""How many events of one call may wait for the bot before new ones are given up."""


@dataclass(slots=True, kw_only=True, eq=False)
class Delivery:
    """One event on its way to the bot.

    Attributes:
        event: the event.
        by: the lane of chance that decides what goes wrong.
        attempts: how often it was posted so far, copies included.
        problem: what went wrong with the latest attempt, or what it waits for; empty if nothing did.
        acknowledged_at: when the platform took it for acknowledged, unix seconds; None before.
        given_up: whether no further attempt will be made.
        dropped: whether it was lost on the platform's side, so that the bot cannot know of it.
        taken: how often the bot has acknowledged it; more than once where it was posted again all the same.
        posting: whether it is being posted right now, rather than waiting.
    """

    event: Payload
    by: str = ""
    attempts: int = 0
    problem: str = ""
    acknowledged_at: float | None = None
    given_up: bool = False
    dropped: bool = False
    taken: int = 0
    posting: bool = False

    @property
    def event_type(self) -> str:
        """The event's type."""
        return str(self.event["eventType"])


@dataclass(slots=True, eq=False)
class _Waiting:
    delivery: Delivery
    fate: EventFate


@dataclass(slots=True)
class _Lane:
    waiting: deque[_Waiting]
    arrived: asyncio.Event = field(default_factory=asyncio.Event)
    task: asyncio.Task[None] | None = None


class Deliveries:
    """All deliveries; calls are independent of each other, and a call without deliveries costs nothing.

    Args:
        poster: what posts.
        config: how often, and when.
        dice: decides what goes wrong.
        clock: for backoff and delays.
        tasks: what owns the work.
        note: told of everything that goes wrong, in words.

    Attributes:
        open: cleared while nothing can be posted.
        posting: how many events are being posted now.
    """

    def __init__(
        self,
        poster: Poster,
        config: DeliveryConfig,
        *,
        dice: Dice,
        clock: Clock,
        tasks: Tasks,
        note: Callable[[CallKey, str], None],
    ) -> None:
        self.open = asyncio.Event()
        self.open.set()
        self.posting = 0
        self._poster = poster
        self._config = config
        self._dice = dice
        self._clock = clock
        self._tasks = tasks
        self._note = note
        self._lanes: dict[CallKey, _Lane] = {}

    def connect(self, webhook_url: str) -> None:
        """Say where events go from now on, those that already wait too."""
        self._poster.webhook_url = webhook_url

    def post(self, call: CallKey, event: Payload, by: str = "") -> Delivery:
        """Put an event on its way behind those of the same call; return at once.

        Args:
            call: the call.
            event: the event.
            by: the lane of chance that decides what goes wrong: the caller's number and the type of the event.
        """
        delivery = Delivery(event=event, by=by)
        fate = self._dice.event(by)
        lane = self._lanes.get(call)
        if fate.dropped:
            delivery.dropped = True
            self._give_up(call, delivery, "dropped by a fault")
        elif lane is None:
            lane = self._lanes[call] = _Lane(deque([_Waiting(delivery, fate)]))
            lane.task = self._tasks.start(self._work(call, lane), name=f"simulator delivery {call}")
        elif len(lane.waiting) < MOST_WAITING:
            lane.waiting.append(_Waiting(delivery, fate))
            lane.arrived.set()
        else:
            self._give_up(call, delivery, "too many events wait")
        return delivery

    async def idle(self, call: CallKey) -> None:
        """Wait until nothing of a call is on its way."""
        while (lane := self._lanes.get(call)) is not None and lane.task is not None:
            await asyncio.wait({lane.task})

    async def _work(self, call: CallKey, lane: _Lane) -> None:
        try:
            while lane.waiting:
                if lane.waiting[0].fate.reordered:
                    await self._let_pass(call, lane)
                first = lane.waiting[0]
                await self._delay(call, first)
                await self._deliver(call, first.delivery)
                if first.fate.duplicated and not first.delivery.given_up:
                    await self._repeat(call, first.delivery)
                lane.waiting.remove(first)
        finally:
            del self._lanes[call]

    async def _let_pass(self, call: CallKey, lane: _Lane) -> None:
        """Put the next event of a call, if it comes soon, before the first."""
        first = lane.waiting[0]
        first.fate = EventFate(duplicated=first.fate.duplicated)  # delayed enough
        first.delivery.problem = "waits for the next event"
        if len(lane.waiting) == 1:
            lane.arrived.clear()
            try:
                async with self._clock.timeout(self._dice.faults.reorder_longest):
                    await lane.arrived.wait()
            except TimeoutError:
                return
        second = lane.waiting[1]
        second.fate = EventFate(duplicated=second.fate.duplicated)
        lane.waiting[0], lane.waiting[1] = second, first
        self._note(call, f"fault: {second.delivery.event_type} is posted before {first.delivery.event_type}")

    async def _delay(self, call: CallKey, waiting: _Waiting) -> None:
        if waiting.fate.delay:
            waiting.delivery.problem = f"delayed by {waiting.fate.delay:g} s"
            self._note(call, f"fault: {waiting.delivery.event_type} is {waiting.delivery.problem}")
            await self._clock.sleep(waiting.fate.delay)

    async def _deliver(self, call: CallKey, delivery: Delivery) -> None:
        for attempt in range(self._config.tries):
            if attempt:
                pause = self._config.backoff * 2.0 ** (attempt - 1)
                await self._clock.sleep(min(pause, self._config.backoff_longest))
            delivery.problem = await self._attempt(call, delivery)
            if not delivery.problem:
                delivery.acknowledged_at = self._clock.now()
                return
        self._give_up(call, delivery, delivery.problem)

    async def _attempt(self, call: CallKey, delivery: Delivery) -> str:
        if not self.open.is_set():
            delivery.problem = "waits for the platform to be up again"
            await self.open.wait()
        fate = self._dice.attempt(delivery.by)
        if fate.unread:
            self._note(call, f"fault: the connection breaks before the bot's answer to {delivery.event_type}")
        problem = await self._post(delivery, leave=fate.unread)
        if problem or not fate.unacknowledged:
            return problem
        self._note(call, f"fault: the bot's answer to {delivery.event_type} gets lost")
        return "the acknowledgement got lost"

    async def _repeat(self, call: CallKey, delivery: Delivery) -> None:
        self._note(call, f"fault: {delivery.event_type} is posted once more")
        await self._post(delivery)

    async def _post(self, delivery: Delivery, *, leave: bool = False) -> str:
        body = wire.encode(delivery.event)
        delivery.attempts += 1
        delivery.problem, delivery.posting = "", True
        self.posting += 1
        try:
            problem = await self._poster.post(body, leave=leave)
        finally:
            delivery.posting = False
            self.posting -= 1
        delivery.taken += not problem
        return problem

    def _give_up(self, call: CallKey, delivery: Delivery, why: str) -> None:
        delivery.given_up, delivery.problem = True, why
        if delivery.dropped:
            self._note(call, f"fault: {delivery.event_type} is never posted")
        else:
            self._note(call, f"gave up {delivery.event_type} after {delivery.attempts} tries: {why}")
