"""What people do, and what the bot is told about it, over real HTTP."""

from __future__ import annotations

import msgspec
import pytest

from bot.simulator import Caller, Contact, Refusal, SimCall, Simulator
from bot.testing.clock import ManualClock, until
from tests.simulator.bot_side import ANNA, BORIS, BotServer, SignedClient
from tests.simulator.documents import check_event


async def test_a_caller_rings_in(simulator: Simulator, bot: BotServer, clock: ManualClock) -> None:
    call = await simulator.place_call(Caller(phone="+74957654321"), team_id="team")
    await until(lambda: len(bot.events) == 1)

    (event,) = bot.events
    check_event(event)
    assert event["eventType"] == "Call.created"
    assert (event["teamId"], event["threadId"], event["type"]) == ("team", call.thread_id, "thread-incoming")
    assert event["createdAt"] == int(clock.now() * 1000)
    assert isinstance(event["originateUserId"], str)
    originator = msgspec.json.decode(event["originateUserId"])
    assert originator == {"contactId": call.members[0].contact_id, "phone": "+74957654321", "trunkId": "bambYXY3o"}
    assert call.members[0].has_originator
    assert call.members[0].answered
    assert simulator.calls == {call.key: call}
    assert not call.ended


async def test_a_known_number_is_a_known_contact(simulator: Simulator) -> None:
    known = await simulator.place_call(Caller(phone="89536052307"))
    first, again = await simulator.place_call(), await simulator.place_call()
    other_team = await simulator.place_call(team_id="another")

    assert known.members[0].contact_id == ANNA.contact_id
    assert first.thread_id != again.thread_id
    assert first.members[0].contact_id == again.members[0].contact_id != other_team.members[0].contact_id


async def test_keys_and_hanging_up_come_at_their_times(
    simulator: Simulator, bot: BotServer, clock: ManualClock
) -> None:
    call = await simulator.place_call(Caller(presses=[(2.0, "#"), (1.0, "1"), (9.0, "9")], hangs_up_after=5.0))
    await clock.advance(0.9)
    assert [record.text for record in simulator.timeline.of(call.key) if record.kind == "person"][1:] == []
    await clock.advance(0.2)
    await until(lambda: bot.types == ["Call.created", "Call.Member.dtmf"])
    await clock.advance(3.8)
    assert "Call.ended" not in bot.types
    await clock.advance(0.7)
    await call.wait_settled()

    keys = [event for event in bot.events if event["eventType"] == "Call.Member.dtmf"]
    assert [event["dtmfNumber"] for event in keys] == ["1", "#"]
    assert set(keys[0]) == {"teamId", "eventType", "streamId", "threadId", "dtmfNumber", "phone", "userId"}
    assert bot.types[-3:] == ["Call.Member.leaved", "Call.ended", "Comment.created"]
    for event in bot.events:
        check_event(event)


async def test_an_agent_answers_talks_and_the_caller_hangs_up_after_the_talk(
    simulator: Simulator, client: SignedClient, bot: BotServer, clock: ManualClock
) -> None:
    call = await simulator.place_call(Caller(talks_for=3.0))
    await client.done(call, "call.user/invite", contactId=ANNA.contact_id)
    await clock.advance(1.9)
    assert [leg.answered for leg in call.members] == [True, False]
    await clock.advance(0.1)
    assert [leg.answered for leg in call.members] == [True, True]
    assert call.connected == [ANNA.contact_id]
    await clock.advance(3.5)
    await call.wait_settled()

    assert bot.types == [
        "Call.created",
        "Call.Member.invited",
        "Call.Member.Invite.ended",
        "Call.Member.leaved",
        "Call.Member.leaved",
        "Call.ended",
        "Comment.created",
    ]
    invited, answered, comment = bot.events[1], bot.events[2], bot.events[-1]
    assert (invited["userId"], invited["phone"]) == (ANNA.contact_id, ANNA.phone)
    assert (answered["userId"], answered["answered"]) == (ANNA.contact_id, True)
    assert comment["type"] == "call"
    assert comment["att"] == [{"type": "call", "data": {"callDuration": 5, "dialogDuration": 3}}]
    for event in bot.events:
        check_event(event)


@pytest.mark.parametrize(
    ("person", "after"),
    [
        (Contact(contact_id="x", name="Xenia", answers_after=3.0, declines=True), 3.0),
        (Contact(contact_id="x", name="Xenia", answers_after=None), 20.0),
        (Contact(contact_id="x", name="Xenia", answers_after=30.0, ring_timeout=5.0), 5.0),
    ],
)
async def test_nobody_answers(  # noqa: PLR0917 - fixtures
    simulator: Simulator, client: SignedClient, bot: BotServer, clock: ManualClock, person: Contact, after: float
) -> None:
    simulator.add_contact(person)
    call = await simulator.place_call()
    await client.done(call, "call.user/invite", contactId="x")
    await clock.advance(after - 0.1)
    assert len(call.members) == 2
    await clock.advance(0.1)
    assert len(call.members) == 1
    await until(lambda: len(bot.events) == 3)

    assert bot.events[-1]["eventType"] == "Call.Member.Invite.ended"
    assert bot.events[-1]["answered"] is False
    assert "phone" not in bot.events[-1]
    assert not call.ended
    assert call.connected == []


async def test_an_agent_presses_keys_and_leaves(
    simulator: Simulator, client: SignedClient, bot: BotServer, clock: ManualClock
) -> None:
    simulator.add_contact(Contact(contact_id="x", name="Xenia", answers_after=0.0, presses=[(1.0, "1")], talks_for=4.0))
    call = await simulator.place_call()
    await client.done(call, "call.user/invite", contactId="x")
    await clock.advance(4.0)
    await until(lambda: len(bot.events) == 5)

    assert bot.types[3:] == ["Call.Member.dtmf", "Call.Member.leaved"]
    assert bot.events[3]["userId"] == "x"
    assert not call.ended


async def test_somebody_invited_twice_rings_twice_and_answers_once(
    simulator: Simulator, client: SignedClient, call: SimCall, clock: ManualClock
) -> None:
    for _ in range(2):
        await client.done(call, "call.user/invite", contactId=ANNA.contact_id)
    await clock.advance(2.0)
    assert [leg.answered for leg in call.members] == [True, True, False]
    await clock.advance(18.0)
    assert [leg.contact_id for leg in call.members][1:] == [ANNA.contact_id]
    assert call.connected == [ANNA.contact_id]

    await client.done(call, "call.user/invite", contactId=ANNA.contact_id)
    notes = [record.text for record in simulator.timeline.of(call.key) if record.kind == "note"]
    assert notes == ["rang twice", "rang twice"]
    assert len(call.members) == 3


async def test_people_act_by_hand(
    simulator: Simulator, client: SignedClient, call: SimCall, clock: ManualClock, bot: BotServer
) -> None:
    await client.done(call, "call.user/invite", contactId=ANNA.contact_id)
    with pytest.raises(Refusal, match="is not in the call"):
        await call.press("1", ANNA.contact_id)
    call.answer_on(call.members[1])
    await call.press("5", ANNA.contact_id)
    await call.press("7")
    await call.hang_up(ANNA.contact_id)
    with pytest.raises(Refusal, match="no key"):
        await call.press("x")
    await call.outlet.idle()
    await clock.advance(30.0)
    assert not call.ended
    await call.hang_up()
    with pytest.raises(Refusal, match="the call has ended"):
        await call.press("1")
    with pytest.raises(Refusal, match="the call has ended"):
        await call.hang_up()
    await call.wait_ended()
    await clock.advance(0.5)
    await call.wait_settled()

    assert [event.get("dtmfNumber") for event in bot.events if "dtmfNumber" in event] == ["5", "7"]
    assert [delivery.event_type for delivery in call.deliveries] == bot.types
    assert simulator.calls[call.key].ended


async def test_what_comes_too_late_has_no_effect(
    simulator: Simulator, client: SignedClient, clock: ManualClock
) -> None:
    """People and the bot act at the same moment: whoever is second does nothing."""
    call = await simulator.place_call(Caller(talks_for=5.0, hangs_up_after=20.0, presses=[(20.0, "1")]))
    await client.done(call, "call.user/invite", contactId=ANNA.contact_id)
    await client.done(call, "call.user/invite", contactId=BORIS.contact_id)
    await clock.advance(4.0)
    assert call.connected == [ANNA.contact_id, BORIS.contact_id]
    await clock.advance(3.0)
    assert not call.ended
    assert [leg.contact_id for leg in call.members] == [ANNA.contact_id, BORIS.contact_id]
    with pytest.raises(Refusal, match="the caller is not in the call"):
        await call.press("1")


def test_people_are_checked() -> None:
    with pytest.raises(ValueError, match="seconds from 0 on"):
        Caller(hangs_up_after=-1.0)
    with pytest.raises(ValueError, match="seconds from 0 on"):
        Contact(contact_id="x", name="X", ring_timeout=float("nan"))
    with pytest.raises(ValueError, match="no key"):
        Caller(presses=[(1.0, "F")])
