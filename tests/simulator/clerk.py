"""Somebody who makes requests about records, and looks at what the bot is told of them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from bot.simulator import DEFAULT_TEAM, Line, Simulator
from bot.simulator.record_requests import RECORD_REQUESTS
from bot.testing.clock import until
from tests.simulator.bot_side import BotServer, SignedClient
from tests.simulator.documents import check_event

STREAM = Line().stream_id


class Clerk:
    """Makes requests for one team; every answer is checked against its description."""

    def __init__(self, client: SignedClient, simulator: Simulator, bot: BotServer, team: str = DEFAULT_TEAM) -> None:
        self.client = client
        self.simulator = simulator
        self.bot = bot
        self.team = team

    async def asks(self, path: str, **fields: object) -> Any:
        """Make a request that must be accepted, and return its data."""
        status, answer = await self.client.post(path, fields, team=self.team)
        description = RECORD_REQUESTS[path]
        assert (status, answer["code"], answer[description.message_field]) == (200, 200, "OK"), answer
        data = answer.get("data")
        entries = data if isinstance(data, list) else [data or {}]
        assert all(set(description.answers) <= set(entry) for entry in entries), (path, data)
        assert description.answers or data is None
        return data

    async def is_refused(self, path: str, **fields: object) -> str:
        """Make a request that must be refused, and return why."""
        status, answer = await self.client.post(path, fields, team=self.team)
        assert (status, answer["code"], set(answer)) == (400, 400, {"code", "message"}), answer
        return str(answer["message"])

    async def thread(self, thread_id: str) -> dict[str, Any]:
        """Return a thread as it is answered."""
        [entry] = await self.asks("thread/read", threadId=thread_id)
        assert isinstance(entry, dict)
        return entry

    async def statuses(self, stream_id: str = STREAM) -> list[str]:
        """Return the ids of a stream's statuses."""
        [entry] = await self.asks("stream/read", streamId=stream_id)
        return list(entry["statuses"])

    async def told(self, *names: str) -> list[dict[str, Any]]:
        """Wait until the bot has been told of these events, in any order and no others, and forget them."""
        await until(lambda: len(self.bot.events) >= len(names))
        events = list(self.bot.events)
        assert sorted(self.bot.types) == sorted(names)
        self.bot.events.clear()
        check_all(events)
        return sorted(events, key=lambda event: names.index(event["eventType"]))


def check_all(events: Iterable[dict[str, Any]]) -> None:
    """Check events against the documents."""
    for event in events:
        check_event(event)
