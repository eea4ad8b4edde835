"""Files: a place is asked for, something is put there, and fetched; recordings are files too."""

from __future__ import annotations

import pytest

from bot.simulator import DEFAULT_TEAM, SimCall, Simulator
from bot.simulator.file_actions import LARGEST
from bot.testing.clock import ManualClock
from tests.simulator.bot_side import BOT_ID, BotServer, SignedClient
from tests.simulator.clerk import STREAM, Clerk


@pytest.fixture
async def clerk(client: SignedClient, simulator: Simulator, bot: BotServer) -> Clerk:
    return Clerk(client, simulator, bot)


async def fetch(clerk: Clerk, url: str) -> tuple[int, bytes]:
    async with clerk.client.session.get(url) as response:
        return response.status, await response.read()


async def put(clerk: Clerk, url: str, content: bytes) -> int:
    async with clerk.client.session.put(url, data=content) as response:
        return response.status


async def test_a_file_is_put_and_fetched(clerk: Clerk, call: SimCall, clock: ManualClock) -> None:
    place = await clerk.asks("file/put.url", filename="photo.jpg", size=5, threadId=call.thread_id)
    assert (await fetch(clerk, place["url"]))[0] == 404
    assert await put(clerk, place["url"], b"content") == 200
    found = await clerk.asks("file/get.url", fileId=place["id"])
    assert found == {"filename": "photo.jpg", "fileId": place["id"], "url": place["url"]}
    assert await fetch(clerk, found["url"]) == (200, b"content")
    [entry] = await clerk.asks("file/read", id=place["id"])
    assert entry == {
        "authorId": BOT_ID,
        "createdAt": int(clock.now() * 1000),
        "filename": "photo.jpg",
        "id": place["id"],
        "size": 7,
        "streamId": None,
        "threadId": call.thread_id,
    }


async def test_several_files_at_once(clerk: Clerk) -> None:
    places = await clerk.asks("file/put.url", filenames=["a.txt", "b.txt"], streamId=STREAM, authorId="anna")
    ids = [place["id"] for place in places]
    assert [one["filename"] for one in await clerk.asks("file/get.url", fileIds=ids)] == ["a.txt", "b.txt"]
    assert [one["id"] for one in await clerk.asks("file/read", ids=ids)] == ids
    assert [one["id"] for one in await clerk.asks("file/read", authorId="anna", limit=1)] == ids[:1]
    assert [one["id"] for one in await clerk.asks("file/read", streamId=STREAM, skip=1)] == ids[1:]
    assert await clerk.asks("file/read", ids=ids, threadId="x") == []


async def test_a_recording_is_a_file(clerk: Clerk, call: SimCall, clock: ManualClock) -> None:
    await clerk.client.done(call, "call.recording/start")
    await clock.advance(2.0)
    url = (await clerk.client.done(call, "call.recording/stop"))["fileUrl"]
    [entry] = await clerk.asks("file/read", threadId=call.thread_id)

    assert (entry["streamId"], entry["authorId"]) == (call.place.stream_id, call.members[0].contact_id)
    assert (await clerk.asks("file/get.url", fileId=entry["id"]))["url"] == url
    status, content = await fetch(clerk, url)
    assert (status, len(content)) == (200, entry["size"])


@pytest.mark.parametrize(
    ("path", "fields", "problem"),
    [
        ("file/get.url", {}, "at least one of fileId, fileIds is required"),
        ("file/get.url", {"fileId": "x"}, "there is no such file in this team"),
        ("file/put.url", {"size": 5}, "at least one of filename, filenames is required"),
        ("file/put.url", {"filename": "x", "threadId": "x"}, "there is no such thread"),
        ("file/put.url", {"filename": "x", "streamId": "x"}, "there is no such stream"),
        ("file/put.url", {"filename": "x", "size": -5}, "size must be a whole number from 0"),
        ("file/read", {"limit": 5}, "at least one of"),
    ],
)
async def test_what_is_refused(clerk: Clerk, path: str, fields: dict[str, object], problem: str) -> None:
    assert problem in await clerk.is_refused(path, **fields)


async def test_what_cannot_be_put(clerk: Clerk) -> None:
    place = await clerk.asks("file/put.url", filename="large.bin")
    assert await put(clerk, place["url"], bytes(LARGEST + 1)) == 413
    assert (await fetch(clerk, place["url"]))[0] == 404
    assert await put(clerk, f"{clerk.client.url}/simulator/files/{DEFAULT_TEAM}/x", b"x") == 404
    assert await put(clerk, f"{clerk.client.url}/simulator/files/nobody/x", b"x") == 400
