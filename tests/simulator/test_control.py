"""The endpoints for people with a command line."""

from __future__ import annotations

from typing import Any

import aiohttp
import pytest

from bot.simulator import SimCall, Simulator
from bot.testing.clock import ManualClock, until
from tests.simulator.bot_side import ANNA, BotServer, SignedClient


async def asked(client: SignedClient, method: str, path: str, body: object = None) -> tuple[int, Any]:
    data = body if isinstance(body, bytes) else None
    json = None if isinstance(body, bytes) else body
    async with client.session.request(method, f"{client.url}{path}", data=data, json=json) as response:
        return response.status, await response.json()


async def test_the_first_page_tells_what_can_be_done(simulator: Simulator) -> None:
    async with aiohttp.ClientSession() as session, session.get(f"{simulator.url}/") as response:
        page = await response.text()
    assert response.content_type == "text/plain"
    for path in ("calls", "calls/THREAD_ID/press", "calls/THREAD_ID/hang-up", "contacts", "timeline"):
        assert f"{simulator.url}/simulator/{path}" in page


async def test_a_call_is_placed_with_nothing_given(client: SignedClient, simulator: Simulator, bot: BotServer) -> None:
    status, placed = await asked(client, "POST", "/simulator/calls")
    assert status == 201
    (call,) = simulator.calls.values()
    assert (placed["team_id"], placed["thread_id"]) == (call.team_id, call.thread_id)
    assert placed["members"] == [
        {
            "contact_id": call.members[0].contact_id,
            "name": "caller",
            "answered": True,
            "held": False,
            "originator": True,
        }
    ]
    await until(lambda: bot.types == ["Call.created"])


async def test_a_call_is_placed_with_everything_given(client: SignedClient, bot: BotServer, clock: ManualClock) -> None:
    wanted = {
        "phone": "101",
        "presses": [[1, "1"], [2.5, "#"]],
        "hangs_up_after": 4,
        "talks_for": 60.5,
        "team_id": "another",
    }
    status, placed = await asked(client, "POST", "/simulator/calls", wanted)
    assert status == 201
    assert placed["phone"] == "101"
    await clock.advance(4.0)
    await until(lambda: "Call.ended" in bot.types)
    assert [event["dtmfNumber"] for event in bot.events[1:3]] == ["1", "#"]
    assert {event["teamId"] for event in bot.events} == {"another"}
    _, listed = await asked(client, "GET", "/simulator/calls")
    assert [call["ended"] for call in listed["calls"]] == [True]


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        (b"{", "not JSON"),
        ([], "not a JSON object"),
        ({"number": "1"}, "there is no field number; there are destination_id, hangs_up_after"),
        ({"phone": 5}, "phone must be a string"),
        ({"phone": ""}, "phone must be a string"),
        ({"phone": "call me"}, "phone must be 2 to 20 digits"),
        ({"hangs_up_after": "5"}, "hangs_up_after must be a number of seconds"),
        ({"hangs_up_after": True}, "hangs_up_after must be a number of seconds"),
        ({"talks_for": -1}, "times are seconds from 0 on"),
        ({"presses": "1"}, "presses must be a list"),
        ({"presses": ["1"]}, "presses must be a list"),
        ({"presses": [["1", "1"]]}, "presses must be a number of seconds"),
        ({"presses": [[1, "x"]]}, "no key of a telephone"),
    ],
)
async def test_a_wrong_wish_is_refused(client: SignedClient, simulator: Simulator, body: object, problem: str) -> None:
    status, answer = await asked(client, "POST", "/simulator/calls", body)
    assert status == answer["code"] == 400
    assert problem in answer["message"]
    assert not simulator.calls


async def test_nobody_can_call_before_a_bot_is_connected(client: SignedClient, simulator: Simulator) -> None:
    simulator.connect("")
    status, answer = await asked(client, "POST", "/simulator/calls")
    assert (status, "no bot is connected" in answer["message"]) == (400, True)


async def test_keys_are_pressed_and_the_call_is_hung_up(
    client: SignedClient, simulator: Simulator, call: SimCall, bot: BotServer
) -> None:
    await simulator.place_call()
    home = f"/simulator/calls/{call.thread_id}"
    assert (await asked(client, "POST", f"{home}/press", {"key": "*"}))[0] == 200
    assert "no key" in (await asked(client, "POST", f"{home}/press", {"key": "11"}))[1]["message"]
    assert (await asked(client, "POST", f"{home}/press", {}))[1]["message"] == "key is required"
    status, answer = await asked(client, "POST", f"{home}/hang-up")
    assert (status, answer["ended"]) == (200, True)
    status, answer = await asked(client, "POST", f"{home}/hang-up")
    assert (status, answer["message"]) == (400, "the call has ended")
    status, answer = await asked(client, "POST", "/simulator/calls/nowhere/hang-up")
    assert (status, answer["code"]) == (404, 404)
    await until(lambda: "Call.ended" in bot.types)
    assert bot.of(call)[1]["dtmfNumber"] == "*"


async def test_contacts_calls_and_records_are_listed(client: SignedClient, call: SimCall, bot: BotServer) -> None:
    await client.done(call, "call.user/invite", contactId=ANNA.contact_id)
    await client.done(call, "call.audio/play", url=bot.sound("welcome.wav"))
    _, contacts = await asked(client, "GET", "/simulator/contacts")
    assert contacts["contacts"][0] == {
        "contact_id": ANNA.contact_id,
        "name": "Anna",
        "phone": ANNA.phone,
        "answers_after": 2.0,
        "declines": False,
        "online": True,
        "by_hand": False,
    }
    _, calls = await asked(client, "GET", "/simulator/calls")
    assert calls["calls"][0]["played"] == [bot.sound("welcome.wav")]
    assert calls["calls"][0]["members"][1]["name"] == "Anna"

    _, timeline = await asked(client, "GET", "/simulator/timeline")
    assert [record["number"] for record in timeline["records"]] == list(range(1, timeline["last"] + 1))
    _, newer = await asked(client, "GET", f"/simulator/timeline?after={timeline['last'] - 1}")
    assert newer["records"] == timeline["records"][-1:]
    status, answer = await asked(client, "GET", "/simulator/timeline?after=-1")
    assert (status, answer["message"]) == (400, "after must be the number of a record")
