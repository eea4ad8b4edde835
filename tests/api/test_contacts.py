from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.api import ApiClient, ContactInfo, ContactsApi
from bot.api.contacts import parse_contact
from bot.errors import BadRequest, InDoubt
from bot.events import JsonObject, JsonValue
from tests.api.platform import TEAM, Platform, answers, cut
from tests.api.test_answer import JSON

# As the platform documents it: a person of the team, and an outside customer.
USER: JsonObject = {
    "_id": "5b72aaab444507001c8be443",
    "billingType": "users",
    "basicData": {"name": "Anna", "email": ["a@b.c"], "phone": ["89536052307"]},
    "extension": "100",
    "canonicalPhone": [],
    "createdAt": "2017-10-30T10:15:53.245Z",
    "status": "on",
    "voiceRules": [
        {"type": "webrtc", "enabled": True, "timeout": "", "extension": "100*9", "visible": True},
        {"type": "sip", "enabled": False, "timeout": "", "extension": "100*1", "visible": True},
    ],
}
CUSTOMER: JsonObject = {
    "_id": "5ad848cc014201001f82c947",
    "basicData": {"name": "Customer"},
    "customFields": [
        {"id": "B1R5NTS3z", "label": "Company", "value": "OOO", "type": "company"},
        {"id": "B1l094TB2M", "label": "Work phone", "value": "007", "type": "phone"},
        {"id": "B1l094TB3M", "label": "Other phone", "value": "", "type": "phone"},
    ],
    "billingType": "contacts",
    "status": "off",
    "voiceRules": [{"type": "webrtc", "enabled": True, "extension": "*9"}],
}


@pytest.fixture
def contacts(client: ApiClient) -> ContactsApi:
    return client.team(TEAM).contacts


async def test_the_request(contacts: ContactsApi, platform: Platform) -> None:
    platform.then(cut, answers(body={"code": 200, "data": [USER, CUSTOMER]}))
    found = await contacts.read(["a", "b"])
    assert [seen.path for seen in platform.seen] == [f"/{TEAM}/contact/read"] * 2
    assert platform.seen[0].json == {"userIds": ["a", "b"]}
    assert [contact.name for contact in found] == ["Anna", "Customer"]


@pytest.mark.parametrize("ids", [[], "abc", "", ["a", ""], ["a", 5], None])
async def test_wrong_arguments_send_nothing(contacts: ContactsApi, platform: Platform, ids: list[str]) -> None:
    with pytest.raises(BadRequest, match="user_ids"):
        await contacts.read(ids)
    assert not platform.seen


async def test_data_that_cannot_be_read(contacts: ContactsApi, platform: Platform) -> None:
    platform.then(answers(body={"code": 200, "data": "nobody"}))
    with pytest.raises(InDoubt, match="unreadable data"):
        await contacts.read(["a"])


async def test_the_only_contact_asked_for_is_the_only_one_answered(contacts: ContactsApi, platform: Platform) -> None:
    """The documents' last example has no id."""
    platform.then(answers(body={"code": 200, "data": [{"status": "on"}]}))
    [contact] = await contacts.read(["a"])
    assert (contact.contact_id, contact.online) == ("a", True)

    platform.then(answers(body={"code": 200, "data": [{"status": "on"}, {"_id": "b"}]}))
    assert [contact.contact_id for contact in await contacts.read(["a", "b"])] == [None, "b"]


def test_documented_contacts() -> None:
    assert parse_contact(USER) == ContactInfo(
        contact_id="5b72aaab444507001c8be443",
        name="Anna",
        phones=("89536052307",),
        extensions=("100", "100*9"),
        online=True,
        raw=USER,
    )
    assert parse_contact(CUSTOMER) == ContactInfo(
        contact_id="5ad848cc014201001f82c947",
        name="Customer",
        phones=("007",),
        extensions=("*9",),
        online=False,
        raw=CUSTOMER,
    )


@pytest.mark.parametrize(
    ("data", "online"),
    [
        ({"status": "ON"}, True),
        ({"status": "offline"}, False),
        ({"online": "true"}, True),
        ({"status": "busy", "online": 0}, False),
        ({"status": "busy"}, None),
        ({"status": {}}, None),
        ({}, None),
    ],
)
def test_presence(data: JsonObject, online: bool | None) -> None:
    assert parse_contact(data).online is online


def test_other_spellings() -> None:
    data: JsonObject = {
        "contactId": "a",
        "name": "Anna",
        "basicData": json.dumps({"phone": 79991234567}),
        "canonicalPhone": ["79991234567", "+7", None],
        "voiceRules": json.dumps([{"extension": "1"}, 5]),
    }
    contact = parse_contact(data)
    assert (contact.contact_id, contact.name) == ("a", "Anna")
    assert contact.phones == ("79991234567", "+7")
    assert contact.extensions == ("1",)


FIELDS = ("_id", "name", "basicData", "canonicalPhone", "customFields", "extension", "voiceRules", "status", "online")
PARTS = st.fixed_dictionaries(
    {}, optional=dict.fromkeys(("type", "value", "extension", "enabled", "name", "phone"), JSON)
)


@settings(deadline=None, max_examples=40)
@given(st.fixed_dictionaries({}, optional=dict.fromkeys(FIELDS, JSON | PARTS | st.lists(PARTS, max_size=3))))
def test_whatever_comes_is_a_contact(data: dict[str, JsonValue]) -> None:
    contact = parse_contact(data)
    assert contact.raw is data
    assert all(type(phone) is str and phone for phone in (*contact.phones, *contact.extensions))
