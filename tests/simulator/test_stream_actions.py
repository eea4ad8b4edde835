"""Streams: their members and their statuses."""

from __future__ import annotations

import pytest

from bot.simulator import DEFAULT_TEAM, Line, Simulator
from tests.simulator.bot_side import ANNA, BOT_ID, BotServer, SignedClient
from tests.simulator.clerk import STREAM, Clerk


@pytest.fixture
async def clerk(client: SignedClient, simulator: Simulator, bot: BotServer) -> Clerk:
    return Clerk(client, simulator, bot)


async def test_streams_come_with_the_lines(clerk: Clerk, simulator: Simulator) -> None:
    assert await clerk.asks("stream/read", streamIds=["s"]) == []
    await simulator.place_call(line=Line(stream_id="s"))
    usual, other = await clerk.asks("stream/read", streamIds=["s", "x"], streamId=STREAM)

    assert (usual["streamId"], other["streamId"]) == (STREAM, "s")
    assert (other["teamId"], other["roles"], other["admins"]) == (DEFAULT_TEAM, [], [])
    statuses = await clerk.asks("stream.status/read", streamId="s")
    assert [status["type"] for status in statuses] == ["Wait", "inProgress", "Done"]
    assert [status["statusId"] for status in statuses] == other["statuses"]
    assert not set(usual["statuses"]) & set(other["statuses"])


async def test_members_and_administrators(clerk: Clerk) -> None:
    for _ in range(2):
        await clerk.asks("stream.member/add", streamId=STREAM, userId=ANNA.contact_id)
        await clerk.asks("stream.member/set.admin", streamId=STREAM, userId=ANNA.contact_id)
    [stream] = await clerk.asks("stream/read", streamId=STREAM)
    assert (stream["roles"], stream["admins"]) == ([ANNA.contact_id], [ANNA.contact_id])
    for event in await clerk.told("Stream.Update.User.Role.set", "Stream.Update.User.Admin.set"):
        assert (event["userId"], event["initialUser"], event["streamId"]) == (ANNA.contact_id, BOT_ID, STREAM)
    await clerk.asks("stream.member/revoke.admin", streamId=STREAM, userId=ANNA.contact_id)
    refused = await clerk.is_refused("stream.member/revoke.admin", streamId=STREAM, userId=ANNA.contact_id)
    assert refused == "that person is no administrator of this stream"
    await clerk.asks("stream.member/remove", streamId=STREAM, userId=ANNA.contact_id)
    await clerk.told("Stream.Update.User.Admin.remove", "Stream.Update.User.Role.remove")
    refused = await clerk.is_refused("stream.member/remove", streamId=STREAM, userId=ANNA.contact_id)
    assert refused == "that person is no member of this stream"
    [stream] = await clerk.asks("stream/read", streamId=STREAM)
    assert (stream["roles"], stream["admins"]) == ([], [])


async def test_an_administrator_who_leaves_and_a_bot(clerk: Clerk) -> None:
    await clerk.asks("stream.member/add", streamId=STREAM, userId=BOT_ID)
    await clerk.asks("stream.member/set.admin", streamId=STREAM, userId=BOT_ID)
    await clerk.asks("stream.member/remove", streamId=STREAM, userId=BOT_ID)
    [stream] = await clerk.asks("stream/read", streamId=STREAM)
    assert (stream["roles"], stream["admins"]) == ([], [])
    names = ("Role.set", "Admin.set", "Role.remove")
    await clerk.told(*(f"Stream.Update.Bot.{name}" for name in names))
    refused = await clerk.is_refused("stream.member/add", streamId=STREAM, userId="stranger")
    assert refused == "there is no such contact in this team"


async def test_statuses(clerk: Clerk) -> None:
    made = await clerk.asks("stream.status/create", streamId=STREAM, name="Lost", type="In Progress", color="#ff0000")
    status_id = made["statusId"]
    assert (await clerk.statuses())[-1] == status_id
    await clerk.asks("stream.status/set.name", statusId=status_id, name="Found")
    [status] = await clerk.asks("stream.status/read", statusId=status_id)
    assert (status["name"], status["type"], status["color"]) == ("Found", "inProgress", "#ff0000")
    await clerk.asks("stream.status/delete", streamId=STREAM, statusId=status_id)
    assert await clerk.asks("stream.status/read", statusId=status_id) == []
    assert clerk.bot.events == []


@pytest.mark.parametrize(
    ("path", "fields", "problem"),
    [
        ("stream/read", {}, "at least one of streamId, streamIds is required"),
        ("stream.status/create", {"streamId": STREAM, "name": "x", "type": "Later"}, "type must be one of Wait, "),
        ("stream.status/create", {"streamId": "x", "name": "x", "type": "Done"}, "there is no such stream"),
        ("stream.status/set.name", {"statusId": "x", "name": "x"}, "there is no such status in this team"),
        ("stream.status/delete", {"streamId": STREAM, "statusId": "x"}, "there is no such status in this stream"),
        ("stream.status/read", {}, "at least one of"),
    ],
)
async def test_what_is_refused(clerk: Clerk, path: str, fields: dict[str, object], problem: str) -> None:
    assert problem in await clerk.is_refused(path, **fields)


async def test_a_status_that_threads_are_in_stays(clerk: Clerk, simulator: Simulator) -> None:
    await simulator.place_call()
    waiting, *_ = await clerk.statuses()
    refused = await clerk.is_refused("stream.status/delete", streamId=STREAM, statusId=waiting)
    assert refused == "there are threads in this status"
