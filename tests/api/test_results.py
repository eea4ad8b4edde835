from __future__ import annotations

import json
from datetime import UTC, datetime

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.api.results import CallInfo, Member, parse_call
from bot.events import JsonObject, Originator
from tests.api.test_answer import JSON

# As the platform documents it.
DOCUMENTED: JsonObject = {
    "destinationId": "5bcda4d25ad71w0015771257",
    "streamId": "5bbc67c5522e2400149af76c",
    "originateUserId": '{"contactId":"5bcda4d2e74419001f6fe4b1","phone":"07112749","trunkId":"bambYXY3o"}',
    "typeDestination": "thread-incoming",
    "destinationContacts": (
        '[{"contactId":"5b72aaab444507001c8be443","isMute":false,"isHold":false,"isMeInvite":false,'
        '"isExtension":false,"answered":false,"isBot":false,"hasOriginator":false},'
        '{"contactId":"2bcda4d2e74419001f6fe4f0","answered":true,"hasOriginator":true,'
        '"channelId":"558d25da-d6e4-11e8-bd3d-4799aea902e9","isMute":false,"createdAt":"1540203730669",'
        '"isHold":false,"phone":"07112749","trunkId":"bambYVY3o","isMeInvite":false,"isExtension":false,'
        '"isBot":false}]'
    ),
}
RINGING = Member(
    contact_id="5b72aaab444507001c8be443",
    answered=False,
    is_mute=False,
    is_hold=False,
    is_me_invite=False,
    is_extension=False,
    is_bot=False,
    has_originator=False,
)
CALLER = Member(
    contact_id="2bcda4d2e74419001f6fe4f0",
    phone="07112749",
    trunk_id="bambYVY3o",
    channel_id="558d25da-d6e4-11e8-bd3d-4799aea902e9",
    answered=True,
    is_mute=False,
    is_hold=False,
    is_me_invite=False,
    is_extension=False,
    is_bot=False,
    has_originator=True,
    created_at=datetime(2018, 10, 22, 10, 22, 10, 669000, tzinfo=UTC),
)


def test_the_documented_answer() -> None:
    assert parse_call(DOCUMENTED) == CallInfo(
        destination_id="5bcda4d25ad71w0015771257",
        stream_id="5bbc67c5522e2400149af76c",
        originator=Originator("5bcda4d2e74419001f6fe4b1", "07112749", "bambYXY3o"),
        type_destination="thread-incoming",
        members=(RINGING, CALLER),
        raw=DOCUMENTED,
    )


def test_plain_values_in_the_place_of_json_in_strings() -> None:
    members = msgspec.json.decode(str(DOCUMENTED["destinationContacts"]))
    plain = parse_call({"originateUserId": "5bcd", "destinationContacts": members})
    assert plain.originator == Originator("5bcd")
    assert plain.members == (RINGING, CALLER)


def test_members_that_are_json_in_strings_one_by_one_and_older_names() -> None:
    call = parse_call({"destinationContacts": ['{"userId":"a","phoneNumber":79991234567}', 7, None, "x"]})
    assert call.members == (Member(contact_id="a", phone="79991234567"),)


def test_members_that_cannot_be_read() -> None:
    assert parse_call({"destinationContacts": '[{"contactId":'}).members == ()
    assert parse_call({"destinationContacts": {"contactId": "a"}}).members == ()


SCALAR = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)
MEMBER = st.dictionaries(st.sampled_from(["contactId", "phone", "answered", "isHold", "createdAt", "x"]), SCALAR)
MEMBERS = st.lists(MEMBER | SCALAR, max_size=3)
VALUES = JSON | MEMBERS | MEMBERS.map(json.dumps)
FIELDS = ("destinationId", "streamId", "originateUserId", "typeDestination", "destinationContacts", "other")


@settings(deadline=None)
@given(st.fixed_dictionaries({}, optional=dict.fromkeys(FIELDS, VALUES)))
def test_whatever_comes_is_a_call(data: JsonObject) -> None:
    call = parse_call(data)
    assert call.raw is data
    for member in call.members:
        assert member.phone is None or isinstance(member.phone, str)
        assert member.answered in (None, True, False)


@settings(deadline=None)
@given(st.lists(st.fixed_dictionaries({"contactId": st.text(min_size=1), "answered": st.booleans()})))
def test_packed_and_plain_members_are_the_same(members: list[dict[str, str | bool]]) -> None:
    packed = parse_call({"destinationContacts": msgspec.json.encode(members).decode()})
    plain = parse_call({"destinationContacts": msgspec.json.decode(msgspec.json.encode(members))})
    assert packed.members == plain.members
    assert [(member.contact_id, member.answered) for member in packed.members] == [
        (member["contactId"], member["answered"]) for member in members
    ]
