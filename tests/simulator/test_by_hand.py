"""Acting for others over HTTP: agents who answer, what they are like, what goes wrong, and what was played."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from bot.simulator import SimCall, Simulator
from bot.simulator.audio import FETCH_SECONDS
from bot.testing.clock import ManualClock, until
from tests.simulator.bot_side import ANNA, BORIS, BotServer, SignedClient
from tests.simulator.test_control import asked


async def acted(client: SignedClient, call: SimCall, action: str, **body: object) -> tuple[int, Any]:
    return await asked(client, "POST", f"/simulator/calls/{call.thread_id}/{action}", body)


async def by_hand(client: SignedClient, contact_id: str = ANNA.contact_id, **settings: object) -> Any:
    status, contact = await asked(client, "POST", f"/simulator/contacts/{contact_id}", settings or {"by_hand": True})
    assert status == 200
    return contact


async def test_an_agent_rings_until_somebody_answers_for_them(
    client: SignedClient, simulator: Simulator, call: SimCall, clock: ManualClock
) -> None:
    assert (await by_hand(client))["by_hand"]
    await client.done(call, "call.user/invite", contactId=ANNA.contact_id)
    await clock.advance(ANNA.ring_timeout - 1.0)
    assert not call.connected
    status, shown = await acted(client, call, "answer", contact_id=ANNA.contact_id)
    assert (status, shown["members"][1]["answered"]) == (200, True)
    assert (await acted(client, call, "press", key="5", contact_id=ANNA.contact_id))[0] == 200
    await clock.advance(3_600.0)
    assert not call.ended
    await acted(client, call, "hang-up", contact_id=ANNA.contact_id)
    assert len(call.members) == 1
    assert "is answered for by hand" in [record.text for record in simulator.timeline.since()]


async def test_an_agent_declines_and_one_who_is_left_alone_does_not_answer(
    client: SignedClient, call: SimCall, bot: BotServer, clock: ManualClock
) -> None:
    await by_hand(client)
    await by_hand(client, BORIS.contact_id)
    for contact in (ANNA, ANNA, BORIS):
        await client.done(call, "call.user/invite", contactId=contact.contact_id)
    assert (await acted(client, call, "decline", contact_id=ANNA.contact_id))[0] == 200
    assert [leg.contact_id for leg in call.members[1:]] == [BORIS.contact_id]
    await clock.advance(BORIS.ring_timeout)
    assert len(call.members) == 1
    await until(lambda: bot.types.count("Call.Member.Invite.ended") == 3)


async def test_nobody_acts_for_whom_the_bot_does_not_ring(client: SignedClient, call: SimCall) -> None:
    for action in ("answer", "decline"):
        status, answer = await acted(client, call, action, contact_id=ANNA.contact_id)
        assert (status, answer["message"]) == (400, f"{ANNA.contact_id} is not being rung")
        assert (await acted(client, call, action))[1]["message"] == "contact_id is required"
    await call.hang_up()
    assert (await acted(client, call, "answer", contact_id=ANNA.contact_id))[1]["message"] == "the call has ended"


async def test_somebody_goes_off_line_and_comes_back(client: SignedClient, simulator: Simulator) -> None:
    assert not (await by_hand(client, online=False))["online"]
    assert (await by_hand(client, online=True))["online"]
    assert await by_hand(client, by_hand=False)
    assert [record.text for record in simulator.timeline.since()] == ["goes off-line", "goes on-line"]
    assert simulator.contacts[ANNA.contact_id] == ANNA


@pytest.mark.parametrize(
    ("path", "body", "problem"),
    [
        ("nobody", {"online": True}, "there is no contact nobody"),
        (ANNA.contact_id, {"online": "yes"}, "online must be true or false"),
        (ANNA.contact_id, {"name": "Eve"}, "there is no field name"),
    ],
)
async def test_a_wrong_change_is_refused(client: SignedClient, path: str, body: object, problem: str) -> None:
    status, answer = await asked(client, "POST", f"/simulator/contacts/{path}", body)
    assert status == answer["code"]
    assert status in (400, 404)
    assert problem in answer["message"]


async def test_faults_are_chosen_and_shown(client: SignedClient, simulator: Simulator) -> None:
    status, answer = await asked(client, "POST", "/simulator/faults", {"seed": 3, "slow": 0.5})
    assert (status, answer["faults"]) == (200, {"seed": 3, "slow": 0.5})
    assert simulator.faults.slow == 0.5
    assert simulator.timeline.since()[-1].text == "faults from now on: slow"
    assert (await asked(client, "GET", "/simulator/faults"))[1] == answer
    status, answer = await asked(client, "POST", "/simulator/faults", {"slow": 2})
    assert (status, "a rate is a number from 0 to 1" in answer["message"]) == (400, True)
    await asked(client, "POST", "/simulator/faults", {})
    assert simulator.timeline.since()[-1].text == "faults from now on: none"


async def test_what_was_played_is_there_to_be_heard_and_nothing_else(
    client: SignedClient, call: SimCall, bot: BotServer
) -> None:
    await client.done(call, "call.audio/play", url=bot.sound("welcome.wav"))
    home = f"{client.url}/simulator/calls/{call.thread_id}/sounds"
    async with client.session.get(f"{home}/0") as response:
        assert (response.status, response.content_type) == (200, "audio/wav")
        assert await response.read() == bot.sounds["welcome.wav"]
    status, answer = await asked(client, "GET", f"/simulator/calls/{call.thread_id}/sounds/1")
    assert (status, answer["message"]) == (404, "nothing was played as number 1 in this call")
    del bot.sounds["welcome.wav"]
    status, answer = await asked(client, "GET", f"/simulator/calls/{call.thread_id}/sounds/0")
    assert (status, answer["message"]) == (502, "the sound is not there any more (HTTP 404)")


async def test_a_sound_that_does_not_come_is_said_to_be_out_of_reach(
    client: SignedClient, call: SimCall, bot: BotServer, clock: ManualClock
) -> None:
    await client.done(call, "call.audio/play", url=bot.sound("welcome.wav"))
    bot.open_gate.clear()
    asking = asyncio.ensure_future(asked(client, "GET", f"/simulator/calls/{call.thread_id}/sounds/0"))
    await until(lambda: bot.waiting == 1)
    await clock.advance(FETCH_SECONDS)
    status, answer = await asking
    assert (status, answer["message"]) == (502, "the sound is not reachable any more (TimeoutError)")


async def test_a_line_is_chosen(client: SignedClient, simulator: Simulator) -> None:
    wanted = {"stream_id": "a-stream", "destination_id": "a-person", "trunk_id": "a-trunk"}
    assert (await asked(client, "POST", "/simulator/calls", wanted))[0] == 201
    (call,) = simulator.calls.values()
    assert (call.place.stream_id, call.place.destination_id) == ("a-stream", "a-person")
    assert call.place.originator.trunk_id == "a-trunk"
