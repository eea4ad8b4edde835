"""docs/simulator.md names every request, event and fault that is simulated, and nothing else; its listing runs."""

from __future__ import annotations

import asyncio
import re
from dataclasses import fields, replace
from typing import Final

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.simulator import Faults
from bot.simulator.faults import DELIVERY_FAULTS, KINDS, REQUEST_FAULTS
from bot.simulator.requests import REQUESTS
from bot.testing.clock import ManualClock
from tests.docs.listings import DOCS, listings

TEXT: Final = (DOCS / "simulator.md").read_text(encoding="utf-8")
_TABLE: Final = TEXT.split("| family | requests | events |")[1].split("\n\n")[0]


def test_every_request_is_there_and_no_other() -> None:
    requests = [name for row in _TABLE.splitlines()[2:] for name in re.findall(r"`([^`]+)`", row.split("|")[2])]

    assert sorted(requests) == sorted(REQUESTS)


def test_every_fault_is_there_in_its_order_and_no_other() -> None:
    rows = re.findall(r"^\| `(\w+)` \|", TEXT.split("## Faults")[1], re.MULTILINE)

    assert rows == sorted(rows, key=KINDS.index)
    assert set(rows) == {*DELIVERY_FAULTS, *REQUEST_FAULTS}
    assert not [one.name for one in fields(Faults) if one.name not in TEXT]


async def test_the_listing_runs(capsys: pytest.CaptureFixture[str]) -> None:
    async def take(_request: web.Request) -> web.Response:
        return web.Response()

    clock = ManualClock()
    [listing] = [one for one in listings("simulator.md") if one.language == "python"]
    names: dict[str, object] = {}
    exec(compile(listing.text, "simulator.md", "exec"), names)  # noqa: S102 - the page's own code
    application = web.Application()
    application.router.add_post("/webhook", take)
    async with TestServer(application) as bot:
        names["config"] = replace(names["config"], webhook_url=str(bot.make_url("/webhook")))  # type: ignore[type-var]  # a SimulatorConfig
        names["SystemClock"] = lambda: clock
        call = asyncio.create_task(names["one_call"]())  # type: ignore[operator]  # an async function
        async with asyncio.timeout(10):
            while not call.done():
                await clock.advance(1.0)
                await asyncio.sleep(0.001)
            await call
    said = capsys.readouterr().out.splitlines()
    assert said[0] == "0.0 caller calls from +74951234567"
    assert "5.0 caller presses 1" in said
    assert "30.0 caller hangs up" in said
    assert said[-1].endswith("platform Comment.created")
