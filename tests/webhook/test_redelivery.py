from __future__ import annotations

import asyncio
import json

from structlog.testing import capture_logs

from bot.errors import JournalUnavailable
from bot.testing.clock import ManualClock, settle, until
from bot.webhook import Limits
from bot.webhook.redelivery import Redeliveries
from tests.webhook.service import PRESS, Service, head, service, status_of

BODY = json.dumps(PRESS).encode()


async def test_two_equal_key_presses_are_both_kept() -> None:
    async with service() as bot:
        assert [(await bot.send(PRESS)).status for _ in range(3)] == [200, 200, 200]
        assert len(bot.inbox.stored) == 3


async def test_two_equal_key_presses_at_once_are_both_kept() -> None:
    async with service() as bot:
        bot.inbox.gate.clear()
        presses = [asyncio.create_task(bot.send(PRESS)) for _ in range(2)]
        await until(lambda: bot.inbox.waiting == 2)
        bot.inbox.gate.set()

        assert [(await press).status for press in presses] == [200, 200]
        assert len(bot.inbox.stored) == 2


async def broken_off(bot: Service) -> None:
    """Deliver the press over a connection that breaks before it is stored."""
    before = bot.inbox.waiting
    _, writer = await bot.connect()
    writer.write(head(len(BODY)) + BODY)
    await until(lambda: bot.inbox.waiting == before + 1)
    writer.transport.abort()
    await until(lambda: bot.broken == 1)


async def test_a_copy_after_a_broken_connection_is_dropped_once() -> None:
    async with service() as bot:
        bot.inbox.gate.clear()
        await broken_off(bot)
        bot.inbox.gate.set()
        await until(lambda: len(bot.inbox.stored) == 1)

        with capture_logs() as lines:
            answers = [await bot.send(BODY) for _ in range(2)]

        assert [answer.status for answer in answers] == [200, 200]
        assert len(bot.inbox.stored) == 2
        assert bot.count("bot_redeliveries_total") == 1
        assert [(line["event"], line["events"]) for line in lines] == [("redelivery dropped", 1)]


async def test_a_copy_after_a_slow_acknowledgement_is_dropped() -> None:
    async with service() as bot:
        bot.inbox.gate.clear()
        sending = asyncio.create_task(bot.send(PRESS))
        await until(lambda: bot.inbox.waiting == 1)
        await bot.clock.advance(3.1)
        bot.inbox.gate.set()
        assert (await sending).status == 200

        await bot.send({**PRESS, "dtmfNumber": "2"})
        await bot.send(PRESS)

        assert [one.event.raw["dtmfNumber"] for one in bot.inbox.stored] == ["1", "2"]


async def test_a_copy_after_a_prompt_acknowledgement_is_kept() -> None:
    async with service() as bot:
        bot.inbox.gate.clear()
        sending = asyncio.create_task(bot.send(PRESS))
        await until(lambda: bot.inbox.waiting == 1)
        await bot.clock.advance(2.9)
        bot.inbox.gate.set()
        await sending
        await bot.send(PRESS)

        assert len(bot.inbox.stored) == 2


async def test_a_copy_that_comes_late_is_kept() -> None:
    async with service() as bot:
        bot.inbox.gate.clear()
        await broken_off(bot)
        bot.inbox.gate.set()
        await until(lambda: len(bot.inbox.stored) == 1)
        await bot.clock.advance(121)
        await bot.send(BODY)

        assert len(bot.inbox.stored) == 2


async def test_a_copy_during_a_slow_store_waits_for_what_becomes_of_it() -> None:
    async with service() as bot:
        bot.inbox.gate.clear()
        await broken_off(bot)
        copy = asyncio.create_task(bot.send(BODY))
        await until(lambda: bot.under_way == 2)
        await settle()
        assert not copy.done()
        assert bot.inbox.waiting == 1

        bot.inbox.gate.set()
        assert (await copy).status == 200
        assert len(bot.inbox.stored) == 1
        assert bot.count("bot_redeliveries_total") == 1


async def test_a_copy_of_what_could_not_be_stored_is_stored() -> None:
    async with service() as bot:
        bot.inbox.gate.clear()
        bot.inbox.error = JournalUnavailable("the disk is full")
        await broken_off(bot)
        copy = asyncio.create_task(bot.send(BODY))
        await until(lambda: bot.under_way == 2)
        bot.inbox.gate.set()
        assert (await copy).status == 503

        bot.inbox.error = None
        assert (await bot.send(BODY)).status == 200
        assert len(bot.inbox.stored) == 1
        assert bot.count("bot_redeliveries_total") == 0


async def test_a_copy_whose_own_connection_breaks_is_expected_again() -> None:
    async with service() as bot:
        bot.inbox.gate.clear()
        sending = asyncio.create_task(bot.send(PRESS))
        await until(lambda: bot.inbox.waiting == 1)
        await bot.clock.advance(4)
        _, writer = await bot.connect()
        writer.write(head(len(BODY)) + BODY)
        await until(lambda: bot.under_way == 2)
        writer.transport.abort()
        await until(lambda: bot.broken == 1)
        bot.inbox.gate.set()
        await sending
        await until(lambda: bot.count("bot_redeliveries_total") == 1)

        assert (await bot.send(BODY)).status == 200
        assert len(bot.inbox.stored) == 1
        assert bot.count("bot_redeliveries_total") == 2


async def test_a_slow_upload_makes_the_acknowledgement_doubtful_too() -> None:
    async with service(limits=Limits(read_seconds=10)) as bot:
        reader, writer = await bot.connect()
        writer.write(head(len(BODY)) + BODY[:5])
        await until(lambda: bot.clock.sleepers == 1)
        await bot.clock.advance(3.1)
        writer.write(BODY[5:])
        assert await status_of(reader) == 200
        writer.close()
        await bot.send(BODY)

        assert len(bot.inbox.stored) == 1


def broken() -> bool:
    return False


async def test_of_several_copies_of_a_failed_delivery_one_takes_its_place() -> None:
    redeliveries = Redeliveries(ManualClock())
    stored = asyncio.Event()

    async def deliver() -> bool:
        if await redeliveries.is_copy(BODY):
            return False
        arrival = redeliveries.arrived(BODY, 0.0, 0.0, broken)
        await stored.wait()
        redeliveries.answered(arrival, stored=True)
        return True

    original = redeliveries.arrived(BODY, 0.0, 0.0, broken)
    copies = [asyncio.create_task(deliver()) for _ in range(3)]
    await settle()
    redeliveries.answered(original, stored=False)
    await settle()
    stored.set()

    assert [await copy for copy in copies] == [True, False, False]


async def test_a_copy_that_is_cancelled_while_it_waits_leaves_the_others_waiting() -> None:
    redeliveries = Redeliveries(ManualClock())
    original = redeliveries.arrived(BODY, 0.0, 0.0, broken)
    copies = [asyncio.create_task(redeliveries.is_copy(BODY)) for _ in range(2)]
    await settle()
    copies[0].cancel()
    await settle()

    redeliveries.answered(original, stored=True)
    assert await copies[1] is True
    assert copies[0].cancelled()


async def test_doubt_that_is_renewed_lasts_anew_and_hides_nothing_that_is_older() -> None:
    clock = ManualClock()
    redeliveries = Redeliveries(clock)
    for body in (b"first", b"second"):
        redeliveries.answered(redeliveries.arrived(body, 0.0, 0.0, broken), stored=True)
    await clock.advance(100)
    redeliveries.dropped(b"first", broken)
    await clock.advance(30)

    assert await redeliveries.is_copy(b"second") is False
    assert await redeliveries.is_copy(b"first") is True


async def test_no_more_is_remembered_than_can_be_kept() -> None:
    redeliveries = Redeliveries(ManualClock())
    for number in range(10_001):
        body = str(number).encode()
        redeliveries.answered(redeliveries.arrived(body, 0.0, 0.0, broken), stored=True)

    assert await redeliveries.is_copy(b"0") is False
    assert await redeliveries.is_copy(b"1") is True
    assert await redeliveries.is_copy(b"10000") is True
