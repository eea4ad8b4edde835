"""The image's health check, run as the container runs it, against a real server."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer, unused_port

SCRIPT = Path(__file__).parents[2] / "deploy" / "healthcheck.py"


async def _check(port: str) -> int:
    environment = {"BOT_PORT": port, "PATH": "/nowhere"}
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        str(SCRIPT),
        env=environment,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    return await asyncio.wait_for(process.wait(), 30)


def _answering(status: int) -> web.Application:
    async def live(_: web.Request) -> web.Response:
        return web.Response(status=status)

    app = web.Application()
    app.router.add_get("/health/live", live)
    return app


@pytest.mark.parametrize(("status", "exit_status"), [(200, 0), (503, 1), (404, 1)])
async def test_the_answer_decides(status: int, exit_status: int) -> None:
    async with TestServer(_answering(status)) as server:
        assert await _check(str(server.port)) == exit_status


async def test_no_answer_is_no_health() -> None:
    assert await _check(str(unused_port())) == 1


async def test_an_answer_that_is_not_http_is_no_health() -> None:
    def babble(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        del reader
        writer.write(b"hello\r\n\r\n")
        writer.close()

    async with await asyncio.start_server(babble, "127.0.0.1", 0) as server:
        assert await _check(str(server.sockets[0].getsockname()[1])) == 1
