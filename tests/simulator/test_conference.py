from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from bot.events import Originator
from bot.simulator.conference import Conference, Leg
from bot.simulator.payloads import Payload, Place
from bot.simulator.refusal import Refusal

PLACE = Place(
    team_id="team",
    thread_id="thread",
    stream_id="stream",
    destination_id="destination",
    call_type="thread-incoming",
    originator=Originator("caller", "+74951234567", "trunk"),
    created_at=1_800_000_000.0,
)


def opened() -> tuple[Conference, Leg]:
    conference = Conference(PLACE)
    caller = Leg(contact_id="caller", phone="+74951234567", has_originator=True)
    conference.open(caller, at=1.0, channel_id="line-1")
    return conference, caller


def joined(conference: Conference, contact_id: str) -> Leg:
    leg = Leg(contact_id=contact_id)
    conference.ring(leg)
    conference.answer(leg, at=2.0, channel_id=f"line of {contact_id}")
    return leg


def types(events: list[Payload] | object) -> list[object]:
    assert isinstance(events, list)
    return [event["eventType"] for event in events]


def test_a_caller_who_leaves_one_agent_ends_the_call() -> None:
    conference, caller = opened()
    joined(conference, "anna")
    ringing = Leg(contact_id="boris")
    conference.ring(ringing)

    events = conference.leave(caller)

    assert types(events) == [
        "Call.Member.leaved",
        "Call.Member.leaved",
        "Call.Member.Invite.ended",
        "Call.ended",
    ]
    assert conference.ended
    assert conference.legs == ()


def test_a_caller_who_leaves_two_agents_leaves_them_talking() -> None:
    conference, caller = opened()
    anna, boris = joined(conference, "anna"), joined(conference, "boris")

    assert types(conference.leave(caller)) == ["Call.Member.leaved"]
    assert conference.present == (anna, boris)
    assert types(conference.leave(anna)) == ["Call.Member.leaved", "Call.Member.leaved", "Call.ended"]


def test_an_agent_who_leaves_the_caller_alone_does_not_end_the_call() -> None:
    conference, caller = opened()
    anna = joined(conference, "anna")

    assert types(conference.leave(anna)) == ["Call.Member.leaved"]
    assert conference.present == (caller,)


def test_hold_tells_only_of_changes() -> None:
    conference, caller = opened()

    assert types(conference.hold(caller, on=True)) == ["Call.Member.held"]
    assert conference.hold(caller, on=True) == []
    assert caller.held
    assert types(conference.hold(caller, on=False)) == ["Call.Member.unheld"]
    assert conference.hold(caller, on=False) == []


def test_nothing_can_be_done_to_a_call_that_is_over() -> None:
    conference, caller = opened()
    conference.end()
    attempts: list[Callable[[], object]] = [
        conference.end,
        lambda: conference.ring(Leg(contact_id="anna")),
        lambda: conference.leave(caller),
        lambda: conference.press(caller, "1"),
        lambda: conference.hold(caller, on=True),
    ]
    for attempt in attempts:
        with pytest.raises(Refusal, match="the call has ended"):
            attempt()


def test_only_who_is_there_can_act() -> None:
    conference, caller = opened()
    stranger = Leg(contact_id="stranger")
    ringing = Leg(contact_id="anna")
    conference.ring(ringing)
    attempts: list[Callable[[], object]] = [
        lambda: conference.leave(stranger),
        lambda: conference.leave(ringing),
        lambda: conference.answer(caller, at=1.0, channel_id="x"),
        lambda: conference.stop_ringing(stranger),
    ]
    for attempt in attempts:
        with pytest.raises(Refusal, match="is not"):
            attempt()


@pytest.mark.parametrize("key", ["", "12", "E", "a", "+"])
def test_only_keys_of_a_telephone_are_pressed(key: str) -> None:
    conference, caller = opened()
    with pytest.raises(Refusal, match="no key of a telephone"):
        conference.press(caller, key)


class AnyCall(RuleBasedStateMachine):
    """Whatever people do, what the bot is told adds up to who is in the call."""

    def __init__(self) -> None:
        super().__init__()
        self.conference = Conference(PLACE)
        self.told: list[Payload] = []

    @initialize()
    def open(self) -> None:
        caller = Leg(contact_id="caller", has_originator=True)
        self.told += self.conference.open(caller, at=1.0, channel_id="line")

    @rule(contact_id=st.sampled_from(["anna", "boris", "clara"]))
    def ring(self, contact_id: str) -> None:
        if not self.conference.ended:
            self.told += self.conference.ring(Leg(contact_id=contact_id))

    @rule(place=st.integers(0, 5), answered=st.booleans())
    def answer_or_not(self, place: int, *, answered: bool) -> None:
        ringing = [leg for leg in self.conference.legs if not leg.answered]
        if ringing:
            leg = ringing[place % len(ringing)]
            self.told += (
                self.conference.answer(leg, at=2.0, channel_id="x") if answered else self.conference.stop_ringing(leg)
            )

    @rule(place=st.integers(0, 5))
    def leave(self, place: int) -> None:
        present = self.conference.present
        if present:
            self.told += self.conference.leave(present[place % len(present)])

    @rule(key=st.sampled_from("0159*#AD"))
    def press(self, key: str) -> None:
        for leg in self.conference.present:
            self.told += self.conference.press(leg, key)

    @invariant()
    def events_add_up(self) -> None:
        names = [event["eventType"] for event in self.told]
        in_now = sum(1 for event in self.told if event.get("answered") is True) + 1 - names.count("Call.Member.leaved")
        if self.told:
            assert in_now == len(self.conference.present)
            invited, over = names.count("Call.Member.invited"), names.count("Call.Member.Invite.ended")
            assert invited - over == len(self.conference.legs) - len(self.conference.present)

    @invariant()
    def the_end_is_last_and_once(self) -> None:
        names = [event["eventType"] for event in self.told]
        assert names.count("Call.ended") == int(self.conference.ended)
        if self.conference.ended:
            assert names[-1] == "Call.ended"
            assert self.conference.legs == ()


AnyCall.TestCase.settings = settings(max_examples=50, stateful_step_count=20, deadline=None)
TestAnyCall = AnyCall.TestCase
