from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from io import StringIO
from pathlib import Path
from typing import Any

import msgspec
import pytest
import structlog

from bot.log import configure_logging
from bot.masking import Masker
from bot.simulator import Caller
from bot.testing.world import world
from tests.scenarios.people import ANNA, BORIS, declining


@pytest.fixture
def log() -> Iterator[StringIO]:
    stream = StringIO()
    configure_logging(
        level="info", form="json", masker=Masker(["made-up"]), stream=stream, root=logging.getLogger("unused")
    )
    yield stream
    structlog.reset_defaults()


def summaries(log: StringIO) -> Sequence[dict[str, Any]]:
    lines = [msgspec.json.decode(line) for line in log.getvalue().splitlines()]
    return [line for line in lines if line["event"] == "call ended"]


async def test_an_answered_call_leaves_one_line(tmp_path: Path, log: StringIO) -> None:
    async with world(tmp_path, people=[declining(ANNA, after=5.0), BORIS]) as there:
        caller = Caller(phone="+78125550123", presses=[(1.0, "1"), (2.0, "2")], talks_for=30.0)
        call = await there.simulator.place_call(caller)
        await there.over(call)
    (line,) = summaries(log)
    del line["timestamp"]
    # Reading the journal is real work; a little of the world's time may pass meanwhile.
    assert line.pop("seconds") == pytest.approx(42.0, abs=2.0)
    assert line.pop("waited") == pytest.approx(12.0, abs=2.0)
    assert line == {
        "event": "call ended",
        "level": "info",
        "result": "answered",
        "incoming": True,
        "caller": "**********23",
        "answered_by": BORIS.contact_id,
        "missed_by": [ANNA.contact_id],
        "keys_pressed": 2,
        "call_id": call.thread_id,
        "call": str(call.key),
        "team": call.team_id,
        "event_type": "Call.ended",
    }
    assert "5550123" not in log.getvalue(), "nor does any other line show the number"


async def test_a_call_that_nobody_answered(tmp_path: Path, log: StringIO) -> None:
    async with world(tmp_path, people=[declining(ANNA)]) as there:
        call = await there.simulator.place_call(Caller(presses=[(1.0, "1")], hangs_up_after=30.0))
        await there.over(call)
    (line,) = summaries(log)
    assert (line["result"], line["answered_by"], line["waited"]) == ("not answered", None, None)
    assert line["seconds"] == pytest.approx(30.0, abs=2.0)
    assert line["missed_by"] == [ANNA.contact_id]


async def test_a_call_whose_beginning_was_not_seen(tmp_path: Path, log: StringIO) -> None:
    async with world(tmp_path) as there:
        event = {"eventType": "Call.ended", "teamId": "team", "threadId": "thread"}
        assert (await there.ask("/webhook/made-up-webhook-secret", msgspec.json.encode(event)))[0] == 200
        await there.live_until(lambda: there.count("bot_events_settled_total", outcome="handled") == 1)
    (line,) = summaries(log)
    assert (line["caller"], line["incoming"]) == (None, None)
    assert line["seconds"] == pytest.approx(0.0, abs=2.0)
