from __future__ import annotations

from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.events import CallEvent, CallKey, JsonValue, parse_event
from tests.events.strategies import TEXTS

TEAM = "545b508981d3f8001497d03d"


@given(TEXTS, st.sampled_from(["thread", "stream"]), TEXTS)
def test_every_key_comes_back_from_its_text(team: str, home: Literal["thread", "stream"], home_id: str) -> None:
    key = CallKey(team, home, home_id)

    assert CallKey.parse(str(key)) == key
    assert str(key).isascii()
    assert str(key).count("/") == 2


@pytest.mark.parametrize("text", ["", "t", "t/thread", "t/task/1", "t/thread/1/2", "thread/1", "t/thread/%ff"])
def test_other_texts_are_no_keys(text: str) -> None:
    with pytest.raises(ValueError, match=r"call key|decode"):
        CallKey.parse(text)


def call_event(name: str, **fields: JsonValue) -> CallEvent:
    event = parse_event({"eventType": name, "teamId": TEAM, **fields})
    assert isinstance(event, CallEvent)
    return event


@pytest.mark.parametrize(
    ("fields", "home", "home_id"),
    [
        ({"threadId": "1", "streamId": "2", "type": "thread"}, "thread", "1"),
        ({"threadId": "1", "streamId": "2", "type": "thread-incoming"}, "thread", "1"),
        ({"threadId": "1", "streamId": "2", "type": "stream"}, "stream", "2"),
        ({"threadId": "1", "streamId": "2", "type": "stream-incoming"}, "stream", "2"),
        ({"threadId": "1", "streamId": "2", "type": "something new"}, "thread", "1"),
        ({"threadId": "1", "streamId": "2"}, "thread", "1"),
        ({"threadId": "1", "type": "stream"}, "thread", "1"),
        ({"streamId": "2", "type": "thread"}, "stream", "2"),
        ({"streamId": "2"}, "stream", "2"),
    ],
)
def test_a_call_lives_where_its_type_says_and_where_there_is_an_id(
    fields: dict[str, JsonValue], home: Literal["thread", "stream"], home_id: str
) -> None:
    event = call_event("Call.created", **fields)

    assert event.call_key == CallKey(TEAM, home, home_id)
    assert event.call_id == home_id
    assert event.lane == f"{TEAM}/{home}/{home_id}"


@pytest.mark.parametrize("name", ["Call.created", "Call.ended"])
def test_a_call_event_without_a_home_is_kept_in_order_with_its_team(name: str) -> None:
    event = call_event(name)

    assert event.call_key is None
    assert event.call_id == ""
    assert event.lane == TEAM


@pytest.mark.parametrize(
    ("fields", "lane"),
    [
        ({"threadId": "1", "streamId": "2"}, f"{TEAM}/thread/1"),
        ({"streamId": "2"}, f"{TEAM}/stream/2"),
        ({}, TEAM),
    ],
)
def test_other_events_are_kept_in_order_with_their_thread_stream_or_team(
    fields: dict[str, JsonValue], lane: str
) -> None:
    event = parse_event({"eventType": "Thread.updated", "teamId": TEAM, **fields})

    assert event.lane == lane
    assert event.call_key is None


def test_the_events_of_one_call_share_a_lane_with_the_other_events_of_its_thread() -> None:
    call = call_event("Call.Member.dtmf", threadId="1", streamId="2")
    other = parse_event({"eventType": "Comment.created", "teamId": TEAM, "threadId": "1"})

    assert call.lane == other.lane
