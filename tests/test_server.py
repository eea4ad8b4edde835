from __future__ import annotations

import asyncio
import gzip
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import pytest
from aiohttp import web
from structlog.testing import capture_logs

from bot.errors import SettingsError
from bot.server import Server, listen
from bot.testing.clock import until


async def echo(request: web.Request) -> web.Response:
    return web.Response(body=await request.read())


@asynccontextmanager
async def serving(*, connections: int = 10, idle_seconds: float = 60.0) -> AsyncIterator[int]:
    app = web.Application()
    app.add_routes([web.post("/", echo)])
    sock = listen("127.0.0.1", 0)
    server = Server(app, sock, connections=connections, idle_seconds=idle_seconds)
    await server.start()
    try:
        yield sock.getsockname()[1]
    finally:
        await server.stop()


async def ask(port: int, body: bytes = b"hello", headers: bytes = b"") -> bytes:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        size = str(len(body)).encode()
        writer.write(b"POST / HTTP/1.1\r\nHost: b\r\nConnection: close\r\n" + headers)
        writer.write(b"Content-Length: " + size + b"\r\n\r\n" + body)
        return await reader.read()
    except ConnectionError:
        return b""
    finally:
        writer.close()


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_a_free_port_is_found(host: str) -> None:
    sock = listen(host, 0)

    assert sock.getsockname()[1] > 0
    sock.close()


def test_a_port_that_is_taken_is_told_with_the_fix() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(SettingsError) as caught:
            listen("127.0.0.1", port)

    message = str(caught.value)
    assert "BOT_HOST, BOT_PORT: cannot listen on 127.0.0.1 port" in message
    assert str(port) in message
    assert "Choose a free address or port" in message


@pytest.mark.parametrize("host", ["192.0.2.1", "256.1.1.1.", "a..b", "x" * 70])
def test_an_address_that_cannot_be_had_is_told(host: str) -> None:
    with pytest.raises(SettingsError, match="cannot listen on"):
        listen(host, 0)


async def test_requests_are_answered_until_it_is_stopped() -> None:
    async with serving() as port:
        assert (await ask(port)).endswith(b"hello")
    with pytest.raises(ConnectionRefusedError):
        await asyncio.open_connection("127.0.0.1", port)


async def test_a_body_arrives_as_it_was_sent() -> None:
    packed = gzip.compress(b"hello")
    async with serving() as port:
        assert (await ask(port, packed, b"Content-Encoding: gzip\r\n")).endswith(packed)
        assert (await ask(port, b"no gzip", b"Content-Encoding: gzip\r\n")).endswith(b"no gzip")


async def test_a_connection_too_many_is_closed_and_told_once() -> None:
    async with serving(connections=2) as port:
        held = [await asyncio.open_connection("127.0.0.1", port) for _ in range(2)]
        with capture_logs() as lines:
            assert await ask(port) == b""
            assert await ask(port) == b""
        assert [line["event"] for line in lines] == ["connections refused, too many are open"]

        for _, writer in held:
            writer.close()
        answers: list[bytes] = []
        async with asyncio.timeout(5):
            while not (answers and answers[-1].endswith(b"hello")):
                answers.append(await ask(port))


async def test_a_connection_that_sends_no_whole_head_is_closed() -> None:
    async with serving(idle_seconds=0.05) as port:
        silent, quiet = await asyncio.open_connection("127.0.0.1", port)
        slow, writer = await asyncio.open_connection("127.0.0.1", port)

        async def drip() -> None:
            with suppress(ConnectionError):
                while True:
                    writer.write(b"POST / HTTP/1.1\r\n" if not sent else b"X: y\r\n")
                    sent.append(1)
                    await writer.drain()
                    await asyncio.sleep(0.005)

        sent: list[int] = []
        dripping = asyncio.create_task(drip(), name="drip")
        async with asyncio.timeout(5):
            assert await silent.read() == b""
            with suppress(ConnectionError):
                assert await slow.read() == b""
        dripping.cancel()
        await asyncio.gather(dripping, return_exceptions=True)
        for one in (quiet, writer):
            one.close()
            with suppress(ConnectionError):
                await one.wait_closed()


async def test_a_request_under_way_is_finished_before_the_stop() -> None:
    entered, go_on = asyncio.Event(), asyncio.Event()

    async def slow(_request: web.Request) -> web.Response:
        entered.set()
        await go_on.wait()
        return web.Response(text="done")

    app = web.Application()
    app.add_routes([web.post("/", slow)])
    sock = listen("127.0.0.1", 0)
    server = Server(app, sock)
    await server.start()
    answer = asyncio.create_task(ask(sock.getsockname()[1]))
    await entered.wait()
    stopping = asyncio.create_task(server.stop())
    await asyncio.sleep(0)
    go_on.set()

    assert (await answer).endswith(b"done")
    await stopping


async def test_a_server_that_was_not_started_can_be_stopped() -> None:
    sock = listen("127.0.0.1", 0)
    await Server(web.Application(), sock).stop()

    await until(lambda: sock.fileno() == -1)
