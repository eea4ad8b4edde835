from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from bot.api import ApiClient, AudioStream, CallsApi, Invitee, Recording
from bot.api.spec import CALL_REQUESTS
from bot.errors import BadRequest, InDoubt
from bot.events import Originator
from tests.api.platform import TEAM, THREAD, Platform, answers
from tests.api.test_results import CALLER, DOCUMENTED, RINGING

MP3 = "https://prompts.example/welcome.mp3"

Act = Callable[[CallsApi], Awaitable[object]]

REQUESTS: list[tuple[Act, str, dict[str, object]]] = [
    (lambda calls: calls.get(THREAD), "call/get", {}),
    (lambda calls: calls.invite(THREAD, contact_id="c"), "call.user/invite", {"contactId": "c"}),
    (
        lambda calls: calls.invite(THREAD, contact_id="c", phone="007"),
        "call.user/invite",
        {"contactId": "c", "phone": "007"},
    ),
    (
        lambda calls: calls.invite(THREAD, members=[Invitee("a"), Invitee("b", "+7")]),
        "call.user/invite",
        {"userIds": [{"contactId": "a"}, {"contactId": "b", "phone": "+7"}]},
    ),
    (lambda calls: calls.kick(THREAD, contact_id="c"), "call/kick", {"contactId": "c"}),
    (lambda calls: calls.kick(THREAD, phone="007"), "call/kick", {"phone": "007"}),
    (lambda calls: calls.hang_up(THREAD), "call/kick", {}),
    (
        lambda calls: calls.hold(THREAD, contact_id="c", phone="1"),
        "call.user/hold",
        {"contactId": "c", "phone": "1"},
    ),
    (lambda calls: calls.unhold(THREAD, phone="1"), "call.user/unhold", {"phone": "1"}),
    (lambda calls: calls.play_audio(THREAD, MP3), "call.audio/play", {"url": MP3, "isLoop": False}),
    (
        lambda calls: calls.play_audio(THREAD, "http://h/A.WAV?x=1", loop=True),
        "call.audio/play",
        {"url": "http://h/A.WAV?x=1", "isLoop": True},
    ),
    (lambda calls: calls.stop_audio(THREAD, MP3), "call.audio/stop", {"url": MP3}),
    (lambda calls: calls.start_recording(THREAD), "call.recording/start", {}),
    (lambda calls: calls.stop_recording(THREAD), "call.recording/stop", {}),
    (lambda calls: calls.start_stream(THREAD), "call.stream/start", {}),
    (lambda calls: calls.stop_stream(THREAD), "call.stream/stop", {}),
]

WRONG: list[Act] = [
    lambda calls: calls.get(""),
    lambda calls: calls.get("  "),
    lambda calls: calls.get(None),  # type: ignore[arg-type]
    lambda calls: calls.invite(THREAD),
    lambda calls: calls.invite(THREAD, phone="1"),
    lambda calls: calls.invite(THREAD, contact_id=""),
    lambda calls: calls.invite(THREAD, contact_id="c", phone=""),
    lambda calls: calls.invite(THREAD, contact_id="c", phone=79991234567),  # type: ignore[arg-type]
    lambda calls: calls.invite(THREAD, contact_id="c", members=[Invitee("c")]),
    lambda calls: calls.invite(THREAD, members=[Invitee("c")], phone="1"),
    lambda calls: calls.invite(THREAD, members=[]),
    lambda calls: calls.invite(THREAD, members=[Invitee("")]),
    lambda calls: calls.kick(THREAD),
    lambda calls: calls.kick("", contact_id="c"),
    lambda calls: calls.hold(THREAD),
    lambda calls: calls.unhold(THREAD, contact_id=""),
    lambda calls: calls.play_audio(THREAD, ""),
    lambda calls: calls.play_audio(THREAD, "ftp://h/a.mp3"),
    lambda calls: calls.play_audio(THREAD, "/a.mp3"),
    lambda calls: calls.play_audio(THREAD, "https:///a.mp3"),
    lambda calls: calls.play_audio(THREAD, "https://h/a.ogg"),
    lambda calls: calls.play_audio(THREAD, "https://h/a?b=.mp3"),
    lambda calls: calls.play_audio(THREAD, "https://h/a b.mp3"),
    lambda calls: calls.play_audio(THREAD, "https://[h/a.mp3"),
    lambda calls: calls.play_audio(" ", MP3),
    lambda calls: calls.stop_audio(THREAD, "https://h/a"),
]


@pytest.fixture
def calls(client: ApiClient) -> CallsApi:
    return client.team(TEAM).calls


@pytest.mark.parametrize(("act", "path", "fields"), REQUESTS)
async def test_requests(calls: CallsApi, platform: Platform, act: Act, path: str, fields: dict[str, object]) -> None:
    await act(calls)
    [seen] = platform.seen
    assert seen.path == f"/{TEAM}/{path}"
    assert seen.json == {"threadId": THREAD, **fields}
    assert seen.signed


def test_every_documented_request_of_calls_is_there() -> None:
    documented = json.loads((Path(__file__).parents[1] / "data" / "requests.json").read_text())["requests"]
    family = {path: request["fields"] for path, request in documented.items() if request["family"] == "call"}
    assert {spec.path for spec in CALL_REQUESTS} == set(family)
    assert {path for _, path, _ in REQUESTS} == set(family)
    for _, path, fields in REQUESTS:
        assert set(fields) <= set(family[path])


@pytest.mark.parametrize("act", WRONG)
async def test_wrong_arguments_send_nothing(calls: CallsApi, platform: Platform, act: Act) -> None:
    with pytest.raises(BadRequest) as caught:
        await act(calls)
    assert not platform.seen
    assert caught.value.team_id == TEAM
    assert caught.value.path.startswith("call")
    assert "7999" not in str(caught.value)


@pytest.mark.parametrize("pack", [False, True])
async def test_a_call(calls: CallsApi, platform: Platform, pack: bool) -> None:
    platform.then(answers(body={"code": 200, "data": json.dumps(DOCUMENTED) if pack else DOCUMENTED}))
    call = await calls.get(THREAD)
    assert call.members == (RINGING, CALLER)
    assert call.raw == DOCUMENTED


async def test_a_call_of_which_the_platform_tells_nothing(calls: CallsApi, platform: Platform) -> None:
    platform.then(answers(body={"code": 200, "data": None}))
    call = await calls.get(THREAD)
    assert call.members == ()
    assert call.originator == Originator()


@pytest.mark.parametrize("data", [5, "gone", []])
async def test_data_that_cannot_be_read(calls: CallsApi, platform: Platform, data: object) -> None:
    platform.then(answers(body={"code": 200, "data": data}))
    with pytest.raises(InDoubt, match="unreadable data"):
        await calls.get(THREAD)


async def test_links(calls: CallsApi, platform: Platform) -> None:
    platform.then(
        answers(body={"code": 200, "data": {"fileUrl": "https://f/1.mp3"}}),
        answers(),
        answers(body={"code": 200, "data": {"streamUrl": "wss://s/1"}}),
        answers(body={"code": 200, "data": ["unreadable"]}),
        answers(body={"code": 200, "data": {"streamUrl": ""}}),
    )
    assert await calls.stop_recording(THREAD) == Recording("https://f/1.mp3")
    assert await calls.stop_recording(THREAD) == Recording(None)
    assert await calls.start_stream(THREAD) == AudioStream("wss://s/1")
    assert await calls.start_stream(THREAD) == AudioStream(None)
    assert await calls.start_stream(THREAD) == AudioStream(None)


def test_a_team_is_a_cheap_value(client: ApiClient) -> None:
    team = client.team(TEAM)
    assert team.team_id == TEAM
    assert not hasattr(team, "__dict__")
