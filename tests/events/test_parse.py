from __future__ import annotations

from datetime import UTC, datetime
from typing import TypeVar

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import EventError
from bot.events import (
    CallCreated,
    CallEvent,
    CallKey,
    Event,
    JsonValue,
    MemberDtmf,
    MemberEvent,
    MemberInviteEnded,
    Originator,
    parse_event,
    parse_originator,
)
from tests.events.data import example_of
from tests.events.strategies import JSON, events

E = TypeVar("E", bound=Event)


def parsed(kind: type[E], name: str, **fields: JsonValue) -> E:
    event = parse_event({**example_of(name), **fields})
    assert isinstance(event, kind)
    return event


@given(events())
def test_no_content_of_an_event_makes_parsing_fail(data: dict[str, JsonValue]) -> None:
    event = parse_event(data)

    assert event.raw is data
    assert isinstance(event.lane, str)
    assert isinstance(event.fields, dict)
    assert all(value is None or isinstance(value, str) for value in (event.thread_id, event.stream_id))
    key = event.call_key
    if key is not None:
        assert CallKey.parse(str(key)) == key
        assert event.lane == str(key)
    if isinstance(event, CallEvent):
        assert event.call_id == (key.home_id if key else "")
    if isinstance(event, CallCreated):
        assert isinstance(event.incoming, bool)


@given(JSON.filter(lambda data: not isinstance(data, dict)))
def test_what_is_no_object_is_no_event(data: JsonValue) -> None:
    with pytest.raises(EventError, match="JSON object"):
        parse_event(data)


@given(
    st.dictionaries(st.text(max_size=5), JSON, max_size=4),
    st.none() | st.booleans() | st.integers() | st.just("") | st.lists(JSON, max_size=2),
    st.booleans(),
)
def test_an_object_without_a_named_type_is_no_event(data: dict[str, JsonValue], odd: JsonValue, given: bool) -> None:
    without = {name: value for name, value in data.items() if name != "eventType"}
    with pytest.raises(EventError, match="eventType"):
        parse_event({**without, "eventType": odd} if given else without)


def test_an_unknown_type_is_an_event_with_everything_kept() -> None:
    data: dict[str, JsonValue] = {"eventType": "Payment.received", "teamId": "t", "amountPaid": [1, {"a": None}]}
    event = parse_event(data)

    assert type(event) is Event
    assert event.event_type == "Payment.received"
    assert event.fields == {"event_type": "Payment.received", "team_id": "t", "amount_paid": [1, {"a": None}]}
    assert event.call_key is None


def test_a_created_call_has_all_its_fields() -> None:
    event = parsed(CallCreated, "Call.created")

    assert event.originator == Originator(contact_id="58f5ec3a32e3a300154b5e50")
    assert event.destination_id == "595b3fc381d3f8001497603c"
    assert event.call_type == "thread"
    assert event.created_at == datetime(2018, 10, 17, 7, 24, 44, 401000, UTC)
    assert event.incoming is False


@pytest.mark.parametrize(
    ("call_type", "originator", "incoming"),
    [
        ("thread-incoming", "c1", True),
        ("stream-incoming", "c1", True),
        ("thread", '{"contactId":"c1","phone":"07112749","trunkId":"line-1"}', True),
        ("thread", '{"contactId":"c1","phone":"07112749"}', False),
        (None, None, False),
        (7, "c1", False),
    ],
)
def test_a_call_from_outside_is_known_by_its_type_or_its_line(
    call_type: JsonValue, originator: JsonValue, incoming: bool
) -> None:
    event = parsed(CallCreated, "Call.created", type=call_type, originateUserId=originator)

    assert event.incoming is incoming


@pytest.mark.parametrize(
    ("older", "current"), [("contactId", "userId"), ("phoneNumber", "phone"), ("dtmf", "dtmfNumber")]
)
def test_renamed_fields_mean_the_current_ones(older: str, current: str) -> None:
    data = example_of("Call.Member.dtmf")
    value = data.pop(current)
    now = parse_event(example_of("Call.Member.dtmf"))

    for renamed in ({older: value}, {older: value, current: ""}, {older: value, current: None}):
        event = parse_event({**data, **renamed})
        assert isinstance(event, MemberDtmf)
        assert isinstance(now, MemberDtmf)
        assert (event.user_id, event.phone, event.dtmf_number) == (now.user_id, now.phone, now.dtmf_number)
        assert event.fields == now.fields


def test_where_both_names_occur_the_current_one_counts() -> None:
    event = parsed(MemberEvent, "Call.Member.held", contactId="older", userId="current")

    assert event.user_id == event.fields["user_id"] == "current"


def test_the_older_name_of_the_previous_status_means_the_current_one() -> None:
    event = parse_event(example_of("Thread.Updated.status"))

    assert event.fields["previous_status_id"] == "5b0525134c0319001573last"
    assert "prev_status_id" not in event.fields


@pytest.mark.parametrize(
    ("sent", "key"), [("1", "1"), (1, "1"), (0, "0"), ("*", "*"), ("#", "#"), ("D", "D"), (3.0, "3")]
)
def test_a_key_is_a_string_whatever_it_was_sent_as(sent: JsonValue, key: str) -> None:
    assert parsed(MemberDtmf, "Call.Member.dtmf", dtmfNumber=sent).dtmf_number == key


@pytest.mark.parametrize(
    "odd", [None, "", True, 1.5, float("nan"), float("inf"), [], {}, pytest.param(10**4301, id="long")]
)
def test_what_cannot_be_a_text_is_none_and_stays_in_the_raw_json(odd: JsonValue) -> None:
    event = parsed(MemberDtmf, "Call.Member.dtmf", dtmfNumber=odd, threadId=odd, phone=odd)

    assert (event.dtmf_number, event.thread_id, event.phone) == (None, None, None)
    assert event.raw["dtmfNumber"] is odd


def test_numbers_where_strings_are_promised_become_strings() -> None:
    event = parsed(MemberEvent, "Call.Member.held", phone=89536052307, userId=12, threadId=345)

    assert (event.phone, event.user_id, event.thread_id) == ("89536052307", "12", "345")
    assert event.call_key == CallKey("545b508981d3f8001497d03d", "thread", "345")


@pytest.mark.parametrize(
    ("sent", "answered"),
    [
        (True, True),
        (False, False),
        (1, True),
        (0, False),
        (1.0, True),
        ("true", True),
        (" False ", False),
        ("1", True),
        ("0", False),
        ("yes", None),
        (2, None),
        (None, None),
        ([], None),
    ],
)
def test_answered_is_a_truth_value_or_unknown(sent: JsonValue, answered: bool | None) -> None:
    assert parsed(MemberInviteEnded, "Call.Member.Invite.ended", answered=sent).answered is answered


@pytest.mark.parametrize("sent", [1539761084401, 1539761084401.0, "1539761084401"])
def test_a_moment_may_be_a_number_or_in_a_string(sent: JsonValue) -> None:
    created_at = parsed(CallCreated, "Call.created", createdAt=sent).created_at
    assert created_at == datetime(2018, 10, 17, 7, 24, 44, 401000, UTC)


@pytest.mark.parametrize(
    "odd", [None, True, "soon", "nan", "inf", 1e300, pytest.param(10**400, id="long"), float("nan"), [], {}]
)
def test_what_is_no_moment_is_none(odd: JsonValue) -> None:
    assert parsed(CallCreated, "Call.created", createdAt=odd).created_at is None


ORIGINATOR: dict[str, JsonValue] = {"contactId": "c1", "phone": "07112749", "trunkId": "line-1"}
WHOLE = Originator(contact_id="c1", phone="07112749", trunk_id="line-1")


@pytest.mark.parametrize(
    ("sent", "originator"),
    [
        (ORIGINATOR, WHOLE),
        (msgspec.json.encode(ORIGINATOR).decode(), WHOLE),
        ("  " + msgspec.json.encode(ORIGINATOR).decode(), WHOLE),
        ({"userId": "c1", "phoneNumber": 7112749}, Originator(contact_id="c1", phone="7112749")),
        ("c1", Originator(contact_id="c1")),
        (12, Originator(contact_id="12")),
        ("{c1", Originator(contact_id="{c1")),
        ("[1, 2]", Originator()),
        ("", Originator()),
        (None, Originator()),
        (True, Originator()),
    ],
)
def test_who_began_a_call_may_be_an_object_json_in_a_string_or_an_id(sent: JsonValue, originator: Originator) -> None:
    assert parse_originator(sent) == originator
    assert parsed(CallCreated, "Call.created", originateUserId=sent).originator == originator


@given(JSON)
def test_who_began_a_call_never_raises(sent: JsonValue) -> None:
    assert isinstance(parse_originator(sent), Originator)


def test_events_cannot_be_changed() -> None:
    event = parse_event(example_of("Call.created"))
    with pytest.raises(AttributeError):
        event.team_id = "other"  # type: ignore[misc]
