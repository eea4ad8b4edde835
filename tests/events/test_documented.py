from __future__ import annotations

import pytest

from bot.events import (
    CallCreated,
    CallEndedEvent,
    CallEvent,
    Event,
    JsonValue,
    MemberDtmf,
    MemberEvent,
    MemberHeld,
    MemberInvited,
    MemberInviteEnded,
    MemberLeft,
    MemberUnheld,
    parse_event,
)
from bot.events.names import ALIASES as NAMED_ALIASES
from bot.events.names import KNOWN, canonical
from tests.events.data import ALIASES, DOCUMENTED, EXAMPLES, example_of

CLASSES: dict[str, type[Event]] = {
    "Call.created": CallCreated,
    "Call.ended": CallEndedEvent,
    "Call.Member.invited": MemberInvited,
    "Call.Member.Invite.ended": MemberInviteEnded,
    "Call.Member.leaved": MemberLeft,
    "Call.Member.held": MemberHeld,
    "Call.Member.unheld": MemberUnheld,
    "Call.Member.dtmf": MemberDtmf,
}
ES = "\u0421"
SMALL_ES = "\u0441"


def test_names_are_those_of_the_documents() -> None:
    assert frozenset(DOCUMENTED) == KNOWN
    assert len(KNOWN) == 50


def test_aliases_are_those_of_the_documents_but_for_the_cyrillic_ones() -> None:
    latin = {alias: name for alias, name in ALIASES if alias.isascii()}
    assert latin == NAMED_ALIASES
    assert all(alias[0] in (ES, SMALL_ES) for alias, _ in ALIASES if not alias.isascii())


def test_exactly_the_call_events_have_a_class() -> None:
    assert set(CLASSES) == {name for name, entry in DOCUMENTED.items() if entry["family"] == "call"}


@pytest.mark.parametrize(("name", "example"), EXAMPLES, ids=[name for name, _ in EXAMPLES])
def test_every_example_parses_to_its_type(name: str, example: dict[str, JsonValue]) -> None:
    event = parse_event(example)

    assert type(event) is CLASSES.get(name, Event)
    assert event.event_type == name
    assert event.team_id == example["teamId"]
    assert event.thread_id == example.get("threadId")
    assert event.stream_id == example.get("streamId")
    assert event.raw is example
    assert isinstance(event, CallEvent) == (event.call_key is not None)
    if isinstance(event, MemberEvent):
        assert (event.user_id, event.phone) == (example["userId"], example["phone"])


@pytest.mark.parametrize(("alias", "name"), ALIASES)
def test_every_alias_means_its_event(alias: str, name: str) -> None:
    event = parse_event({**example_of(name), "eventType": alias})

    assert event.event_type == canonical(alias) == name
    assert type(event) is CLASSES.get(name, Event)
    assert event.raw["eventType"] == alias


@pytest.mark.parametrize("name", sorted(name for name in KNOWN | set(NAMED_ALIASES) if name[0] in "cC"))
def test_a_first_letter_may_be_cyrillic(name: str) -> None:
    written = (ES if name[0] == "C" else SMALL_ES) + name[1:]

    assert canonical(written) == canonical(name)
    assert canonical(written) in KNOWN


@pytest.mark.parametrize("name", ["Payment.received", "", ES, "Thread.\u0441reated", "call.CREATED"])
def test_an_unknown_name_stays_as_it_is_but_for_the_first_letter(name: str) -> None:
    assert canonical(name) == name.replace(ES, "C")
