from __future__ import annotations

import asyncio

import msgspec
import pytest

from bot.events import JsonValue
from bot.testing.clock import settle, until
from tests.webhook.service import OTHER_SECRET, PRESS, SECRET, service

OK = b'{"code":200,"message":"OK"}'


async def test_one_event_is_stored_with_its_exact_bytes() -> None:
    body = b' {"eventType" : "call.dtmf", "teamId":"t1",\n "threadId":"c1", "dtmf":1.0}'
    async with service() as bot:
        answer = await bot.send(body)

        assert (answer.status, answer.body) == (200, OK)
        assert answer.headers["Content-Type"] == "application/json"
        (delivery,) = bot.inbox.stored
        assert delivery.body == body
        assert delivery.event.event_type == "Call.Member.dtmf"
        assert delivery.received_at == bot.clock.now()
        assert bot.count("bot_events_received_total", type="Call.Member.dtmf") == 1
        assert bot.count("bot_acknowledge_seconds_count") == 1


async def test_a_list_is_stored_whole_and_in_order() -> None:
    events: list[JsonValue] = [{**PRESS, "dtmfNumber": str(number)} for number in range(3)]
    async with service() as bot:
        answer = await bot.send(events)

        assert (answer.status, answer.body) == (200, OK)
        assert [msgspec.json.decode(one.body) for one in bot.inbox.stored] == events
        assert bot.count("bot_events_received_total", type="Call.Member.dtmf") == 3


async def test_an_unknown_type_is_accepted_and_counted_as_other() -> None:
    async with service() as bot:
        answer = await bot.send({"eventType": "Payment.received", "teamId": "t1"})

        assert answer.status == 200
        assert bot.inbox.types == ["Payment.received"]
        assert bot.count("bot_events_received_total", type="other") == 1


@pytest.mark.parametrize("path", [f"/webhook/{SECRET}", f"/webhook/{OTHER_SECRET}", f"/webhook/{SECRET}?from=platform"])
async def test_each_secret_opens(path: str) -> None:
    async with service() as bot:
        assert (await bot.send(PRESS, path)).status == 200


async def test_a_signature_opens_with_and_without_a_secret_in_the_address() -> None:
    async with service() as bot:
        assert (await bot.send_signed(PRESS)).status == 200
        assert (await bot.send_signed(PRESS, f"/webhook/{SECRET}")).status == 200
        assert (await bot.send_signed(PRESS, age=299)).status == 200
        assert (await bot.send_signed(PRESS, age=-299)).status == 200
        assert len(bot.inbox.stored) == 4


@pytest.mark.parametrize(
    "content_type",
    ["application/json", "application/json; charset=utf-8", "text/json", "application/vnd.platform+json", ""],
)
async def test_json_goes_by_several_names(content_type: str) -> None:
    async with service() as bot:
        assert (await bot.send(PRESS, headers={"Content-Type": content_type})).status == 200


async def test_a_text_that_was_cut_in_the_middle_of_an_emoji_loses_no_event() -> None:
    body = b'{"eventType":"Thread.created","title":"cut \\ud83d","other":"\\ud83d\\ude00 \\\\ud83d \\udc00"}'
    async with service() as bot:
        assert (await bot.send(body)).status == 200

        (delivery,) = bot.inbox.stored
        assert delivery.event.raw["title"] == "cut \ufffd"
        assert delivery.event.raw["other"] == "\U0001f600 \\ud83d \ufffd"
        assert msgspec.json.decode(delivery.body) == delivery.event.raw


async def test_the_answer_waits_until_the_event_is_stored() -> None:
    async with service() as bot:
        bot.inbox.gate.clear()
        sending = asyncio.create_task(bot.send(PRESS))
        await until(lambda: bot.inbox.waiting == 1)
        await settle()
        assert not sending.done()
        assert bot.inbox.stored == []

        bot.inbox.gate.set()
        assert (await sending).status == 200
        assert bot.inbox.types == ["Call.Member.dtmf"]


async def test_the_time_to_store_is_measured() -> None:
    async with service() as bot:
        bot.inbox.gate.clear()
        sending = asyncio.create_task(bot.send(PRESS))
        await until(lambda: bot.inbox.waiting == 1)
        await bot.clock.advance(0.2)
        bot.inbox.gate.set()
        await sending

        assert bot.count("bot_acknowledge_seconds_sum") == pytest.approx(0.2)
