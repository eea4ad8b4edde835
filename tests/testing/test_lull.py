from __future__ import annotations

import asyncio
import threading

import pytest

from bot.testing.lull import Lull, counted_threads


class Traffic:
    """What is on its way, as a test says."""

    def __init__(self) -> None:
        self.threads = 0
        self.wire = 0
        self.looks = 0

    def lull(self) -> Lull:
        return Lull(lambda: self.threads > 0, self._count)

    def _count(self) -> int:
        self.looks += 1
        return self.wire


async def test_whatever_is_ready_runs_first() -> None:
    links: list[int] = []

    async def chain(left: int) -> None:
        links.append(left)
        if left:
            await asyncio.create_task(chain(left - 1))

    traffic = Traffic()
    chained = asyncio.create_task(chain(200))
    await traffic.lull().wait()

    assert chained.done()
    assert len(links) == 201


async def test_what_crosses_a_socket_is_waited_for() -> None:
    """Forty times there and back; nothing counts it."""
    echoes = 0

    async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while line := await reader.readline():
            writer.write(line)
        writer.close()

    async with await asyncio.start_server(echo, "127.0.0.1", 0) as server:
        reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())

        async def talk() -> None:
            nonlocal echoes
            for _ in range(40):
                writer.write(b"hello\n")
                await reader.readline()
                echoes += 1

        talking = asyncio.create_task(talk())
        await Traffic().lull().wait()
        assert echoes == 40
        await talking
        writer.close()
        await writer.wait_closed()


async def test_a_thread_is_waited_for_however_long_it_takes() -> None:
    traffic = Traffic()
    with counted_threads() as threads:
        lull = Lull(lambda: threads.at_work > 0, lambda: traffic.wire)
        go_on = threading.Event()
        working = asyncio.create_task(asyncio.to_thread(go_on.wait))
        asyncio.get_running_loop().call_later(0.15, go_on.set)
        await lull.wait()
        assert working.done()
        assert threads.at_work == 0
    assert await asyncio.to_thread(lambda: 1) == 1, "the loop has threads afterwards, too"


async def test_a_request_on_the_wire_is_waited_for() -> None:
    traffic = Traffic()
    traffic.wire = 1

    def arrive() -> None:
        traffic.wire = 0

    asyncio.get_running_loop().call_later(0.02, arrive)
    await traffic.lull().wait()
    assert traffic.wire == 0


async def test_a_request_that_nobody_answers_is_given_up_once() -> None:
    traffic = Traffic()
    traffic.wire = 1
    lull = traffic.lull()
    await lull.wait()
    traffic.looks = 0
    await lull.wait()
    assert traffic.looks == 1, "it is known already"
    traffic.wire = 2
    asyncio.get_running_loop().call_later(0.02, setattr, traffic, "wire", 1)
    await lull.wait()
    assert traffic.wire == 1, "another one is waited for"


async def test_a_thread_that_hangs_is_an_error() -> None:
    lull = Lull(lambda: True, lambda: 0, longest=0.05)
    with pytest.raises(TimeoutError, match=r"0\.05 s"):
        await lull.wait()


async def test_a_loop_that_does_not_show_what_is_ready() -> None:
    done = False

    async def chain(left: int) -> None:
        nonlocal done
        if left:
            await asyncio.create_task(chain(left - 1))
        done = done or not left

    chained = asyncio.create_task(chain(10))
    await Lull(lambda: False, lambda: 0, ready=lambda _loop: None).wait()
    assert done
    await chained
