"""Comments, contacts and threads over real HTTP, and as the bot's client sees them."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from bot.api import ApiClient, ApiConfig, TeamApi
from bot.errors import Rejected
from bot.metrics import Metrics
from bot.simulator import DEFAULT_TEAM, Caller, Contact, Line, SimCall, SimComment, Simulator
from bot.simulator.comment_actions import PAGE
from bot.simulator.comments import CommentBook, text_part
from bot.testing.clock import ManualClock, until
from tests.simulator.bot_side import ANNA, BORIS, BOT_ID, SECRET, BotServer, SignedClient
from tests.simulator.documents import check_event

CLARA = Contact(contact_id="clara", name="Clara", online=False, extension="101")


@pytest.fixture
async def api(simulator: Simulator, clock: ManualClock) -> AsyncIterator[TeamApi]:
    config = ApiConfig(base_url=simulator.url, bot_id=BOT_ID, secret_key=SECRET)
    async with ApiClient(config, clock=clock, metrics=Metrics()) as client:
        yield client.team(DEFAULT_TEAM)


async def test_a_comment_in_a_thread_comes_back_as_an_event(
    api: TeamApi, call: SimCall, bot: BotServer, clock: ManualClock
) -> None:
    comment_id = await api.comments.create(thread_id=call.thread_id, text="hello", is_public=True)
    await until(lambda: len(bot.events) == 2)

    event = bot.events[-1]
    check_event(event)
    assert (event["eventType"], event["id"]) == ("Comment.created", comment_id)
    assert (event["from"], event["type"], "to" in event) == (BOT_ID, "", False)
    [comment] = await api.comments.read(thread_id=call.thread_id)
    assert (comment.comment_id, comment.author, comment.text) == (comment_id, BOT_ID, "hello")
    assert (comment.type, comment.created_at and comment.created_at.timestamp()) == ("", clock.now())
    assert [kept.comment_id for kept in call.comments] == [comment_id]


async def test_the_closing_comment_has_the_durations_and_the_recording(
    api: TeamApi, simulator: Simulator, bot: BotServer, clock: ManualClock
) -> None:
    call = await simulator.place_call(Caller(talks_for=3.0))
    await api.calls.start_recording(call.thread_id)
    await api.calls.invite(call.thread_id, contact_id=ANNA.contact_id)
    await clock.advance(6.0)
    await call.wait_settled()

    [comment] = await api.comments.read(thread_id=call.thread_id, type="call")
    assert (comment.call_duration, comment.dialog_duration) == (5.0, 3.0)
    [url] = comment.file_urls
    assert url.startswith(f"{simulator.url}/simulator/recordings/")
    assert comment.comment_id == bot.events[-1]["id"]
    assert await api.comments.create(thread_id=call.thread_id, text="after the end")


async def test_comments_of_streams_and_private_ones(
    api: TeamApi, client: SignedClient, simulator: Simulator, bot: BotServer
) -> None:
    call = await simulator.place_call(line=Line(stream_id="s"))
    in_stream = await api.comments.create(stream_id="s", text="in the stream")
    in_thread = await api.comments.create(thread_id=call.thread_id, text="in the thread")
    private = await api.comments.create(to=ANNA.contact_id, text="private")
    await api.comments.create(to=call.members[0].contact_id, text="to the caller")
    await api.comments.create(stream_id=Line().stream_id, text="where nobody has called yet")
    await until(lambda: len(bot.events) == 4)

    for event in bot.events:
        check_event(event)
    assert sorted(event.get("id", "") for event in bot.events if event["streamId"] == "s") == sorted(
        ["", str(in_stream), str(in_thread)]
    )
    assert [found.comment_id for found in await api.comments.read(stream_id="s")] == [in_stream, in_thread]
    assert [found.text for found in await api.comments.read(comment_id=str(private))] == ["private"]
    _, answer = await client.post("comment/read", {"commentId": private}, team=DEFAULT_TEAM)
    assert answer["data"][0]["to"] == [ANNA.contact_id]
    simulator.add_team("another")
    _, elsewhere = await client.post("comment/read", {"commentId": private}, team="another")
    assert elsewhere["data"] == []


async def test_comments_come_in_pages(api: TeamApi, call: SimCall, simulator: Simulator) -> None:
    for number in range(PAGE + 3):
        call.post(
            SimComment(
                comment_id=f"c{number}",
                team_id=call.team_id,
                thread_id=call.thread_id,
                attachments=[text_part(str(number))],
                at=simulator.clock.now(),
            )
        )
    first = await api.comments.read(thread_id=call.thread_id)
    rest = await api.comments.read(thread_id=call.thread_id, skip=PAGE, type="text")
    assert (len(first), first[0].text) == (PAGE, "0")
    assert [comment.text for comment in rest] == [str(PAGE), str(PAGE + 1), str(PAGE + 2)]


async def test_what_a_comment_may_not_be(client: SignedClient, call: SimCall) -> None:
    refused: list[tuple[str, dict[str, object], str]] = [
        ("comment/create", {"to": "stranger", "text": "x"}, "no such contact"),
        ("comment/create", {"streamId": "s", "text": "x"}, "no such stream"),
        ("comment/create", {"threadId": "nowhere", "text": "x"}, "no such thread"),
        ("comment/create", {"threadId": call.thread_id, "text": "x", "type": "file"}, "of type text"),
        ("comment/create", {"threadId": call.thread_id}, "text is required"),
        ("comment/create", {"threadId": call.thread_id, "to": ANNA.contact_id, "text": "x"}, "exactly one of"),
        ("comment/create", {"threadId": call.thread_id, "text": "x", "isPublic": 1}, "isPublic must be"),
        ("comment/read", {"type": "text"}, "at least one of"),
        ("comment/read", {"threadId": "t", "skip": -1}, "skip must be a whole number"),
        ("comment/read", {"threadId": "t", "skip": 1.5}, "skip must be a whole number"),
        ("comment/read", {"threadId": "t", "skip": True}, "skip must be of type number"),
        ("contact/read", {}, "at least one of"),
        ("contact/read", {"billingType": "robots"}, "billingType must be one of"),
        ("thread/read", {"title": "x"}, "at least one of"),
        ("thread/read", {"streamId": "s", "roles": ["x"]}, "does not choose threads by roles"),
        ("comment/count", {}, "at least one of"),
    ]
    for path, body, problem in refused:
        status, answer = await client.post(path, body, team=call.team_id)
        assert (status, answer["code"]) == (400, 400), path
        assert problem in answer["message"]


async def test_a_new_comment_is_answered_in_the_other_spelling(client: SignedClient, call: SimCall) -> None:
    _, answer = await client.ask(call, "comment/create", text="x", type="text")
    assert (answer["code"], answer["massage"]) == (200, "OK")
    assert set(answer) == {"code", "massage", "data"}


async def test_contacts_their_numbers_and_presence(
    api: TeamApi, client: SignedClient, simulator: Simulator, call: SimCall
) -> None:
    simulator.add_contact(CLARA)
    anna, clara = await api.contacts.read([CLARA.contact_id, "stranger", ANNA.contact_id])
    assert (anna.contact_id, anna.name, anna.phones, anna.online) == (ANNA.contact_id, "Anna", (ANNA.phone,), True)
    assert (clara.phones, clara.extensions, clara.online) == ((), ("101", "101*9", "101*1"), False)
    [caller] = await api.contacts.read([call.members[0].contact_id])
    assert (caller.phones, caller.online) == ((call.caller.phone,), False)

    async def ids(**body: object) -> list[str]:
        _, answer = await client.post("contact/read", body, team=call.team_id)
        return [entry["_id"] for entry in answer["data"]]

    everybody = [ANNA.contact_id, BORIS.contact_id, CLARA.contact_id]
    assert await ids(billingType="users") == everybody
    assert await ids(billingType="contacts") == [caller.contact_id]
    assert await ids(billingType="bots") == []
    assert await ids(customField=ANNA.phone) == [ANNA.contact_id]
    assert await ids(userId="clara", userIds=[ANNA.contact_id]) == [ANNA.contact_id, "clara"]
    assert await ids(userId="clara", customField="1") == []


async def test_threads_of_calls(api: TeamApi, client: SignedClient, simulator: Simulator, clock: ManualClock) -> None:
    call = await simulator.place_call(Caller(phone="101"), line=Line(stream_id="s"))
    other = await simulator.place_call()
    begun = clock.now()
    await clock.advance(2.0)
    await api.comments.create(thread_id=call.thread_id, text="x")
    thread = await api.threads.read(call.thread_id)

    assert thread is not None
    assert (thread.thread_id, thread.stream_id, thread.title) == (call.thread_id, "s", "Call from 101")
    assert thread.customer_ids == (call.members[0].contact_id,)
    assert thread.created_at is not None
    assert thread.updated_at is not None
    assert thread.created_at.timestamp() == begun
    assert (thread.updated_at - thread.created_at).total_seconds() == 2.0
    assert await api.threads.read("nowhere") is None

    async def ids(**body: object) -> list[str]:
        _, answer = await client.post("thread/read", body, team=call.team_id)
        return [entry["threadId"] for entry in answer["data"]]

    assert await ids(streamId="s") == [call.thread_id]
    assert await ids(statusIds=[thread.status_id, "x"]) == [call.thread_id]
    assert await ids(streamId="s", title="Call from 101", ltUpdatedAt=begun + 3, gtUpdatedAt=begun + 1) == [
        call.thread_id
    ]
    assert await ids(streamId="s", ltUpdatedAt=begun + 2) == await ids(streamId="s", gtUpdatedAt=begun + 2) == []
    assert await ids(statusId="x") == []
    assert await ids(streamId="s", customerId="x") == []
    assert await ids(streamId=Line().stream_id, type="Wait") == [other.thread_id]


async def test_what_is_kept_of_one_team_is_not_seen_by_another(
    api: TeamApi, simulator: Simulator, call: SimCall
) -> None:
    elsewhere = await simulator.place_call(team_id="another")
    assert await api.threads.read(elsewhere.thread_id) is None
    with pytest.raises(Rejected):
        await api.comments.create(thread_id=elsewhere.thread_id, text="x")
    assert await api.contacts.read([elsewhere.members[0].contact_id]) == ()
    assert call.comments == []


async def test_comments_are_written_down_in_their_call(api: TeamApi, simulator: Simulator, call: SimCall) -> None:
    await api.comments.create(thread_id=call.thread_id, text="hello " * 50)
    await api.contacts.read([ANNA.contact_id])
    requests = [record.text for record in simulator.timeline.since() if record.kind == "request"]
    assert requests == ["comment/create " + ("hello " * 10).rstrip(), f"contact/read {ANNA.contact_id}"]


async def test_comments_are_counted(api: TeamApi, client: SignedClient, simulator: Simulator) -> None:
    first, second = await simulator.place_call(line=Line(stream_id="s")), await simulator.place_call()
    for thread_id in (first.thread_id, first.thread_id, second.thread_id):
        await api.comments.create(thread_id=thread_id, text="x")
    await api.comments.create(stream_id="s", text="x")

    async def count(**body: object) -> int:
        _, answer = await client.post("comment/count", body, team=DEFAULT_TEAM)
        return int(answer["data"]["count"])

    assert await count(threadId=first.thread_id) == 2
    assert await count(threadIds=[first.thread_id, second.thread_id]) == 3
    assert await count(streamId="s") == 3
    assert await count(streamId="s", threadId=second.thread_id) == 0


def test_the_oldest_comments_are_forgotten() -> None:
    book = CommentBook(2)
    for number in range(3):
        book.add(SimComment(comment_id=str(number), team_id="t", attachments=[], at=1.0))
    assert [comment.comment_id for comment in book.find("t")] == ["1", "2"]
