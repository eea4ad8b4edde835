"""People who are off-line, and people who are in another call already."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bot.events import CallKey
from bot.simulator import Caller, Contact, SimCall, Simulator
from bot.simulator.presence import Presence
from bot.testing.clock import ManualClock, settle, until
from tests.simulator.bot_side import ANNA, BORIS, BotServer, SignedClient

AWAY = Contact(contact_id="away", name="Away", phone="101", answers_after=1.0, ring_timeout=8.0, online=False)


def people(simulator: Simulator, call: SimCall) -> list[str]:
    """What people did in a call, but for the caller's call."""
    return [f"{r.who} {r.text}" for r in simulator.timeline.of(call.key) if r.kind == "person"][1:]


async def test_somebody_off_line_does_not_ring(
    simulator: Simulator, client: SignedClient, bot: BotServer, call: SimCall, clock: ManualClock
) -> None:
    simulator.add_contact(AWAY)
    await client.done(call, "call.user/invite", contactId="away")
    await clock.advance(7.9)
    assert len(call.members) == 2
    await clock.advance(0.1)
    assert len(call.members) == 1
    await until(lambda: len(bot.events) == 3)
    assert bot.types[1:] == ["Call.Member.invited", "Call.Member.Invite.ended"]
    assert bot.events[-1]["answered"] is False
    assert people(simulator, call) == ["Away is off-line"]


async def test_a_number_that_is_named_rings_all_the_same(
    simulator: Simulator, client: SignedClient, call: SimCall, clock: ManualClock
) -> None:
    simulator.add_contact(AWAY)
    await client.done(call, "call.user/invite", contactId="away", phone="102")
    await clock.advance(1.0)
    assert call.connected == ["away"]


async def test_an_invitation_of_somebody_off_line_can_be_withdrawn(
    simulator: Simulator, client: SignedClient, call: SimCall, clock: ManualClock
) -> None:
    simulator.add_contact(AWAY)
    await client.done(call, "call.user/invite", contactId="away")
    await client.done(call, "call/kick", contactId="away")
    await clock.advance(8.0)
    assert people(simulator, call) == ["Away stops ringing"]


async def test_somebody_in_another_call_is_busy_at_once(
    simulator: Simulator, client: SignedClient, bot: BotServer, clock: ManualClock
) -> None:
    first, second = await simulator.place_call(), await simulator.place_call()
    await client.done(first, "call.user/invite", contactId=ANNA.contact_id)
    await clock.advance(2.0)
    await client.done(second, "call.user/invite", contactId=ANNA.contact_id)
    await settle()
    assert len(second.members) == 1
    await until(lambda: len(bot.of(second)) == 3)
    ended = bot.of(second)[-1]
    assert (ended["eventType"], ended["userId"], ended["answered"]) == (
        "Call.Member.Invite.ended",
        ANNA.contact_id,
        False,
    )
    assert people(simulator, second) == ["Anna is in another call"]

    await first.hang_up(ANNA.contact_id)
    await client.done(second, "call.user/invite", contactId=ANNA.contact_id)
    await clock.advance(2.0)
    assert second.connected == [ANNA.contact_id]


async def test_whoever_has_taken_another_call_meanwhile_takes_no_second_one(
    simulator: Simulator, client: SignedClient, clock: ManualClock
) -> None:
    first, second = await simulator.place_call(), await simulator.place_call()
    for call in (first, second):
        await client.done(call, "call.user/invite", contactId=ANNA.contact_id)
    await clock.advance(19.0)
    assert (first.connected, second.connected) == ([ANNA.contact_id], [])
    assert len(second.members) == 2
    await clock.advance(1.0)
    assert people(simulator, second) == ["Anna does not answer"]


async def test_whoever_calls_cannot_be_called(
    simulator: Simulator, client: SignedClient, call: SimCall, clock: ManualClock
) -> None:
    calling = await simulator.place_call(Caller(phone=str(ANNA.phone)))
    await client.done(call, "call.user/invite", contactId=ANNA.contact_id)
    await settle()
    assert len(call.members) == 1
    await calling.hang_up()
    await client.done(call, "call.user/invite", contactId=ANNA.contact_id)
    await clock.advance(2.0)
    assert call.connected == [ANNA.contact_id]


async def test_an_end_sets_everybody_free(
    simulator: Simulator, client: SignedClient, call: SimCall, clock: ManualClock
) -> None:
    for contact in (ANNA, BORIS):
        await client.done(call, "call.user/invite", contactId=contact.contact_id)
    await clock.advance(4.0)
    await client.done(call, "call/kick")
    another = await simulator.place_call()
    for contact in (ANNA, BORIS):
        await client.done(another, "call.user/invite", contactId=contact.contact_id)
    await clock.advance(4.0)
    assert another.connected == [ANNA.contact_id, BORIS.contact_id]


CALLS = [CallKey("team", "thread", name) for name in "abc"]
UPDATES = st.lists(st.tuples(st.sampled_from(CALLS), st.sets(st.sampled_from(["x", "y", "z"]))))


@given(UPDATES)
def test_presence_is_what_was_said_last(updates: list[tuple[CallKey, set[str]]]) -> None:
    presence = Presence()
    last: dict[CallKey, set[str]] = {}
    for call, members in updates:
        presence.update(call, members)
        last[call] = members
        for contact in ("x", "y", "z"):
            for here in CALLS:
                others = (there for there in last if there != here)
                assert presence.elsewhere(contact, here) == any(contact in last[there] for there in others)
    for call in CALLS:
        presence.update(call, set())
    assert vars(presence) == vars(Presence())
