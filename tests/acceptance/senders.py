"""Those who post events to a bot that is killed again and again, and remember what it acknowledged."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from random import Random
from typing import Final

import aiohttp
import msgspec

SECRET: Final = "made-up-webhook-secret"
_TEAM: Final = "545b508981d3f8001497d03d"
_BESIDE: Final = ("Thread.Updated.status", "Comment.created", "Thread.Updated.title")


@dataclass(frozen=True, slots=True)
class Sent:
    """One event: its number, unique in the run, and the call it belongs to."""

    number: int
    lane: str
    body: dict[str, object]


@dataclass(slots=True)
class Ledger:
    """What was sent and what was acknowledged.

    Attributes:
        sent: every event whose first byte may have left, in the order of sending within each call.
        acknowledged: numbers of the events answered with 200, and in which life of the bot.
        unanswered: posts that a kill cut off.
        refused: answers other than 200, by status.
        life: how often the bot has been started.
    """

    sent: dict[int, Sent] = field(default_factory=dict)
    acknowledged: dict[int, int] = field(default_factory=dict)
    unanswered: int = 0
    refused: dict[int, int] = field(default_factory=dict)
    life: int = 0


class Target:
    """Where the bot is now; those who send wait here while there is none."""

    def __init__(self) -> None:
        self._url = ""
        self._there = asyncio.Event()

    def moved_to(self, url: str) -> None:
        """Say where the bot listens."""
        self._url = url
        self._there.set()

    def gone(self) -> None:
        """Say that there is none."""
        self._there.clear()

    async def url(self) -> str:
        """Return the webhook's address, once there is one."""
        await self._there.wait()
        return f"{self._url}/webhook/{SECRET}"


class Sender:
    """Posts events one after another, without pause.

    Args:
        number: its own.
        numbers: counts the events of all senders.
        random: decides which events.
        ledger: where it is written down.
        patient: whether it posts an event until it is acknowledged, rather than going on with the next.
    """

    def __init__(self, number: int, numbers: Iterator[int], random: Random, ledger: Ledger, *, patient: bool) -> None:
        self._name = f"{number:02}"
        self._numbers = numbers
        self._random = random
        self._ledger = ledger
        self._patient = patient
        self._calls = count(1)
        self._open: list[tuple[str, int]] = []

    async def run(self, target: Target, stop: asyncio.Event) -> None:
        """Post until told to stop; then what is being posted is posted to its end."""
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=30)) as session:
            while not stop.is_set():
                batch = self._batch()
                while not await self._post(session, await target.url(), batch) and self._patient:
                    await asyncio.sleep(0.005)

    async def _post(self, session: aiohttp.ClientSession, url: str, batch: list[Sent]) -> bool:
        ledger = self._ledger
        ledger.sent.update((one.number, one) for one in batch)
        body = msgspec.json.encode(batch[0].body if len(batch) == 1 else [one.body for one in batch])
        try:
            async with session.post(url, data=body, headers={"Content-Type": "application/json"}) as response:
                status = response.status
        except aiohttp.ClientError:
            ledger.unanswered += 1
            return False
        if status != 200:
            ledger.refused[status] = ledger.refused.get(status, 0) + 1
            return False
        for one in batch:
            ledger.acknowledged.setdefault(one.number, ledger.life)
        return True

    def _batch(self) -> list[Sent]:
        return [self._event() for _ in range(self._random.choice((1, 1, 1, 1, 3)))]

    def _event(self) -> Sent:
        """Return an event of one of five calls; equal keys again and again, for those must not be taken for copies."""
        if len(self._open) < 5:
            call = f"call-{self._name}-{next(self._calls)}"
            self._open.append((call, self._random.randint(3, 40)))
            return self._made(call, "Call.created", type="thread-incoming", createdAt=next(self._calls))
        place = self._random.randrange(5)
        call, left = self._open[place]
        if left == 0:
            del self._open[place]
            return self._made(call, "Call.ended")
        self._open[place] = (call, left - 1)
        if self._random.random() < 0.2:
            return self._made(call, self._random.choice(_BESIDE))
        return self._made(call, "Call.Member.dtmf", dtmfNumber=self._random.choice("1#"), userId="caller")

    def _made(self, call: str, event_type: str, **fields: object) -> Sent:
        number = next(self._numbers)
        body = {"eventType": event_type, "teamId": _TEAM, "threadId": call, "number": number, **fields}
        return Sent(number, call, body)
