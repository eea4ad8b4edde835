"""What people do step by step, and what of it depends on what they hear."""

from __future__ import annotations

import pytest

from bot.simulator import Caller, Contact, SimCall, Simulator
from bot.simulator.moments import Cue, is_sound
from bot.simulator.people import Reaction, Reacts
from bot.simulator.steps import HangUp, Press, Step, Talk, Until, Wait, parse_step
from bot.testing.clock import ManualClock
from tests.simulator.bot_side import ANNA, BORIS, BotServer, SignedClient

STEPS: list[tuple[str, Step]] = [
    ("wait 1.5", Wait(1.5)),
    ("press 4711#", Press("4711#")),
    ("talk 20", Talk(20.0)),
    ("hang up", HangUp()),
    ("until main-menu begins", Until(Cue.BEGINS, "main-menu")),
    ("until main-menu ends 2 times", Until(Cue.ENDS, "main-menu", 2)),
    ("until anything begins", Until(Cue.BEGINS)),
    ("until agent-anna joins", Until(Cue.JOINS, "agent-anna")),
    ("until somebody rings", Until(Cue.RINGS)),
    ("until held", Until(Cue.HELD)),
    ("until unheld 3 times", Until(Cue.UNHELD, times=3)),
]


@pytest.mark.parametrize(("text", "step"), STEPS)
def test_a_step_has_a_form_in_words(text: str, step: Step) -> None:
    assert parse_step(text) == step
    assert str(step) == text


def test_words_may_be_spaced_and_seconds_named() -> None:
    assert parse_step("  wait   2 s") == Wait(2.0)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "is no step; write such as"),
        ("wait", "is no step"),
        ("wait long", "is no step"),
        ("press", "is no step"),
        ("press x", "no key of a telephone"),
        ("wait 90000", "to a day at most"),
        ("until main-menu starts", "is no step"),
        ("until begins", "does not say whom or what"),
        ("until anna held", "one cannot wait for 'anna' held"),
        ("until main-menu begins 0 times", "counts from 1"),
    ],
)
def test_what_is_no_step_is_told(text: str, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        parse_step(text)


def test_steps_are_checked() -> None:
    with pytest.raises(ValueError, match="name the keys"):
        Press("")
    with pytest.raises(ValueError, match="seconds from 0 on"):
        Talk(-1.0)
    with pytest.raises(ValueError, match="seconds from 0 on"):
        Reaction(lasts=-1.0)
    with pytest.raises(ValueError, match="no key"):
        Caller(presses=[(1.0, "12")])


@pytest.mark.parametrize("name", ["welcome", "en/welcome", "welcome.3f9a.wav", "prompts/en/welcome"])
def test_a_sound_goes_by_the_last_parts_of_its_path(name: str) -> None:
    assert is_sound("https://bot/prompts/en/welcome.3f9a.wav?x=1", name)
    assert not is_sound("https://bot/prompts/en/not-welcome.3f9a.wav", name)


def did(simulator: Simulator, call: SimCall) -> list[tuple[float, str, str]]:
    """Return what people did in a call, and when."""
    records = [one for one in simulator.timeline.of(call.key) if one.kind == "person"]
    return [(round(one.elapsed, 3), one.who, one.text) for one in records][1:]


async def test_keys_come_at_times_relative_to_what_is_heard(
    simulator: Simulator, client: SignedClient, bot: BotServer, clock: ManualClock
) -> None:
    steps = [
        parse_step(text) for text in ("until welcome begins", "wait 1", "press 12", "until welcome ends", "hang up")
    ]
    call = await simulator.place_call(Caller(steps=steps))
    await clock.advance(4.0)
    assert did(simulator, call) == []
    await client.done(call, "call.audio/play", url=bot.sound("welcome.wav"))
    await clock.advance(10.0)
    assert did(simulator, call) == [
        (5.0, "caller", "presses 1"),
        (5.3, "caller", "presses 2"),
        (7.0, "caller", "hangs up"),
    ]
    assert call.ended_by == "caller"


async def test_what_was_heard_before_counts_once(
    simulator: Simulator, client: SignedClient, bot: BotServer, clock: ManualClock
) -> None:
    steps: list[Step] = [Wait(10.0), Until(Cue.BEGINS, "music"), Press("1"), Until(Cue.BEGINS, "music"), Press("2")]
    call = await simulator.place_call(Caller(steps=steps))
    await client.done(call, "call.audio/play", url=bot.sound("music.wav"))
    await clock.advance(12.0)
    assert did(simulator, call) == [(10.0, "caller", "presses 1")]
    await client.done(call, "call.audio/play", url=bot.sound("music.wav"))
    await clock.advance(1.0)
    assert did(simulator, call)[1:] == [(12.0, "caller", "presses 2")]


async def test_the_second_time_can_be_waited_for(
    simulator: Simulator, client: SignedClient, bot: BotServer, clock: ManualClock
) -> None:
    call = await simulator.place_call(Caller(steps=[Until(Cue.ENDS, "music", 2), HangUp()]))
    for _ in range(2):
        await client.done(call, "call.audio/play", url=bot.sound("music.wav"), isLoop=True)
        await clock.advance(5.0)
        await client.done(call, "call.audio/stop", url=bot.sound("music.wav"))
        await clock.advance(1.0)
    assert did(simulator, call) == [(11.0, "caller", "hangs up")]


async def test_the_caller_hangs_up_while_somebody_rings(
    simulator: Simulator, client: SignedClient, clock: ManualClock
) -> None:
    call = await simulator.place_call(Caller(steps=[Until(Cue.RINGS, ANNA.contact_id), Wait(1.0), HangUp()]))
    await client.done(call, "call.user/invite", contactId=ANNA.contact_id)
    await clock.advance(1.5)
    assert call.ended
    assert call.connected == []


async def test_the_caller_hangs_up_on_hold(simulator: Simulator, client: SignedClient, clock: ManualClock) -> None:
    call = await simulator.place_call(Caller(steps=[Until(Cue.HELD), Wait(2.0), HangUp()]))
    await client.done(call, "call.user/invite", contactId=ANNA.contact_id)
    await clock.advance(3.0)
    await client.done(call, "call.user/hold", contactId=ANNA.contact_id)
    await clock.advance(3.0)
    assert not call.ended, "somebody else is on hold"
    await client.done(call, "call.user/hold", contactId=call.place.originator.contact_id)
    await clock.advance(3.0)
    assert call.ended


async def test_people_talk(simulator: Simulator, client: SignedClient, clock: ManualClock) -> None:
    caller = Caller(steps=[Until(Cue.JOINS), Talk(4.0), HangUp()])
    call = await simulator.place_call(caller)
    await client.done(call, "call.user/invite", contactId=ANNA.contact_id)
    await clock.advance(10.0)
    assert did(simulator, call) == [
        (2.0, "Anna", "answers"),
        (2.0, "caller", "speaks for 4 s"),
        (6.0, "caller", "hangs up"),
    ]


async def test_an_agent_does_steps_after_answering_and_does_not_hear_what_came_before(
    simulator: Simulator, client: SignedClient, bot: BotServer, clock: ManualClock
) -> None:
    simulator.add_contact(
        Contact(contact_id="x", name="Xenia", answers_after=1.0, steps=[Until(Cue.BEGINS, "music"), Press("1")])
    )
    call = await simulator.place_call()
    await client.done(call, "call.audio/play", url=bot.sound("music.wav"))
    await client.done(call, "call.user/invite", contactId="x")
    await clock.advance(2.0)
    assert did(simulator, call) == [(1.0, "Xenia", "answers")]
    await client.done(call, "call.audio/play", url=bot.sound("music.wav"))
    await clock.advance(1.0)
    assert did(simulator, call)[1:] == [(2.0, "Xenia", "presses 1")]


async def test_people_react_otherwise_each_time_they_are_rung(
    simulator: Simulator, client: SignedClient, clock: ManualClock
) -> None:
    reactions = [Reaction(Reacts.DECLINES, 1.0), Reaction(Reacts.IGNORES), Reaction(Reacts.ANSWERS, 3.0, lasts=4.0)]
    simulator.add_contact(Contact(contact_id="x", name="Xenia", ring_timeout=10.0, when_rung=reactions))
    call = await simulator.place_call()
    for _ in range(4):
        await client.done(call, "call.user/invite", contactId="x")
        await clock.advance(10.0)
    assert did(simulator, call) == [
        (1.0, "Xenia", "declines"),
        (20.0, "Xenia", "does not answer"),
        (23.0, "Xenia", "answers"),
        (27.0, "Xenia", "hangs up"),
        (33.0, "Xenia", "answers"),
        (37.0, "Xenia", "hangs up"),
    ]


async def test_a_voicemail_answers_presses_nothing_and_leaves(
    simulator: Simulator, client: SignedClient, clock: ManualClock
) -> None:
    simulator.add_contact(Contact.with_voicemail("x", "Xenia", after=5.0, lasts=8.0, phone="+74950000009"))
    call = await simulator.place_call()
    await client.done(call, "call.user/invite", contactId="x")
    await clock.advance(20.0)
    assert did(simulator, call) == [(5.0, "Xenia", "answers"), (13.0, "Xenia", "hangs up")]
    assert not call.ended
    assert [moment.cue for moment in call.outlet.moments.all()] == [Cue.RINGS, Cue.JOINS, Cue.MACHINE, Cue.LEAVES]


async def test_who_ends_a_call_is_known(simulator: Simulator, client: SignedClient, clock: ManualClock) -> None:
    put_out = await simulator.place_call()
    await client.done(put_out, "call/kick")
    assert put_out.ended_by == "bot"
    left = await simulator.place_call()
    await client.done(left, "call.user/invite", contactId=BORIS.contact_id)
    await clock.advance(5.0)
    await client.done(left, "call/kick", contactId=left.place.originator.contact_id)
    assert (left.ended, left.ended_by) == (True, "bot")
