"""The platform's requests over real HTTP: what is done, what is answered, what is refused."""

from __future__ import annotations

import msgspec
import pytest

from bot.events import parse_originator
from bot.simulator import DEFAULT_TEAM, Contact, SimCall, Simulator
from bot.simulator.requests import CALL_REQUESTS
from bot.testing.clock import ManualClock, until
from tests.simulator.bot_side import ANNA, BORIS, BotServer, SignedClient


@pytest.mark.parametrize(
    "headers",
    [
        {"X_Signature": ""},
        {"X_Signature": "0" * 64},
        {"X_timestamp": ""},
        {"X_timestamp": "1799999000"},
        {"X_timestamp": "9" * 30},
        {"X_timestamp": "now"},
        {"X_Bot_Id": ""},
        {"X_Bot_Id": "another"},
    ],
)
async def test_only_the_bot_is_answered(client: SignedClient, call: SimCall, headers: dict[str, str]) -> None:
    status, answer = await client.post("call/kick", {"threadId": call.thread_id}, team=call.team_id, **headers)

    assert status == answer["code"] == 401
    assert set(answer) == {"code", "message"}
    assert len(call.members) == 1


async def test_a_signature_of_another_time_is_refused(client: SignedClient, call: SimCall, clock: ManualClock) -> None:
    await client.done(call, "call/get")

    for seconds, expected in ((-301, 401), (-299, 200), (299, 200), (301, 401)):
        other = SignedClient(client.session, client.url, ManualClock(clock.now() + seconds))
        assert (await other.ask(call, "call/get"))[0] == expected


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        (b"{", "not JSON"),
        (b"", "not JSON"),
        (b"[]", "not a JSON object"),
        ({}, "threadId is required"),
        ({"threadId": 5}, "must be of type string"),
        ({"threadId": "nowhere"}, "no such call"),
    ],
)
@pytest.mark.parametrize("path", CALL_REQUESTS)
async def test_a_wrong_body_is_refused(client: SignedClient, path: str, body: object, problem: str) -> None:
    status, answer = await client.post(path, body, team=DEFAULT_TEAM)

    assert status == answer["code"] == 400
    if isinstance(body, bytes) or path in {"call/get", "call/kick"} or "threadId is" in problem:
        assert problem in answer["message"]


async def test_a_call_belongs_to_its_team(client: SignedClient, simulator: Simulator, call: SimCall) -> None:
    status, answer = await client.post("call/get", {"threadId": call.thread_id}, team="another")
    assert (status, answer["message"]) == (400, "there is no such team")
    simulator.add_team("another")
    status, answer = await client.post("call/get", {"threadId": call.thread_id}, team="another")
    assert (status, answer["message"]) == (400, "there is no such call in this team")


@pytest.mark.parametrize("path", ["call/unpause", "nothing", "call.user/invite/"])
async def test_an_unknown_path_is_not_found(client: SignedClient, path: str) -> None:
    status, answer = await client.post(path, {}, team=DEFAULT_TEAM)
    assert status == answer["code"] == 404


async def test_errors_of_http_have_the_platform_s_shape(client: SignedClient, call: SimCall) -> None:
    async with client.session.get(f"{client.url}/{call.team_id}/call/get") as response:
        answer = await response.json()
        assert response.status == answer["code"] == 405
    async with client.session.get(f"{client.url}/simulator/nothing") as response:
        answer = await response.json()
        assert response.status == answer["code"] == 404
    status, answer = await client.post("call/get", b" " * (256 * 1024 + 1), team=call.team_id)
    assert status == answer["code"] == 413


@pytest.mark.parametrize("path", CALL_REQUESTS)
async def test_a_call_that_ended_is_refused(client: SignedClient, call: SimCall, bot: BotServer, path: str) -> None:
    await call.hang_up()
    fields: dict[str, dict[str, object]] = {
        "call.user/invite": {"contactId": ANNA.contact_id},
        "call.user/hold": {"contactId": ANNA.contact_id},
        "call.user/unhold": {"contactId": ANNA.contact_id},
        "call.audio/play": {"url": bot.sound("welcome.wav")},
    }
    assert await client.refused(call, path, **fields.get(path, {})) == "the call has ended"


async def test_get_has_json_inside_strings(client: SignedClient, call: SimCall, clock: ManualClock) -> None:
    await client.done(call, "call.user/invite", contactId=ANNA.contact_id)
    await client.done(call, "call.user/invite", contactId=BORIS.contact_id)
    await clock.advance(2.0)

    data = await client.done(call, "call/get")
    assert set(data) == set(CALL_REQUESTS["call/get"].answers)
    assert all(type(value) is str for value in data.values())
    assert data["typeDestination"] == "thread-incoming"
    assert parse_originator(data["originateUserId"]).phone == call.caller.phone
    caller, anna, boris = msgspec.json.decode(data["destinationContacts"])
    assert (caller["hasOriginator"], caller["answered"], caller["trunkId"]) == (True, True, "bambYXY3o")
    assert (anna["contactId"], anna["answered"], anna["phone"]) == (ANNA.contact_id, True, ANNA.phone)
    assert anna["createdAt"] == str(int(clock.now() * 1000))
    assert anna["channelId"] != caller["channelId"]
    assert boris == {
        "contactId": BORIS.contact_id,
        "answered": False,
        "isMute": False,
        "isHold": False,
        "isMeInvite": False,
        "isExtension": False,
        "isBot": False,
        "hasOriginator": False,
    }


async def test_invite_by_number_and_by_list(client: SignedClient, call: SimCall, bot: BotServer) -> None:
    await client.done(call, "call.user/invite", contactId=ANNA.contact_id, phone="+79990000001")
    await client.done(
        call, "call.user/invite", userIds=[{"contactId": BORIS.contact_id}, {"contactId": ANNA.contact_id}]
    )
    await until(lambda: len(bot.events) == 4)

    assert [event.get("phone") for event in bot.events[1:]] == ["+79990000001", None, ANNA.phone]


async def test_an_invitation_of_a_stranger_rings_nobody(client: SignedClient, call: SimCall) -> None:
    known, unknown = {"contactId": ANNA.contact_id}, {"contactId": "stranger"}
    assert "no contact stranger" in await client.refused(call, "call.user/invite", userIds=[known, unknown])
    assert len(call.members) == 1


async def test_kick_without_a_name_ends_the_call(client: SignedClient, call: SimCall, bot: BotServer) -> None:
    await client.done(call, "call.user/invite", contactId=ANNA.contact_id)
    await client.done(call, "call/kick")
    await call.wait_ended()
    await until(lambda: "Call.ended" in bot.types)

    assert bot.types == [
        "Call.created",
        "Call.Member.invited",
        "Call.Member.leaved",
        "Call.Member.Invite.ended",
        "Call.ended",
    ]


async def test_kick_by_contact_and_by_number(
    client: SignedClient, call: SimCall, clock: ManualClock, bot: BotServer
) -> None:
    await client.done(call, "call.user/invite", contactId=ANNA.contact_id)
    await client.done(call, "call.user/invite", contactId=BORIS.contact_id)
    await clock.advance(2.0)
    assert "not in the call" in await client.refused(call, "call/kick", contactId=ANNA.contact_id, phone="123")
    await client.done(call, "call/kick", phone=ANNA.phone)
    await client.done(call, "call/kick", contactId=BORIS.contact_id)
    assert "not in the call" in await client.refused(call, "call/kick", contactId=BORIS.contact_id)
    await until(lambda: len(bot.events) == 6)

    assert bot.types[4:] == ["Call.Member.leaved", "Call.Member.Invite.ended"]
    assert bot.events[-1]["answered"] is False
    await clock.advance(60.0)
    assert len(call.members) == 1


async def test_kick_of_somebody_with_two_lines_puts_out_both(
    client: SignedClient, call: SimCall, clock: ManualClock
) -> None:
    for _ in range(2):
        await client.done(call, "call.user/invite", contactId=ANNA.contact_id)
    await clock.advance(2.0)
    await client.done(call, "call/kick", contactId=ANNA.contact_id)
    assert len(call.members) == 1


async def test_kick_of_the_caller_ends_the_call_once(
    client: SignedClient, simulator: Simulator, bot: BotServer
) -> None:
    """The caller is in by two lines: the call is over with the first."""
    call = await simulator.place_call()
    caller = call.members[0]
    call.invite(Contact(contact_id=caller.contact_id, name="the caller's other telephone"))
    await client.done(call, "call/kick", contactId=caller.contact_id)
    await until(lambda: bot.types[-1:] == ["Call.ended"])
    assert bot.types.count("Call.ended") == 1


async def test_hold_and_unhold(client: SignedClient, call: SimCall, clock: ManualClock, bot: BotServer) -> None:
    await client.done(call, "call.user/invite", contactId=ANNA.contact_id)
    assert "not answered yet" in await client.refused(call, "call.user/hold", contactId=ANNA.contact_id)
    await clock.advance(2.0)
    for _ in range(2):
        await client.done(call, "call.user/hold", contactId=ANNA.contact_id)
    assert call.members[1].held
    await client.done(call, "call.user/unhold", phone=ANNA.phone)
    assert "not in the call" in await client.refused(call, "call.user/unhold", contactId="stranger")
    await until(lambda: len(bot.events) == 5)

    assert bot.types[3:] == ["Call.Member.held", "Call.Member.unheld"]


async def test_files_that_are_not_there(client: SignedClient, call: SimCall) -> None:
    for path in (f"recordings/{call.team_id}/{call.thread_id}/x.wav", "recordings/no/call/x.wav"):
        async with client.session.get(f"{client.url}/simulator/{path}") as response:
            assert response.status == 404


async def test_every_answer_holds_what_its_description_promises(
    client: SignedClient, call: SimCall, bot: BotServer, clock: ManualClock
) -> None:
    person: dict[str, object] = {"contactId": ANNA.contact_id}
    fields: dict[str, dict[str, object]] = {
        "call.user/invite": person,
        "call.user/hold": person,
        "call.user/unhold": person,
        "call.audio/play": {"url": bot.sound("welcome.wav")},
    }
    in_order = [*(path for path in CALL_REQUESTS if path != "call/kick"), "call/kick"]
    for path in in_order:
        data = await client.done(call, path, **fields.get(path, {}))
        assert set(data or {}) == set(CALL_REQUESTS[path].answers), path
        await clock.advance(2.0)
    assert call.ended


async def test_requests_and_answers_are_written_down(
    simulator: Simulator, client: SignedClient, call: SimCall, bot: BotServer
) -> None:
    await client.done(call, "call.audio/play", url=bot.sound("music.wav"), isLoop=True)
    await client.done(call, "call.user/invite", userIds=[{"contactId": "5b72aaab444507001c8be443"}])
    await client.refused(call, "call.user/hold", userId="x", contactId="x")
    await client.post("call/get", {}, team="t", X_Signature="")
    await client.post("call/get", {"threadId": "nowhere", "more": [1]}, team="t")

    of_call = [(r.kind, r.who, r.text) for r in simulator.timeline.of(call.key) if r.who in {"bot", "platform"}]
    assert [line for line in of_call if line[0] != "event"] == [
        ("request", "bot", "call.audio/play music.wav (in a loop)"),
        ("answer", "platform", "200 OK"),
        ("request", "bot", "call.user/invite 5b72aaab444507001c8be443"),
        ("answer", "platform", "200 OK"),
        ("request", "bot", "call.user/hold x"),
        ("note", "platform", "call.user/hold has no field userId: ignored"),
        ("answer", "platform", "400 that person is not in the call"),
    ]
    elsewhere = [record.text for record in simulator.timeline.since() if record.call is None]
    assert elsewhere[0] == "call/get"
    assert elsewhere[1].startswith("401 not authorised")
    assert elsewhere[2:] == [
        "call/get",
        "call/get has no field more: ignored",
        "400 there is no such team",
    ]
