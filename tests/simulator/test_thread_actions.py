"""Threads: what is set is read back, and the bot is told."""

from __future__ import annotations

import msgspec
import pytest

from bot.simulator import DEFAULT_TEAM, Line, SimCall, Simulator
from bot.simulator.teams import MOST_KEPT
from bot.testing.clock import ManualClock, until
from tests.simulator.bot_side import ANNA, BORIS, BOT_ID, BotServer, SignedClient
from tests.simulator.clerk import STREAM, Clerk


@pytest.fixture
async def clerk(client: SignedClient, simulator: Simulator, bot: BotServer) -> Clerk:
    return Clerk(client, simulator, bot)


@pytest.fixture
async def thread_id(clerk: Clerk) -> str:
    waiting, *_ = await clerk.statuses()
    data = await clerk.asks("thread/create", streamId=STREAM, statusId=waiting)
    await clerk.told("Thread.created")
    return str(data["threadId"])


async def test_a_thread_is_made_as_asked(clerk: Clerk, clock: ManualClock) -> None:
    _, busy, _ = await clerk.statuses()
    customer = (await clerk.asks("contact/create", basicData={"name": "Clara"}))["contactId"]
    data = await clerk.asks(
        "thread/create",
        streamId=STREAM,
        statusId=busy,
        title="Call back",
        deadline=[None, 1_524_902_400_000],
        responsibleUserId=ANNA.contact_id,
        customerId=customer,
        roles=BORIS.contact_id,
        description=[{"type": "hashtag", "name": "#vip"}],
    )
    now = int(clock.now() * 1000)

    assert await clerk.thread(data["threadId"]) == {
        "threadId": data["threadId"],
        "createdAt": now,
        "updatedAt": now,
        "deadline": [None, 1_524_902_400_000],
        "responsibleUserId": ANNA.contact_id,
        "status": busy,
        "streamId": STREAM,
        "teamId": DEFAULT_TEAM,
        "title": "Call back",
        "customerId": customer,
        "customerIds": [customer],
        "commentsFilter": {},
        "type": "inProgress",
        "roles": [BORIS.contact_id],
    }
    [event] = await clerk.told("Thread.created")
    assert (event["title"], event["responsibleUserId"], event["userId"]) == ("Call back", ANNA.contact_id, BOT_ID)
    [description] = await clerk.asks("thread.description/read", threadId=data["threadId"])
    assert msgspec.json.decode(description["content"]) == [{"type": "hashtag", "name": "#vip"}]


async def test_the_status_of_a_call_s_thread(clerk: Clerk, call: SimCall, bot: BotServer, clock: ManualClock) -> None:
    await until(lambda: bot.types == ["Call.created"])
    bot.events.clear()
    waiting, busy, _ = await clerk.statuses()
    assert (await clerk.thread(call.thread_id))["type"] == "Wait"
    await clock.advance(5.0)
    data = await clerk.asks("thread.status", threadId=call.thread_id, statusId=busy)

    assert data == await clerk.thread(call.thread_id)
    assert (data["status"], data["type"], data["updatedAt"]) == (busy, "inProgress", int(clock.now() * 1000))
    [event] = await clerk.told("Thread.Updated.status")
    assert (event["threadId"], event["streamId"]) == (call.thread_id, call.place.stream_id)
    assert (event["statusId"], event["prevStatusId"], event["userId"]) == (busy, waiting, BOT_ID)
    assert [delivery.event_type for delivery in call.deliveries] == ["Call.created", "Thread.Updated.status"]
    refused = await clerk.is_refused("thread.status", threadId=call.thread_id, statusId="x")
    assert refused == "there is no such status in this stream"


async def test_a_thread_moves_to_another_stream(clerk: Clerk, simulator: Simulator, thread_id: str) -> None:
    await simulator.place_call(line=Line(stream_id="s"))
    first, *_ = await clerk.statuses("s")
    await clerk.told("Call.created")
    data = await clerk.asks("thread.stream", threadId=thread_id, streamId="s")

    assert (data["streamId"], data["status"], data["type"]) == ("s", first, "Wait")
    [event] = await clerk.told("Thread.Updated.stream")
    assert (event["streamId"], event["prevStreamId"]) == ("s", STREAM)
    _, second, _ = await clerk.statuses("s")
    await clerk.asks("thread.status", threadId=thread_id, statusId=second)
    data = await clerk.asks("thread.stream", threadId=thread_id, streamId="s")
    assert data["status"] == second
    assert await clerk.is_refused("thread.stream", threadId=thread_id, streamId="x") == (
        "there is no such stream in this team"
    )
    for status_id in await clerk.statuses():
        await clerk.asks("stream.status/delete", streamId=STREAM, statusId=status_id)
    data = await clerk.asks("thread.stream", threadId=thread_id, streamId=STREAM)
    assert (data["status"], data["type"]) == ("", "")


async def test_the_title_and_the_fields(clerk: Clerk, thread_id: str) -> None:
    await clerk.asks("thread.title", threadId=thread_id, title="Urgent")
    deadline = [1_524_902_300_000, 1_524_902_400_000]
    await clerk.asks("thread.fields.deadline", threadId=thread_id, deadline=deadline)
    await clerk.asks("thread.fields.priority", threadId=thread_id, priority="HIGH")
    await clerk.asks("thread.fields.budget", threadId=thread_id, budget=100)
    await clerk.asks("thread.fields.points", threadId=thread_id, points=20)
    last = await clerk.asks("thread.fields.timetoc", threadId=thread_id, timetocompletion=1_524_057_338)

    assert last == await clerk.thread(thread_id)
    assert (last["title"], last["deadline"], last["priority"]) == ("Urgent", deadline, "HIGH")
    assert (last["budget"], last["points"], last["timetocompletion"]) == (100, 20, 1_524_057_338)
    names = ("title", "deadline", "priority", "budget", "points", "toc")
    title, when, priority, budget, points, time = await clerk.told(*(f"Thread.Updated.{name}" for name in names))
    assert (title["title"], when["deadline"], priority["priority"]) == ("Urgent", deadline, "HIGH")
    assert (budget["budget"], points["mainRank"], time["resource"]) == (100, 20, 1_524_057_338)


async def test_who_is_responsible(clerk: Clerk, thread_id: str) -> None:
    data = await clerk.asks("thread.responsible/set", threadId=thread_id, userId=ANNA.contact_id)
    assert data["responsibleUserId"] == ANNA.contact_id
    assert [
        one["threadId"] for one in await clerk.asks("thread/read", streamId=STREAM, responsibleUserId=ANNA.contact_id)
    ] == [thread_id]
    refused = await clerk.is_refused("thread.responsible/remove", threadId=thread_id, userId=BORIS.contact_id)
    assert refused == "that person is not responsible for this thread"
    await clerk.asks("thread.responsible/remove", threadId=thread_id, userId=ANNA.contact_id)
    assert (await clerk.thread(thread_id))["responsibleUserId"] == ""
    for event in await clerk.told("Thread.Updated.Responsible.set", "Thread.Updated.Responsible.remove"):
        assert event["responsibleUserId"] == ANNA.contact_id


async def test_followers_a_bot_among_them(clerk: Clerk, thread_id: str) -> None:
    for user_id in (ANNA.contact_id, ANNA.contact_id, BOT_ID):
        await clerk.asks("thread.followers/set", threadId=thread_id, userId=user_id)
    assert (await clerk.thread(thread_id))["roles"] == [ANNA.contact_id, BOT_ID]
    set_, bot_set = await clerk.told("Thread.Updated.Follower.set", "Thread.Updated.Bot.Follower.set")
    assert (set_["roleId"], bot_set["roleId"]) == (ANNA.contact_id, BOT_ID)
    for user_id in (ANNA.contact_id, BOT_ID):
        await clerk.asks("thread.followers/remove", threadId=thread_id, userId=user_id)
    assert (await clerk.thread(thread_id))["roles"] == []
    await clerk.told("Thread.Updated.Follower.remove", "Thread.Updated.Bot.Follower.remove")
    refused = await clerk.is_refused("thread.followers/remove", threadId=thread_id, userId=BOT_ID)
    assert refused == "that person does not follow this thread"
    refused = await clerk.is_refused("thread.followers/set", threadId=thread_id, userId="stranger")
    assert refused == "there is no such contact in this team"


async def test_customers(clerk: Clerk, thread_id: str) -> None:
    first, second = [
        (await clerk.asks("contact/create", basicData={"name": name}))["contactId"] for name in ("Clara", "Dora")
    ]
    await clerk.asks("thread.customer/add", threadId=thread_id, customerIds=[first, second])
    await clerk.asks("thread.customer/add", threadId=thread_id, customerId=first)
    thread = await clerk.thread(thread_id)
    assert (thread["customerId"], thread["customerIds"]) == (first, [first, second])
    added = await clerk.told("Thread.Updated.Customer.set", "Thread.Updated.Customer.set")
    assert [event["customerId"] for event in added] == [first, second]
    await clerk.asks("thread.customer/remove", threadId=thread_id, customerId=first, customerIds=[first])
    assert (await clerk.thread(thread_id))["customerId"] == second
    await clerk.told("Thread.Updated.Customer.remove")
    refused = await clerk.is_refused("thread.customer/remove", threadId=thread_id, customerId=first)
    assert refused == "that person is no customer of this thread"


async def test_the_description(clerk: Clerk, thread_id: str) -> None:
    assert await clerk.asks("thread.description/read", threadId=thread_id) == []
    text = {"type": "text", "text": "one"}
    first = await clerk.asks("thread.description/set", threadId=thread_id, content=[text, text])
    again = await clerk.asks("thread.description/set", threadId=thread_id, content=[text])
    more = await clerk.asks("thread.description/addcontent", threadId=thread_id, content=["two"])
    [read] = await clerk.asks("thread.description/read", threadId=thread_id)

    assert first == again == more == {"descriptionId": read["descriptionId"]}
    assert msgspec.json.decode(read["content"]) == [text, "two"]
    events = await clerk.told(*["Thread.updated"] * 3)
    assert events[-1]["fieldName"] == "description"
    assert msgspec.json.decode(events[-1]["fieldPayload"]) == [text, "two"]


@pytest.mark.parametrize(
    ("path", "fields", "problem"),
    [
        ("thread.title", {"title": ""}, "title is required"),
        ("thread.title", {"title": "x", "threadId": "nowhere"}, "there is no such thread in this team"),
        ("thread.fields.priority", {"priority": "high"}, "priority must be one of HIGH, NORMAL"),
        ("thread.fields.budget", {"budget": 1.5}, "budget must be a whole number"),
        ("thread.fields.points", {"points": "5"}, "points must be of type number"),
        ("thread.fields.deadline", {"deadline": [1]}, "deadline must be its beginning"),
        ("thread.fields.deadline", {"deadline": [1, None]}, "deadline must be its beginning"),
        ("thread.fields.deadline", {"deadline": ["a", 1]}, "deadline must be its beginning"),
        ("thread.fields.deadline", {"deadline": [True, 1]}, "deadline must be its beginning"),
        ("thread.customer/add", {}, "at least one of customerId, customerIds is required"),
        ("thread.customer/add", {"customerIds": [5]}, "customerId and customerIds must hold strings"),
        ("thread.customer/add", {"customerId": "stranger"}, "there is no such contact"),
        ("thread/create", {"streamId": STREAM, "statusId": "x"}, "there is no such status"),
        ("thread/create", {"streamId": "x", "statusId": "x"}, "there is no such stream"),
    ],
)
async def test_what_is_refused(
    clerk: Clerk, thread_id: str, path: str, fields: dict[str, object], problem: str
) -> None:
    before = await clerk.thread(thread_id)
    assert problem in await clerk.is_refused(path, **{"threadId": thread_id, **fields})
    assert await clerk.thread(thread_id) == before
    assert clerk.bot.events == []


async def test_a_thread_is_not_made_for_strangers_or_without_end(clerk: Clerk) -> None:
    status, *_ = await clerk.statuses()
    for field in ("customerId", "responsibleUserId", "roles"):
        fields = {"streamId": STREAM, "statusId": status, field: "stranger"}
        assert await clerk.is_refused("thread/create", **fields) == "there is no such contact in this team"
    team = clerk.simulator._teams.of(DEFAULT_TEAM)
    made = await clerk.asks("thread/create", streamId=STREAM, statusId=status)
    one = team.thread(made["threadId"])
    team.threads.update({str(number): one for number in range(MOST_KEPT)})
    refused = await clerk.is_refused("thread/create", streamId=STREAM, statusId=status)
    assert refused == f"the simulator keeps at most {MOST_KEPT} threads of a team"


async def test_comments_in_a_thread_that_is_no_call_s(clerk: Clerk, thread_id: str, clock: ManualClock) -> None:
    await clock.advance(3.0)
    data = await clerk.asks("comment/create", threadId=thread_id, text="Called back")
    [event] = await clerk.told("Comment.created")
    assert (event["id"], event["threadId"], event["streamId"]) == (data["commentId"], thread_id, STREAM)
    assert (await clerk.thread(thread_id))["updatedAt"] == int(clock.now() * 1000)
    assert (await clerk.asks("comment/count", threadId=thread_id)) == {"count": 1}
    [note] = [one for one in clerk.simulator.timeline.since() if one.text == "Comment.created"]
    assert note.kind == "event"
