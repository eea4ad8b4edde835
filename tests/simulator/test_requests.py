from __future__ import annotations

import pytest

from bot.simulator.record_requests import RECORD_REQUESTS
from bot.simulator.refusal import Refusal
from bot.simulator.requests import CALL_REQUESTS, REQUESTS, invitees
from tests.simulator import documents

CALL_FAMILY = {path: request for path, request in documents.REQUESTS.items() if request["family"] == "call"}


def refused(path: str, **fields: object) -> str:
    with pytest.raises(Refusal) as caught:
        REQUESTS[path].check({"threadId": "t", **fields})  # type: ignore[dict-item]  # odd on purpose
    assert caught.value.code == 400
    return caught.value.message


def test_every_documented_call_request_is_described() -> None:
    assert set(CALL_REQUESTS) == set(CALL_FAMILY)
    assert len(CALL_REQUESTS) == 11


def test_every_other_request_is_described_or_left_out_for_a_reason() -> None:
    assert set(REQUESTS) == {*CALL_REQUESTS, *RECORD_REQUESTS}
    assert set(RECORD_REQUESTS) | set(documents.NOT_SIMULATED) == set(documents.REQUESTS) - set(CALL_FAMILY)
    assert not set(RECORD_REQUESTS) & set(documents.NOT_SIMULATED)
    assert all(documents.NOT_SIMULATED.values())


@pytest.mark.parametrize("path", REQUESTS)
def test_fields_types_and_required_ones_are_those_of_the_documents(path: str) -> None:
    description, fields = REQUESTS[path], documents.REQUESTS[path]["fields"]
    assert description.path == path
    assert dict(description.fields) == {
        name: documents.FIELD_TYPES.get((path, name), (field["type"], ""))[0] for name, field in fields.items()
    }
    required = {name for name, field in fields.items() if field["required"]}
    assert set(description.required) == required | {name for at, name in documents.REQUIRED if at == path}
    named = {*description.exactly_one, *description.at_least_one, *description.only_with}
    assert named <= set(fields)


@pytest.mark.parametrize("path", CALL_REQUESTS)
@pytest.mark.parametrize("thread_id", [None, ""])
def test_a_thread_is_always_required(path: str, thread_id: str | None) -> None:
    with pytest.raises(Refusal, match="threadId is required"):
        CALL_REQUESTS[path].check({"threadId": thread_id})


def test_a_value_of_another_type_is_refused() -> None:
    assert refused("call.user/hold", phone=89536052307) == "phone must be of type string"
    assert refused("call.audio/play", url="u", isLoop="yes") == "isLoop must be of type boolean"
    assert refused("call.user/invite", userIds="a") == "userIds must be of type array"
    assert refused("call/get", threadId=5) == "threadId must be of type string"
    assert refused("comment/read", skip="5") == "skip must be of type number"
    assert refused("comment/read", skip=False) == "skip must be of type number"


def test_invite_takes_exactly_one_form() -> None:
    assert "exactly one of" in refused("call.user/invite")
    assert "exactly one of" in refused("call.user/invite", contactId="a", userIds=[{"contactId": "b"}])
    assert "exactly one of" in refused("call.user/invite", contactId="", userIds=[])
    assert refused("call.user/invite", phone="1", userIds=[{"contactId": "b"}]) == "phone needs contactId beside it"


def test_hold_needs_a_person_and_kick_does_not() -> None:
    assert "at least one of" in refused("call.user/hold")
    assert "at least one of" in refused("call.user/unhold", contactId=None)
    CALL_REQUESTS["call.user/hold"].check({"threadId": "t", "phone": "123"})
    CALL_REQUESTS["call/kick"].check({"threadId": "t"})


def test_null_is_as_good_as_absent() -> None:
    CALL_REQUESTS["call.user/invite"].check({"threadId": "t", "contactId": "a", "userIds": None})


def test_both_forms_of_an_invitation_name_people() -> None:
    assert invitees({"contactId": "a", "phone": "1"}) == [("a", "1")]
    assert invitees({"contactId": "a"}) == [("a", None)]
    assert invitees({"userIds": [{"contactId": "a", "phone": "1"}, {"contactId": "b"}]}) == [("a", "1"), ("b", None)]


@pytest.mark.parametrize("entry", ["a", {}, {"contactId": ""}, {"contactId": 1}, {"contactId": "a", "phone": 7}])
def test_an_entry_of_a_list_is_checked_like_a_single_one(entry: str | dict[str, object]) -> None:
    with pytest.raises(Refusal):
        invitees({"userIds": [entry]})  # type: ignore[list-item]  # odd on purpose
