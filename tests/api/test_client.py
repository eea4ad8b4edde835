from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest
from aiohttp import web

from bot.api import ApiClient, ApiConfig, RequestSpec
from bot.api.exchange import LONGEST_ANSWER
from bot.api.spec import CALL_GET, USER_INVITE
from bot.errors import BadRequest, InDoubt, NotSent, Rejected, Unauthorised
from bot.metrics import Metrics
from bot.testing.clock import ManualClock, until
from tests.api.conftest import Connect
from tests.api.platform import SECRET, TEAM, THREAD, HastyClock, Platform, answers, cut

BODY = {"threadId": THREAD}


def counted(metrics: Metrics, outcome: str, path: str = CALL_GET.path) -> float | None:
    return metrics.registry.get_sample_value("bot_api_requests_total", {"path": path, "outcome": outcome})


async def test_a_request_is_a_signed_post_below_the_team(client: ApiClient, platform: Platform) -> None:
    platform.then(answers(body={"code": 200, "message": "OK", "data": {"streamId": "s"}}))
    data = await client.team(TEAM).request(CALL_GET, {"threadId": THREAD, "note": "Ж"})
    assert data == {"streamId": "s"}
    [seen] = platform.seen
    assert seen.path == f"/{TEAM}/call/get"
    assert seen.json == {"threadId": THREAD, "note": "Ж"}
    assert seen.headers["Content-Type"] == "application/json"
    assert seen.timestamp == "1800000000"
    assert seen.signed


async def test_every_attempt_is_signed_anew(client: ApiClient, platform: Platform, clock: HastyClock) -> None:
    platform.then(*[answers(429, headers={"Retry-After": "7"})] * 2)
    await client.team(TEAM).request(USER_INVITE, BODY)
    assert [seen.signed for seen in platform.seen] == [True] * 3
    assert len({seen.body for seen in platform.seen}) == 1
    assert [int(seen.timestamp) - 1_800_000_000 for seen in platform.seen] == [0, 7, 14]
    assert clock.slept == [7.2, 7.4]


@pytest.mark.parametrize("body", [{"code": 201}, {"code": "200"}, {"message": "OK"}, {"code": None, "data": None}])
async def test_answers_that_are_fine(client: ApiClient, platform: Platform, body: object) -> None:
    platform.then(answers(body=body))
    assert await client.team(TEAM).request(CALL_GET, BODY) is None


async def test_the_codes_created_and_ok_are_fine_in_the_status_too(client: ApiClient, platform: Platform) -> None:
    platform.then(answers(201, {"code": 200, "data": 5}))
    assert await client.team(TEAM).request(CALL_GET, BODY) == 5


@pytest.mark.parametrize("status", [200, 400])
@pytest.mark.parametrize("word", ["message", "massage"])
async def test_either_spelling_of_a_refusal_is_one(
    client: ApiClient, platform: Platform, metrics: Metrics, status: int, word: str
) -> None:
    platform.then(answers(status, {"code": 400, word: "Bad content"}))
    with pytest.raises(Rejected) as caught:
        await client.team(TEAM).request(CALL_GET, BODY)
    error = caught.value
    assert str(error) == "call/get: code 400: Bad content"
    assert (error.code, error.attempts, error.team_id, error.path) == (400, 1, TEAM, "call/get")
    assert type(error) is Rejected
    assert len(platform.seen) == 1
    assert counted(metrics, "rejected") == 1


@pytest.mark.parametrize("status", [200, 401])
async def test_a_signature_that_is_not_accepted(client: ApiClient, platform: Platform, status: int) -> None:
    platform.then(answers(status, {"code": 401, "message": "Unauthorized"}))
    with pytest.raises(Unauthorised):
        await client.team(TEAM).request(CALL_GET, BODY)
    assert len(platform.seen) == 1


async def test_a_redirect_is_not_followed(client: ApiClient, platform: Platform) -> None:
    platform.then(answers(307, headers={"Location": f"{platform.base_url}/elsewhere"}))
    with pytest.raises(Rejected, match="redirect with code 307"):
        await client.team(TEAM).request(CALL_GET, BODY)
    assert len(platform.seen) == 1


async def test_connections_are_reused_even_after_answers_that_were_failures(
    client: ApiClient, platform: Platform
) -> None:
    platform.then(answers(), answers(500), answers(400), answers())
    team = client.team(TEAM)
    await team.request(CALL_GET, BODY)
    with pytest.raises(InDoubt):
        await team.request(CALL_GET, BODY)
    await team.request(CALL_GET, BODY)
    assert len(platform.seen) == 4
    assert len({seen.connection for seen in platform.seen}) == 1


async def test_an_answer_that_is_too_long_is_not_read(client: ApiClient, platform: Platform) -> None:
    platform.then(answers(raw=b" " * (LONGEST_ANSWER + 1)))
    with pytest.raises(InDoubt, match="unreadable"):
        await client.team(TEAM).request(USER_INVITE, BODY)
    platform.then(answers(400, raw=b"x" * (LONGEST_ANSWER + 1)))
    with pytest.raises(Rejected):
        await client.team(TEAM).request(USER_INVITE, BODY)


async def test_a_long_answer_in_many_pieces_is_read(client: ApiClient, platform: Platform) -> None:
    platform.then(answers(body={"code": 200, "data": "x" * 900_000}))
    assert await client.team(TEAM).request(CALL_GET, BODY) == "x" * 900_000


async def test_paths_can_be_overridden(connect: Connect, platform: Platform) -> None:
    async with connect(paths={"call/get": "/v2/call get"}) as client:
        platform.then(answers(400))
        with pytest.raises(Rejected) as caught:
            await client.team(TEAM).request(CALL_GET, BODY)
    assert platform.seen[0].path == f"/{TEAM}/v2/call%20get"
    assert caught.value.path == "call/get"


async def test_a_base_address_may_have_a_path(connect: Connect, platform: Platform) -> None:
    async with connect(base_url=f"{platform.base_url}/api/") as client:
        await client.team(TEAM).request(CALL_GET, BODY)
    assert platform.seen[0].path == f"/api/{TEAM}/call/get"


async def test_a_team_id_stays_one_part_of_the_address(client: ApiClient, platform: Platform) -> None:
    await client.team("a/../é?").request(CALL_GET, BODY)
    assert platform.seen[0].path == "/a%2F..%2F%C3%A9%3F/call/get"


@pytest.mark.parametrize("team_id", ["", ".", ".."])
async def test_a_team_id_that_cannot_stand_in_an_address(client: ApiClient, platform: Platform, team_id: str) -> None:
    with pytest.raises(BadRequest):
        await client.team(team_id).request(CALL_GET, BODY)
    assert not platform.seen


async def test_a_body_that_is_not_json(client: ApiClient, platform: Platform) -> None:
    with pytest.raises(BadRequest, match="JSON"):
        await client.team(TEAM).request(CALL_GET, {"threadId": "\ud800"})
    assert not platform.seen


async def test_a_client_that_is_not_open_sends_nothing(connect: Connect, platform: Platform) -> None:
    client = connect()
    assert isinstance(client, ApiClient)
    for _ in range(2):
        with pytest.raises(NotSent, match="not open"):
            await client.team(TEAM).request(CALL_GET, BODY)
        async with client:
            await client.team(TEAM).request(CALL_GET, BODY)
    await client.__aexit__(None, None, None)
    assert len(platform.seen) == 2


async def test_closing_ends_a_request_that_waits_to_be_repeated(connect: Connect, platform: Platform) -> None:
    clock = ManualClock()
    async with connect(clock=clock) as client:
        platform.then(answers(503, headers={"Retry-After": "5"}), cut)
        team = client.team(TEAM)
        refused = asyncio.create_task(team.request(USER_INVITE, BODY))
        await until(lambda: clock.sleepers == 1 and not client.under_way)
        lost = asyncio.create_task(team.request(CALL_GET, BODY))
        await until(lambda: clock.sleepers == 2 and not client.under_way)
    await clock.advance(10)
    with pytest.raises(NotSent, match="closed") as not_sent:
        await refused
    with pytest.raises(InDoubt, match="closed") as in_doubt:
        await lost
    assert len(platform.seen) == 2
    assert not_sent.value.attempts == in_doubt.value.attempts == 1


async def test_closing_ends_a_request_that_is_under_way(connect: Connect, platform: Platform) -> None:
    async with connect() as client:
        platform.then(platform.held())
        request = asyncio.create_task(client.team(TEAM).request(CALL_GET, BODY))
        await until(lambda: platform.under_way == 1)
    with pytest.raises(InDoubt):
        await request
    assert len(platform.seen) == 1


async def test_errors_of_others_are_not_swallowed(connect: Connect) -> None:
    class Broken(HastyClock):
        def now(self) -> float:
            raise RuntimeError("no time")

    async with connect(clock=Broken()) as client:
        with pytest.raises(RuntimeError, match="no time"):
            await client.team(TEAM).request(CALL_GET, BODY)


async def test_requests_are_counted(client: ApiClient, platform: Platform, metrics: Metrics) -> None:
    platform.then(answers(500), answers(), answers(500))
    team = client.team(TEAM)
    await team.request(CALL_GET, BODY)
    with pytest.raises(InDoubt):
        await team.request(USER_INVITE, BODY)
    assert counted(metrics, "ok") == 1
    assert counted(metrics, "in_doubt", USER_INVITE.path) == 1
    assert metrics.registry.get_sample_value("bot_api_retries_total", {"path": "call/get"}) == 1
    assert metrics.registry.get_sample_value("bot_api_request_seconds_count") == 2


async def test_many_teams_at_once_leave_nothing_behind(connect: Connect, platform: Platform) -> None:
    async with connect(connections=10) as client:
        await asyncio.gather(*(client.team(f"t{n % 30}").request(CALL_GET, BODY) for n in range(300)))
        assert len(client._line.limits) == len(client._line.breakers) == 0
    assert len(platform.seen) == 300
    assert all(seen.signed for seen in platform.seen)


async def test_two_clients_do_not_know_of_each_other(connect: Connect, platform: Platform) -> None:
    async with connect(bot_id="other") as other, connect() as client:
        await other.team(TEAM).request(CALL_GET, BODY)
        await client.team(TEAM).request(CALL_GET, BODY)
    assert [seen.headers["X-Bot-Id"] for seen in platform.seen] == ["other", "bot-1"]


async def test_nothing_that_is_secret_stands_in_errors(
    client: ApiClient, platform: Platform, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level("DEBUG")
    phone = "+7 (999) 123-45-67"

    async def echo(request: web.Request) -> web.StreamResponse:
        words = f"{SECRET} {request.headers['X-Signature']} for {phone} or 89991234567" + " and so on" * 50
        return web.json_response({"code": 500, "message": words}, headers={"Retry-After": "1"})

    platform.then(echo, echo, echo, echo)
    with pytest.raises(NotSent) as caught:
        await client.team(TEAM).request(USER_INVITE, {**BODY, "phone": phone})
    said = f"{caught.value} {caught.value!r} {client._config!r} {caplog.text} {capsys.readouterr().out}"
    signatures = [seen.headers["X-Signature"] for seen in platform.seen]
    assert len(signatures) == 4
    assert "*** *** for *** or ***" in said
    assert not any(secret in said for secret in (SECRET, phone, "999", "4567", *signatures))
    assert len(str(caught.value)) < 300


async def test_other_families_need_no_more_than_a_spec(client: ApiClient, platform: Platform) -> None:
    await client.team(TEAM).request(RequestSpec("comment/create", repeatable=False), {"text": "hello"})
    assert platform.seen[0].path == f"/{TEAM}/comment/create"


@pytest.mark.parametrize(
    "change",
    [
        {"base_url": "ftp://x"},
        {"base_url": "http://"},
        {"base_url": "http://x:port"},
        {"base_url": "http://x?y"},
        {"bot_id": ""},
        {"bot_id": "a\nb"},
        {"secret_key": ""},
        {"connect_timeout": 0},
        {"connect_timeout": 10},
        {"tries": 0},
        {"per_team": 0},
        {"backoff_first": -1},
        {"paths": {"call/get": "/"}},
    ],
)
def test_a_configuration_out_of_range_is_refused(change: dict[str, object]) -> None:
    fine: dict[str, object] = {"base_url": "http://x", "bot_id": "b", "secret_key": "k-e-y"}
    make: Callable[..., ApiConfig] = ApiConfig
    with pytest.raises(ValueError, match=next(iter(change))) as caught:
        make(**{**fine, **change})
    assert "k-e-y" not in str(caught.value)
    assert "k-e-y" not in repr(make(**fine))
