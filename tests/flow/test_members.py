from __future__ import annotations

import pytest

from bot.events import Event, JsonValue, Originator, parse_event
from bot.flow.members import CallMember, MemberBook, MemberState
from tests.support.events import payload

INVITED, INVITE_ENDED, LEFT = "Call.Member.invited", "Call.Member.Invite.ended", "Call.Member.leaved"
HELD, UNHELD, KEY = "Call.Member.held", "Call.Member.unheld", "Call.Member.dtmf"
Told = tuple[str, dict[str, JsonValue]]


def event(name: str, about: dict[str, JsonValue] | None = None) -> Event:
    return parse_event(payload(name) | (about or {}))


def book(*told: Told, caller: Originator | None = None) -> MemberBook:
    found = MemberBook(caller or Originator("caller", "+74951234567", None))
    found.read(event(name, fields) for name, fields in told)
    return found


ANNA: dict[str, JsonValue] = {"userId": "anna"}
ANSWERED: dict[str, JsonValue] = {"userId": "anna", "answered": True}
MISSED: dict[str, JsonValue] = {"userId": "anna", "answered": False}


@pytest.mark.parametrize(
    ("told", "state"),
    [
        ([(INVITED, ANNA)], MemberState.RINGING),
        ([(INVITED, ANNA), (INVITED, ANNA)], MemberState.RINGING),
        ([(INVITED, ANNA), (INVITE_ENDED, ANSWERED)], MemberState.JOINED),
        ([(INVITED, ANNA), (INVITE_ENDED, ANSWERED), (INVITED, ANNA)], MemberState.JOINED),
        ([(INVITED, ANNA), (INVITE_ENDED, MISSED)], MemberState.GONE),
        ([(INVITE_ENDED, MISSED), (INVITED, ANNA)], MemberState.GONE),
        ([(INVITE_ENDED, ANSWERED), (INVITED, ANNA)], MemberState.JOINED),
        ([(INVITE_ENDED, MISSED), (INVITED, ANNA), (INVITED, ANNA)], MemberState.RINGING),
        ([(INVITED, ANNA), (INVITE_ENDED, ANSWERED), (HELD, ANNA)], MemberState.HELD),
        ([(INVITED, ANNA), (INVITE_ENDED, ANSWERED), (HELD, ANNA), (UNHELD, ANNA)], MemberState.JOINED),
        ([(INVITED, ANNA), (INVITE_ENDED, ANSWERED), (KEY, {"userId": "anna", "dtmfNumber": "1"})], MemberState.JOINED),
        ([(INVITED, ANNA), (INVITE_ENDED, ANSWERED), (LEFT, ANNA)], MemberState.GONE),
        ([(LEFT, ANNA), (INVITED, ANNA)], MemberState.RINGING),
        ([(HELD, ANNA)], MemberState.HELD),
        ([(UNHELD, ANNA)], MemberState.JOINED),
        ([(INVITE_ENDED, ANSWERED), (LEFT, ANNA), (HELD, ANNA)], MemberState.GONE),
        ([(INVITE_ENDED, ANSWERED), (HELD, ANNA), (LEFT, ANNA), (UNHELD, ANNA)], MemberState.GONE),
    ],
)
def test_where_a_member_stands(told: list[Told], state: MemberState) -> None:
    caller, anna = book(*told).all()
    assert (anna.contact_id, anna.state, anna.is_caller) == ("anna", state, False)
    assert caller == CallMember("caller", "+74951234567", MemberState.JOINED, is_caller=True)
    assert anna.present == (state in (MemberState.JOINED, MemberState.HELD))


@pytest.mark.parametrize(
    ("caller", "about"),
    [
        (Originator("caller", "+74951234567", None), {"userId": "caller"}),
        (Originator("caller", "+74951234567", None), {"userId": "caller", "phone": "100"}),
        (Originator(None, "+74951234567", None), {"phone": "+74951234567"}),
        (Originator(None, "+74951234567", None), {}),
        (Originator(), {}),
    ],
)
def test_what_is_told_about_the_caller(caller: Originator, about: dict[str, JsonValue]) -> None:
    found = book((LEFT, about), caller=caller)
    (member,) = found.all()
    assert (member.is_caller, member.state) == (True, MemberState.GONE)
    assert found.is_callers(event(LEFT, about))


def test_somebody_else_is_not_the_caller() -> None:
    found = book()
    assert not found.is_callers(event(LEFT, ANNA))
    assert not found.is_callers(event(LEFT, {"phone": "+74950000000"}))
    assert not found.is_callers(event("Call.ended"))
    found.read([event("Call.ended"), event("Comment.created")])
    assert len(found.all()) == 1
