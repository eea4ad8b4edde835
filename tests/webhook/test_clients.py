from __future__ import annotations

import asyncio
import json

from structlog.testing import capture_logs

from bot.testing.clock import until
from bot.webhook import Limits
from tests.webhook.service import PRESS, head, service, status_of

BODY = json.dumps(PRESS).encode()


async def test_a_body_that_does_not_come_in_time_is_408() -> None:
    async with service(limits=Limits(read_seconds=5)) as bot:
        reader, writer = await bot.connect()
        writer.write(head(len(BODY)) + BODY[:10])
        await until(lambda: bot.clock.sleepers == 1)
        await bot.clock.advance(4.9)
        writer.write(BODY[10:12])
        await bot.clock.advance(0.2)

        assert await status_of(reader) == 408
        assert b"onnection: close" in await reader.readuntil(b"\r\n\r\n")
        assert bot.count("bot_deliveries_refused_total", status="408") == 1
        assert bot.inbox.stored == []
        writer.close()


async def test_a_body_that_comes_slowly_but_in_time_is_stored() -> None:
    async with service(limits=Limits(read_seconds=5)) as bot:
        reader, writer = await bot.connect()
        writer.write(head(len(BODY)) + BODY[:10])
        await until(lambda: bot.clock.sleepers == 1)
        await bot.clock.advance(4.9)
        writer.write(BODY[10:])

        assert await status_of(reader) == 200
        assert len(bot.inbox.stored) == 1
        writer.close()


async def test_a_connection_that_breaks_in_the_middle_of_a_body_stores_nothing() -> None:
    async with service() as bot:
        with capture_logs() as lines:
            _, writer = await bot.connect()
            writer.write(head(len(BODY)) + BODY[:-1])
            await until(lambda: bot.clock.sleepers == 1)
            writer.transport.abort()
            await until(lambda: bot.count("bot_deliveries_refused_total", status="400") == 1)

        assert [line["cause"] for line in lines] == ["the body is incomplete"]
        assert bot.inbox.stored == []
        assert (await bot.send(PRESS)).status == 200


async def test_after_a_broken_chunk_nothing_more_is_expected() -> None:
    async with service() as bot:
        reader, writer = await bot.connect()
        writer.write(head(None))
        await until(lambda: bot.clock.sleepers == 1)
        writer.write(b"no size\r\n")
        await bot.clock.advance(10)

        assert await status_of(reader) in (400, 408)
        assert bot.inbox.stored == []
        writer.close()


async def test_slow_clients_do_not_delay_others() -> None:
    async with service() as bot:
        slow = [await bot.connect() for _ in range(50)]
        for number, (_, writer) in enumerate(slow):
            writer.write(head(len(BODY))[: 20 if number % 2 else None] + (b"" if number % 2 else BODY[:5]))
        await until(lambda: bot.clock.sleepers == 25)

        answers = await asyncio.gather(*(bot.send({**PRESS, "n": number}) for number in range(50)))

        assert {answer.status for answer in answers} == {200}
        assert len(bot.inbox.stored) == 50
        for _, writer in slow:
            writer.close()


async def test_a_client_that_leaves_while_its_event_is_stored_loses_nothing() -> None:
    async with service() as bot:
        bot.inbox.gate.clear()
        _, writer = await bot.connect()
        writer.write(head(len(BODY)) + BODY)
        await until(lambda: bot.inbox.waiting == 1)
        writer.transport.abort()
        bot.inbox.gate.set()

        await until(lambda: len(bot.inbox.stored) == 1)


async def test_deliveries_that_follow_each_other_on_one_connection_are_all_stored() -> None:
    async with service() as bot:
        reader, writer = await bot.connect()
        writer.write((head(len(BODY)) + BODY) * 3)
        for _ in range(3):
            assert await status_of(reader) == 200
            await reader.readuntil(b"}")
        assert len(bot.inbox.stored) == 3
        writer.close()
