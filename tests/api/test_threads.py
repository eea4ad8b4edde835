from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.api import ApiClient, ThreadInfo, ThreadsApi
from bot.api.threads import parse_thread
from bot.errors import BadRequest, InDoubt
from bot.events import JsonObject, JsonValue
from tests.api.platform import TEAM, THREAD, Platform, answers, cut
from tests.api.test_answer import JSON

# As the platform documents it.
DOCUMENTED: JsonObject = {
    "threadId": THREAD,
    "createdAt": 1524055334667,
    "deadline": [],
    "responsibleUserId": "",
    "status": "5b0525134c0319001573485f",
    "streamId": "5b0525134c0319001573485s",
    "teamId": "5b0525134c0319001573485c",
    "title": "title name",
    "customerId": "5b0525134c0319001573485a",
    "customerIds": ["5b0525134c0319001573485a", "5b0525134c0319001573485b"],
    "commentsFilter": {},
    "type": "Wait",
    "roles": ["5b0525134c0319001573485x", "5b0525134c0319001573485o"],
    "updatedAt": 1524056052883,
}


@pytest.fixture
def threads(client: ApiClient) -> ThreadsApi:
    return client.team(TEAM).threads


async def test_a_documented_thread(threads: ThreadsApi, platform: Platform) -> None:
    platform.then(cut, answers(body={"code": 200, "data": [{"threadId": "another"}, DOCUMENTED]}))
    assert await threads.read(THREAD) == ThreadInfo(
        thread_id=THREAD,
        stream_id="5b0525134c0319001573485s",
        status_id="5b0525134c0319001573485f",
        title="title name",
        type="Wait",
        responsible_user_id=None,
        customer_ids=("5b0525134c0319001573485a", "5b0525134c0319001573485b"),
        follower_ids=("5b0525134c0319001573485x", "5b0525134c0319001573485o"),
        created_at=datetime(2018, 4, 18, 12, 42, 14, 667000, tzinfo=UTC),
        updated_at=datetime(2018, 4, 18, 12, 54, 12, 883000, tzinfo=UTC),
        raw=DOCUMENTED,
    )
    assert [(seen.path, seen.json) for seen in platform.seen] == [(f"/{TEAM}/thread/read", {"threadId": THREAD})] * 2


@pytest.mark.parametrize("data", [None, [], [{"threadId": "another"}]])
async def test_a_thread_that_is_not_there(threads: ThreadsApi, platform: Platform, data: object) -> None:
    platform.then(answers(body={"code": 200, "data": data}))
    assert await threads.read(THREAD) is None


@pytest.mark.parametrize("data", [{"_id": THREAD, "title": "x"}, [{"title": "x"}], {"id": THREAD, "title": "x"}])
async def test_other_spellings_of_the_id(threads: ThreadsApi, platform: Platform, data: object) -> None:
    platform.then(answers(body={"code": 200, "data": data}))
    thread = await threads.read(THREAD)
    assert thread is not None
    assert thread.title == "x"


async def test_wrong_arguments_and_unreadable_data(threads: ThreadsApi, platform: Platform) -> None:
    with pytest.raises(BadRequest):
        await threads.read(" ")
    assert not platform.seen
    platform.then(answers(body={"code": 200, "data": 5}))
    with pytest.raises(InDoubt, match="unreadable data"):
        await threads.read(THREAD)


@settings(deadline=None, max_examples=40)
@given(st.fixed_dictionaries({}, optional=dict.fromkeys(DOCUMENTED, JSON | st.lists(JSON, max_size=3))))
def test_whatever_comes_is_a_thread(data: dict[str, JsonValue]) -> None:
    thread = parse_thread(data)
    assert thread.raw is data
    assert all(type(one) is str and one for one in (*thread.customer_ids, *thread.follower_ids))
