from __future__ import annotations

import asyncio
from email.utils import formatdate

import pytest
from aiohttp import web

from bot.api import ApiClient
from bot.api.spec import CALL_GET, CALL_REQUESTS, USER_INVITE, RequestSpec
from bot.errors import InDoubt, NotSent, Rejected
from bot.testing.clock import ManualClock, until
from tests.api.conftest import Connect
from tests.api.platform import (
    TEAM,
    THREAD,
    Answer,
    HastyClock,
    Platform,
    answers,
    cut,
    cut_within_the_answer,
    nobody_listens,
)

BODY = {"threadId": THREAD}

MAY_HAVE_ACTED: dict[str, Answer] = {
    "reset after reading": cut,
    "cut within the answer": cut_within_the_answer,
    "500": answers(500),
    "503 without Retry-After": answers(503, raw=b"<html>"),
    "500 in the body": answers(200, {"code": 500, "message": "Internal error"}),
    "no JSON": answers(raw=b"<html>fine</html>"),
    "JSON but no object": answers(raw=b"[]"),
    "a code that means nothing": answers(body={"code": "all is well"}),
    "nothing": answers(raw=b""),
}

REFUSED: dict[str, Answer] = {
    "429": answers(429),
    "429 with Retry-After": answers(429, raw=b"", headers={"Retry-After": "1"}),
    "429 in the body": answers(200, {"code": 429, "message": "Slow down"}),
    "503 with Retry-After": answers(503, headers={"Retry-After": "1"}),
}


def test_only_an_invitation_must_not_be_repeated() -> None:
    assert [spec.path for spec in CALL_REQUESTS if not spec.repeatable] == ["call.user/invite"]


@pytest.mark.parametrize("answer", MAY_HAVE_ACTED.values(), ids=MAY_HAVE_ACTED)
async def test_a_harmful_request_that_may_have_acted_is_never_repeated(
    client: ApiClient, platform: Platform, answer: Answer
) -> None:
    platform.then(answer)
    with pytest.raises(InDoubt) as caught:
        await client.team(TEAM).request(USER_INVITE, BODY)
    assert len(platform.seen) == caught.value.attempts == 1


@pytest.mark.parametrize("answer", MAY_HAVE_ACTED.values(), ids=MAY_HAVE_ACTED)
async def test_a_repeatable_one_is_repeated(client: ApiClient, platform: Platform, answer: Answer) -> None:
    platform.then(answer, answer)
    await client.team(TEAM).request(CALL_GET, BODY)
    assert len(platform.seen) == 3


@pytest.mark.parametrize("answer", MAY_HAVE_ACTED.values(), ids=MAY_HAVE_ACTED)
async def test_what_stays_unclear_ends_in_doubt(client: ApiClient, platform: Platform, answer: Answer) -> None:
    platform.then(*[answer] * 4)
    with pytest.raises(InDoubt) as caught:
        await client.team(TEAM).request(CALL_GET, BODY)
    assert len(platform.seen) == caught.value.attempts == 4


@pytest.mark.parametrize("spec", [CALL_GET, USER_INVITE])
@pytest.mark.parametrize("answer", REFUSED.values(), ids=REFUSED)
async def test_what_was_refused_before_acting_is_always_repeated(
    client: ApiClient, platform: Platform, answer: Answer, spec: RequestSpec
) -> None:
    platform.then(answer)
    await client.team(TEAM).request(spec, BODY)
    platform.then(*[answer] * 4)
    with pytest.raises(NotSent) as caught:
        await client.team(TEAM).request(spec, BODY)
    assert caught.value.attempts == 4
    assert caught.value.code in (429, 503)
    assert len(platform.seen) == 6


async def test_the_code_of_a_failure_that_stays(client: ApiClient, platform: Platform) -> None:
    platform.then(*[answers(502)] * 4)
    with pytest.raises(InDoubt) as caught:
        await client.team(TEAM).request(CALL_GET, BODY)
    assert caught.value.code == 502


async def test_a_refusal_after_an_attempt_that_may_have_acted_does_not_hide_it(
    client: ApiClient, platform: Platform
) -> None:
    platform.then(cut, answers(400, {"message": "already recording"}))
    with pytest.raises(InDoubt, match="already recording") as caught:
        await client.team(TEAM).request(CALL_GET, BODY)
    assert (caught.value.code, caught.value.attempts) == (400, 2)


async def test_a_refusal_after_one_that_cannot_have_acted(client: ApiClient, platform: Platform) -> None:
    platform.then(answers(429), answers(400))
    with pytest.raises(Rejected):
        await client.team(TEAM).request(USER_INVITE, BODY)


async def test_pauses_double_and_are_spread(connect: Connect, platform: Platform, clock: HastyClock) -> None:
    numbers = iter([1.0, 0.5, 0.0, 1.0, 0.25])
    async with connect(tries=6, backoff_first=1.0, backoff_longest=6.0, random=lambda: next(numbers)) as client:
        platform.then(*[answers(429)] * 5)
        await client.team(TEAM).request(USER_INVITE, BODY)
    assert clock.slept == [1.0, 1.0, 0.0, 6.0, 1.5]
    assert platform.seen[-1].at - platform.seen[0].at == sum(clock.slept)


async def test_retry_after_may_be_a_date(connect: Connect, platform: Platform, clock: HastyClock) -> None:
    async with connect(random=lambda: 0.0) as client:
        later = formatdate(clock.now() + 9, usegmt=True)
        earlier = formatdate(clock.now() - 9, usegmt=True)
        platform.then(answers(503, headers={"Retry-After": later}), answers(503, headers={"Retry-After": earlier}))
        await client.team(TEAM).request(USER_INVITE, BODY)
    assert clock.slept == [9.0, 0.0]


@pytest.mark.parametrize("wait", ["31", "9" * 400])
async def test_a_retry_after_beyond_the_cap_is_not_waited_for(
    client: ApiClient, platform: Platform, clock: HastyClock, wait: str
) -> None:
    platform.then(answers(503, headers={"Retry-After": wait}))
    with pytest.raises(NotSent) as caught:
        await client.team(TEAM).request(CALL_GET, BODY)
    assert caught.value.attempts == 1
    assert clock.slept == []


@pytest.mark.parametrize("wait", ["soon", "-1", "1.5", "Mon, 99 Foo 2026"])
async def test_a_retry_after_that_cannot_be_read_counts_as_none(
    client: ApiClient, platform: Platform, clock: HastyClock, wait: str
) -> None:
    platform.then(answers(503, headers={"Retry-After": wait}))
    with pytest.raises(InDoubt):
        await client.team(TEAM).request(USER_INVITE, BODY)
    platform.then(answers(429, headers={"Retry-After": wait}))
    await client.team(TEAM).request(USER_INVITE, BODY)
    assert clock.slept == [0.2]


async def test_nobody_listens(connect: Connect, clock: HastyClock) -> None:
    with nobody_listens() as address:
        async with connect(base_url=address) as client:
            with pytest.raises(NotSent, match="cannot connect") as caught:
                await client.team(TEAM).request(USER_INVITE, BODY)
    assert caught.value.attempts == 4
    assert caught.value.code is None
    assert isinstance(caught.value.__cause__, OSError)
    assert len(clock.slept) == 3


async def test_no_connection_in_time(connect: Connect, platform: Platform) -> None:
    async with connect(connections=1, connect_timeout=0.02, tries=2) as client:
        platform.then(platform.held())
        first = asyncio.create_task(client.team(TEAM).request(CALL_GET, BODY))
        await until(lambda: platform.under_way == 1)
        with pytest.raises(NotSent, match="no connection in time") as caught:
            await client.team(TEAM).request(USER_INVITE, BODY)
        platform.gate.set()
        await first
    assert caught.value.attempts == 2
    assert len(platform.seen) == 1


async def test_no_answer_in_time(connect: Connect, platform: Platform) -> None:
    clock = ManualClock()
    async with connect(clock=clock, tries=2, random=lambda: 0.0) as client:
        platform.then(platform.held(), platform.held())
        invite = asyncio.create_task(client.team(TEAM).request(USER_INVITE, BODY))
        get = asyncio.create_task(client.team(TEAM).request(CALL_GET, BODY))
        await until(lambda: platform.under_way == 2)
        await clock.advance(9.9)
        assert not invite.done()
        await clock.advance(0.2)
        with pytest.raises(InDoubt, match="no answer within 10 s"):
            await invite
        await get
    assert [seen.signed for seen in platform.seen] == [True] * 3
    assert platform.seen[2].timestamp > platform.seen[0].timestamp


async def test_an_answer_that_does_not_end_in_time(connect: Connect, platform: Platform) -> None:
    clock = ManualClock()

    async def slow(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        await response.write(b'{"code":')
        await platform.gate.wait()
        return response

    async with connect(clock=clock) as client:
        platform.then(slow)
        request = asyncio.create_task(client.team(TEAM).request(USER_INVITE, BODY))
        await until(lambda: platform.under_way == 1)
        await clock.advance(11)
        with pytest.raises(InDoubt, match="no answer"):
            await request


async def test_what_is_not_http_at_all(connect: Connect) -> None:
    received: list[bytes] = []

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        received.append(await reader.read(65536))
        writer.write(b"220 mail ready\r\n\r\n")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(talk, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        async with connect(base_url=f"http://127.0.0.1:{port}") as client:
            with pytest.raises(InDoubt, match="connection lost"):
                await client.team(TEAM).request(USER_INVITE, BODY)
    assert len(received) == 1


async def test_a_connection_that_went_stale_does_not_repeat_a_request_silently(connect: Connect) -> None:
    """Answer the first request of a connection, take the second one, and hang up without an answer."""
    received: list[bytes] = []

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for _ in range(2):
            head = await reader.readuntil(b"\r\n\r\n")
            length = next(int(line.split()[1]) for line in head.lower().splitlines() if b"content-length" in line)
            received.append(await reader.readexactly(length))
            if len(received) == 1:
                writer.write(b'HTTP/1.1 200 OK\r\nContent-Length: 12\r\n\r\n{"code":200}')
                await writer.drain()
        writer.close()

    server = await asyncio.start_server(talk, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        async with connect(base_url=f"http://127.0.0.1:{port}") as client:
            await client.team(TEAM).request(CALL_GET, BODY)
            with pytest.raises(InDoubt):
                await client.team(TEAM).request(USER_INVITE, BODY)
    assert len(received) == 2


async def test_a_request_that_is_called_off_is_not_repeated(connect: Connect, platform: Platform) -> None:
    async with connect() as client:
        platform.then(platform.held())
        request = asyncio.create_task(client.team(TEAM).request(CALL_GET, BODY))
        await until(lambda: platform.under_way == 1)
        request.cancel()
        with pytest.raises(asyncio.CancelledError):
            await request
        assert len(client._line.limits) == len(client._line.breakers) == 0
    assert len(platform.seen) == 1
