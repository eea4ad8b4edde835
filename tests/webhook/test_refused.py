from __future__ import annotations

import asyncio
import gzip
import json
import zlib

import pytest
from structlog.testing import capture_logs

from bot.errors import JournalFull, JournalUnavailable
from bot.events import JsonValue
from bot.signature import signed_headers
from bot.testing.clock import until
from bot.webhook import Limits
from tests.webhook.service import BOT_ID, KEY, PRESS, SECRET, Answer, Service, head, service, status_of


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"not json",
        b"\xff\xfe",
        b'{"eventType":"x"} trailing',
        b'{"eventType":"x","n":NaN}',
        b'{"eventType":"cut \\ud8',
        b"null",
        b"7",
        b'"Call.created"',
        b"{}",
        b'{"eventType":""}',
        b'{"eventType":null}',
        b'{"eventType":7}',
        b'{"event":"Call.created"}',
        b"[]",
        b"[[]]",
        b'[[{"eventType":"x"}]]',
        b'[{"eventType":"x"},{}]',
        b'[{"eventType":"x"},null]',
        b"[" * 2000,
        b'[{"eventType":"x","deep":' + b"[" * 300 + b"]" * 300 + b"}]",
        b"[" + b",".join([b'{"eventType":"x"}'] * 5001) + b"]",
    ],
    ids=lambda body: body[:30].decode("latin-1"),
)
async def test_what_holds_no_events_is_400_and_nothing_of_it_is_stored(body: bytes) -> None:
    async with service() as bot:
        answer = await bot.send(body)

        assert answer.status == 400
        assert answer.message
        assert bot.inbox.stored == []
        assert bot.count("bot_deliveries_refused_total", status="400") == 1


async def unauthorised(bot: Service) -> list[Answer]:
    """Return the answers to all the ways in which authentication can be wrong."""
    body = json.dumps(PRESS).encode()
    good = signed_headers(BOT_ID, KEY, str(int(bot.clock.now())), body)
    answers = [
        await bot.send(PRESS, "/webhook/wrong"),
        await bot.send(PRESS, f"/webhook/{SECRET[:-1]}"),
        await bot.send(PRESS, f"/webhook/{SECRET.upper()}"),
        await bot.send(PRESS, "/webhook/%D0%A1%ED%A0%80%ff"),
        await bot.send(b"not json", "/webhook/wrong", headers={"Content-Type": "text/plain"}),
        await bot.send(PRESS, "/webhook"),
        await bot.send_signed(PRESS, key="wrong"),
        await bot.send_signed(PRESS, bot_id="another-bot"),
        await bot.send_signed(PRESS, age=301),
        await bot.send_signed(PRESS, age=-301),
        await bot.send_signed(PRESS, "/webhook/wrong"),
        await bot.send_signed(PRESS, f"/webhook/{SECRET}", key="wrong"),
        await bot.send_signed(PRESS, f"/webhook/{SECRET}", age=301),
        await bot.send(body + b" ", "/webhook", headers=good),
        await bot.send(body, headers={"X-Bot-Id": BOT_ID}),
    ]
    for missing in good:
        headers = {name: value for name, value in good.items() if name != missing}
        answers.append(await bot.send(body, "/webhook", headers=headers))
        answers.append(await bot.send(body, "/webhook", headers={**good, missing: ""}))
    odd = ("1e9", "-1", "\u0661", "9" * 5000, "soon")
    answers += [await bot.send(body, "/webhook", headers=signed_headers(BOT_ID, KEY, one, body)) for one in odd]
    return answers


async def test_every_cause_of_401_is_answered_alike() -> None:
    async with service() as bot:
        answers = await unauthorised(bot)

        assert {answer.status for answer in answers} == {401}
        assert {answer.body for answer in answers} == {b'{"code":401,"message":"not authorised"}'}
        names = {tuple(sorted(name for name in answer.headers if name != "Date")) for answer in answers}
        assert len(names) == 1
        assert bot.inbox.stored == []
        assert bot.count("bot_deliveries_refused_total", status="401") == len(answers)


async def test_without_any_secret_no_address_opens() -> None:
    async with service(path_secrets=()) as bot:
        assert (await bot.send(PRESS, "/webhook/")).status == 404
        assert (await bot.send(PRESS, "/webhook/x")).status == 401
        assert (await bot.send_signed(PRESS)).status == 200


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE", "PATCH", "OPTIONS"])
@pytest.mark.parametrize("path", ["/webhook", f"/webhook/{SECRET}"])
async def test_other_methods_are_405(method: str, path: str) -> None:
    async with service() as bot:
        answer = await bot.send(PRESS, path, method=method)

        assert answer.status == 405
        assert answer.headers["Allow"] == "POST"
        assert bot.inbox.stored == []


def padded(size: int) -> bytes:
    body = json.dumps({**PRESS, "padding": ""}).encode()
    return body.replace(b'"padding": ""', b'"padding": "' + b"x" * (size - len(body)) + b'"')


async def test_a_body_may_be_as_large_as_the_limit_and_no_larger() -> None:
    async with service() as bot:
        assert (await bot.send(padded(256 * 1024))).status == 200
        answer = await bot.send(padded(256 * 1024 + 1))

        assert answer.status == 413
        assert answer.headers["Connection"] == "close"
        assert len(bot.inbox.stored) == 1


async def test_a_body_that_is_said_to_be_too_large_is_not_waited_for() -> None:
    async with service(limits=Limits(body=2000)) as bot:
        reader, writer = await bot.connect()
        writer.write(head(2001))
        assert await status_of(reader) == 413
        writer.close()


async def test_a_body_in_chunks_is_cut_off_at_the_limit() -> None:
    async with service(limits=Limits(body=2000)) as bot:
        reader, writer = await bot.connect()
        writer.write(head(None))
        for _ in range(3):
            writer.write(b"3e8\r\n" + b"x" * 1000 + b"\r\n")
        assert await status_of(reader) == 413
        assert bot.inbox.stored == []
        writer.close()


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data"])
async def test_other_types_are_415(content_type: str) -> None:
    async with service() as bot:
        answer = await bot.send(PRESS, headers={"Content-Type": content_type})

        assert answer.status == 415
        assert "application/json" in answer.message
        assert bot.inbox.stored == []


@pytest.mark.parametrize(
    ("encoding", "body"),
    [
        ("gzip", gzip.compress(json.dumps(PRESS).encode())),
        ("deflate", zlib.compress(json.dumps(PRESS).encode())),
        ("gzip", gzip.compress(b"0" * 10_000_000)),
        ("gzip", b"no gzip at all"),
        ("GZIP", json.dumps(PRESS).encode()),
        ("unheard-of", json.dumps(PRESS).encode()),
    ],
    ids=["gzip", "deflate", "bomb", "broken", "upper", "unknown"],
)
async def test_a_compressed_body_is_415(encoding: str, body: bytes) -> None:
    async with service() as bot:
        by_secret = await bot.send(body, headers={"Content-Encoding": encoding})
        signed = signed_headers(BOT_ID, KEY, str(int(bot.clock.now())), body)
        by_signature = await bot.send(body, "/webhook", headers={**signed, "Content-Encoding": encoding})

        assert by_secret.status == by_signature.status == 415
        assert "not compressed" in by_secret.message
        assert bot.inbox.stored == []


async def test_identity_is_no_compression() -> None:
    async with service() as bot:
        assert (await bot.send(PRESS, headers={"Content-Encoding": "Identity"})).status == 200


@pytest.mark.parametrize("error", [JournalFull("100 of 100 wait"), JournalUnavailable("disk full: /secret/path")])
async def test_what_cannot_be_stored_is_503_to_come_again(error: JournalFull | JournalUnavailable) -> None:
    async with service(limits=Limits(retry_after=7)) as bot:
        bot.inbox.error = error
        answer = await bot.send(PRESS)

        assert answer.status == 503
        assert answer.headers["Retry-After"] == "7"
        assert str(error) not in answer.message

        bot.inbox.error = None
        assert (await bot.send(PRESS)).status == 200
        assert len(bot.inbox.stored) == 1


async def test_a_bot_that_stops_takes_nothing_more() -> None:
    async with service() as bot:
        bot.receiver.accepting = False
        answer = await bot.send(PRESS)

        assert answer.status == 503
        assert answer.headers["Retry-After"] == "1"
        assert bot.inbox.stored == []


async def test_too_many_at_once_are_503_and_there_is_room_again_afterwards() -> None:
    async with service(limits=Limits(at_once=2)) as bot:
        bot.inbox.gate.clear()
        first = [asyncio.create_task(bot.send({**PRESS, "n": number})) for number in range(2)]
        await until(lambda: bot.inbox.waiting == 2)

        answer = await bot.send(PRESS)
        assert answer.status == 503
        assert answer.headers["Retry-After"] == "1"

        bot.inbox.gate.set()
        assert [(await one).status for one in first] == [200, 200]
        assert (await bot.send(PRESS)).status == 200


async def test_refusals_give_a_room_back() -> None:
    async with service(limits=Limits(at_once=1)) as bot:
        for body in (b"{", b"[]"):
            assert (await bot.send(body)).status == 400
        assert (await bot.send(PRESS, "/webhook/wrong")).status == 401
        assert (await bot.send(PRESS)).status == 200


async def test_refusals_are_logged_without_secrets_and_bodies() -> None:
    hidden = ["Zq7", "89536052307", "the-guess", "callers words"]
    press: dict[str, JsonValue] = {**PRESS, "phone": "89536052307", "text": "callers words"}
    async with service() as bot:
        with capture_logs() as lines:
            await bot.send(press, "/webhook/the-guess")
            await bot.send(json.dumps(press).encode()[:-1])
            await bot.send(press, headers={"Content-Type": "text/plain"})
            bot.inbox.error = JournalUnavailable("the disk is full")
            await bot.send(press)

    assert [(line["event"], line["status"]) for line in lines] == [
        ("delivery refused", status) for status in (401, 400, 415, 503)
    ]
    assert lines[3]["cause"] == "the disk is full"
    assert not [word for word in hidden if word in repr(lines)]


async def test_refusals_of_one_kind_are_told_once_in_a_while_and_all_counted() -> None:
    async with service() as bot:
        with capture_logs() as lines:
            for _ in range(5):
                await bot.send(PRESS, "/webhook/wrong")
            await bot.send(b"{")
            await bot.clock.advance(10)
            await bot.send(PRESS, "/webhook/wrong")

        assert [line["status"] for line in lines] == [401, 400, 401]
        assert bot.count("bot_deliveries_refused_total", status="401") == 6
