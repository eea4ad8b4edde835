"""The live feed, as a page reads it."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import msgspec
import pytest

from bot.simulator import SimCall, Simulator, SimulatorConfig
from bot.simulator.control.feed import BEAT_SECONDS, HISTORY, MOST_LISTENERS, SEND_SECONDS
from bot.testing.clock import ManualClock, until
from tests.simulator.bot_side import BOT_ID, SECRET, SignedClient


class Listener:
    """Reads a feed, message by message."""

    def __init__(self, response: aiohttp.ClientResponse, clock: ManualClock) -> None:
        self.response = response
        self._clock = clock
        self._buffer = b""

    async def next(self) -> dict[str, Any]:
        """Return the next message: its ``event``, its ``id`` if it has one, and its ``data``."""
        while b"\n\n" not in self._buffer:
            reading = asyncio.ensure_future(self.response.content.readany())
            while not reading.done():
                await asyncio.sleep(0)
                await self._clock.advance(0.02)
            self._buffer += await reading
        message, _, self._buffer = self._buffer.partition(b"\n\n")
        fields = dict(line.split(": ", 1) for line in message.decode().splitlines())
        return {**fields, "data": msgspec.json.decode(fields["data"])}

    async def until(self, event: str) -> list[dict[str, Any]]:
        """Return the messages up to the next of a kind."""
        messages = [await self.next()]
        while messages[-1]["event"] != event:
            messages.append(await self.next())
        return messages


@asynccontextmanager
async def listening(client: SignedClient, last_id: str = "", after: str = "") -> AsyncIterator[Listener]:
    headers = {"Last-Event-ID": last_id} if last_id else {}
    url = f"{client.url}/simulator/feed{after and '?after=' + after}"
    async with client.session.get(url, headers=headers) as response:
        yield Listener(response, client.clock)


async def test_it_begins_with_everything_and_goes_on_as_it_happens(client: SignedClient, call: SimCall) -> None:
    async with listening(client) as feed:
        assert feed.response.content_type == "text/event-stream"
        first = await feed.until("state")
        assert first[0]["event"] == "hello"
        assert not first[0]["data"]["resumed"]
        assert [one["data"]["text"] for one in first[1:-1]] == ["calls from +74951234567", "Call.created"]
        (shown,) = first[-1]["data"]["calls"]
        assert (shown["key"], shown["ended"], shown["members"][0]["originator"]) == (str(call.key), False, True)
        await call.press("5")
        later = await feed.until("state")
    assert [one["data"]["text"] for one in later[:-1]] == ["presses 5", "Call.Member.dtmf +74951234567, key 5"]


@pytest.mark.parametrize("way", ["last_id", "after"])
async def test_whoever_comes_back_hears_the_rest(client: SignedClient, call: SimCall, way: str) -> None:
    async with listening(client) as feed:
        known = (await feed.until("record"))[-1]["id"]
    await call.press("5")
    async with listening(client, **{way: known}) as feed:
        rest = await feed.until("state")
    assert rest[0]["data"]["resumed"]
    assert [one["data"]["text"] for one in rest[1:3]] == ["Call.created", "presses 5"]


@pytest.mark.parametrize("known", ["0123-1", "nonsense", "OWN-999999"])
async def test_whoever_comes_from_elsewhere_begins_anew(client: SignedClient, call: SimCall, known: str) -> None:
    assert not call.ended
    async with listening(client) as feed:
        instance = (await feed.next())["data"]["instance"]
    async with listening(client, known.replace("OWN", instance)) as feed:
        begun = await feed.until("state")
    assert not begun[0]["data"]["resumed"]
    assert begun[1]["data"]["number"] == 1


async def test_a_long_story_is_told_from_near_its_end(client: SignedClient, simulator: Simulator) -> None:
    for number in range(HISTORY + 5):
        simulator.timeline.add("note", "platform", f"{number}", at=0, elapsed=0)
    async with listening(client) as feed:
        assert (await feed.until("record"))[-1]["data"]["text"] == "5"


async def test_a_listener_who_fell_behind_what_is_kept_is_let_go(clock: ManualClock) -> None:
    config = SimulatorConfig(bot_id=BOT_ID, secret_key=SECRET, keep_records=10)
    async with Simulator(config, clock=clock) as simulator, aiohttp.ClientSession() as session:
        client = SignedClient(session, simulator.url, clock)
        async with listening(client) as feed:
            await feed.until("state")
            for number in range(30):
                simulator.timeline.add("note", "platform", f"{number}", at=0, elapsed=0)
            await clock.advance(1.0)
            assert await feed.response.content.read() == b""


async def test_silence_is_broken_by_beats(client: SignedClient, clock: ManualClock) -> None:
    async with listening(client) as feed:
        await feed.until("state")
        await until(lambda: clock.until_next is not None)
        await clock.advance(BEAT_SECONDS)
        beat = await feed.next()
    assert beat["event"] == "beat"
    assert beat["data"]["now"] == pytest.approx(clock.now(), abs=1.0)


async def test_who_does_not_read_is_cut_off(client: SignedClient, simulator: Simulator, clock: ManualClock) -> None:
    host, port = re.match(r"http://(.+):(\d+)", simulator.url).groups()  # type: ignore[union-attr]
    reader, writer = await asyncio.open_connection(host, int(port), limit=1024)
    writer.write(b"GET /simulator/feed HTTP/1.1\r\nHost: localhost\r\n\r\n")
    assert b"200" in await reader.readline()
    for number in range(100):
        simulator.timeline.add("note", "platform", f"{number}", at=0, elapsed=0, data="x" * 1_000_000)
    await clock.advance(0.1)
    await until(lambda: clock.until_next is not None)
    await clock.advance(SEND_SECONDS + 1.0)
    read = await reader.read()
    assert len(read) < 90_000_000
    assert not read.endswith(b"0\r\n\r\n")  # broken off, rather than ended
    writer.close()
    async with listening(client) as feed:  # others are still served
        assert (await feed.next())["event"] == "hello"


async def test_there_is_a_limit_to_listeners(client: SignedClient) -> None:
    connector = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(connector=connector) as session:
        many = [await session.get(f"{client.url}/simulator/feed") for _ in range(MOST_LISTENERS)]
        async with session.get(f"{client.url}/simulator/feed") as refused:
            assert (refused.status, (await refused.json())["code"]) == (503, 503)
        for one in many:
            one.close()
