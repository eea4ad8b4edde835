"""Calls as a user's tests lead them, through handlers of this module."""

from __future__ import annotations

import pytest

from bot import Call, Router
from bot.dispatch import Handlers
from bot.simulator import Contact
from bot.simulator.faults import Faults
from bot.testing import Phone
from tests.support.handlers import handlers_of

router = Router()


@router.call(incoming=True)
async def desk(call: Call) -> None:
    await call.record()
    await call.play("welcome")
    choice = await call.menu("main-menu", {"1": "sales", "2": "broken", "3": "hold", "4": "silence"}, tries=2)
    if choice == "broken":
        raise LookupError("no such desk")
    if choice == "silence":
        await call.sleep(40)
        await call.hang_up()
    if choice == "hold":
        await call.hold()
        await call.sleep(5)
        await call.unhold()
    if not await call.dial(call.rota.on_duty(choice), ring=15, together=choice == "hold"):
        await call.voicemail()
    await call.wait_for("Call.ended")


@pytest.fixture
def bot_handlers() -> Handlers:
    return handlers_of(router)


async def test_a_call_as_it_should_be(phone: Phone) -> None:
    anna = phone.agent("Anna")
    call = await phone.dials("+74951234567")
    await call.hears("main-menu")
    await call.presses("1")
    await anna.rings()
    assert anna.ringing
    assert call.playing == ["ringback"]
    await anna.answers()
    await call.connected_to(anna)
    assert anna.talking
    await call.says(2)
    await anna.says(2)
    await anna.presses("5*")
    await call.hangs_up()
    assert call.recorded
    assert call.ended
    assert call.heard == ["welcome", "main-menu", "ringback"]
    assert call.silence == 0
    assert call.timeline.matches("as-it-should-be")


async def test_agents_decline_ignore_and_hang_up(phone: Phone) -> None:
    anna, boris, olga = (phone.agent(name) for name in ("Anna", "Boris", "Olga"))
    call = await phone.dials()
    await call.hears("welcome", to_end=True)
    await call.presses("1")
    await anna.declines()
    await boris.ignores()
    await olga.answers()
    assert (anna.ringing, boris.ringing, olga.talking) == (False, False, True)
    await olga.hangs_up()
    assert not call.ended
    await call.hangs_up()


async def test_nobody_is_there(phone: Phone) -> None:
    phone.agent("Anna", on_duty=False)
    call = await phone.dials()
    await call.hears("leave-a-message")
    await call.says(10)
    await call.presses("#")
    await call.ends()
    assert call.heard[-1] == "goodbye"
    assert any("http" in text for text in call.comments)


async def test_somebody_who_acts_alone(phone: Phone) -> None:
    phone.contact(Contact(contact_id="boris", name="Boris", answers_after=3.0))
    call = await phone.dials()
    await call.presses("1")
    await phone.passes(10)
    assert call.sim.connected == ["boris"]
    await call.hangs_up()


async def test_whoever_is_on_hold_is_not_connected(phone: Phone) -> None:
    anna = phone.agent("Anna")
    call = await phone.dials()
    await call.presses("3")
    await phone.passes(3)
    with pytest.raises(AssertionError, match="is not connected to Anna"):
        await call.connected_to(anna, within=1)
    await anna.answers()
    await call.connected_to(anna)
    await call.hangs_up()


async def test_silence_is_measured(phone: Phone) -> None:
    call = await phone.dials()
    await call.presses("4")
    await call.ends()
    assert call.silence == pytest.approx(40, abs=0.5)


@pytest.mark.parametrize("killed", [False, True])
async def test_a_bot_that_goes_and_comes_back(phone: Phone, killed: bool) -> None:
    anna = phone.agent("Anna")
    call = await phone.dials()
    await call.hears("main-menu")
    await call.presses("1")
    await anna.rings()
    await (phone.kills_bot if killed else phone.restarts_bot)(away=3)
    await anna.answers()
    await call.connected_to(anna)
    await call.hangs_up()
    assert call.heard == ["welcome", "main-menu", "ringback"]
    assert phone.world.notes(call.sim) == []


async def test_late_answers_cost_no_real_time(phone: Phone) -> None:
    phone.faults = Faults(seed=3, slow=1.0, slow_longest=4.0, duplicated=0.5)
    assert phone.faults.slow == 1.0
    anna = phone.agent("Anna")
    call = await phone.dials()
    await call.hears("main-menu")
    await call.presses("1")
    await anna.answers()
    await call.connected_to(anna)
    await call.hangs_up()


async def test_what_was_heard_instead_is_named(phone: Phone) -> None:
    call = await phone.dials()
    await call.hears("main-menu")
    with pytest.raises(AssertionError) as failed:
        await call.hears("goodbye", within=14)
    assert "goodbye was not heard before 14 s were over, but no-input, main-menu. The call so far:" in str(failed.value)
    assert "call.audio/play main-menu" in str(failed.value)
    with pytest.raises(AssertionError, match="is not over after 5 s"):
        await call.ends(within=5)
    await call.hangs_up()
    with pytest.raises(AssertionError, match="was not heard before the call ended, but "):
        await call.hears("goodbye")
    with pytest.raises(AssertionError, match="cannot press 1: the call has ended"):
        await call.presses("1")
    with pytest.raises(AssertionError, match="cannot hang up: the call has ended"):
        await call.hangs_up()
    with pytest.raises(AssertionError, match="cannot speak: the call has ended"):
        await call.says(1)


async def test_a_prompt_that_is_cut_short(phone: Phone) -> None:
    call = await phone.dials()
    await call.hears("welcome")
    await call.presses("1")
    call._heard = 0
    with pytest.raises(AssertionError, match="welcome was not heard to its end"):
        await call.hears("welcome", to_end=True)
    await call.hangs_up()


async def test_agents_who_cannot(phone: Phone) -> None:
    anna = phone.agent("Anna")
    assert repr(anna) == "<agent Anna>"
    with pytest.raises(AssertionError, match="Anna is in no call"):
        await anna.hangs_up()
    with pytest.raises(AssertionError, match="Anna is not rung, within 5 s"):
        await anna.answers(within=5)
    with pytest.raises(ValueError, match="somebody called agent-anna already"):
        phone.agent("anna")
    call = await phone.dials()
    await call.presses("1")
    await anna.answers()
    with pytest.raises(AssertionError, match="Anna cannot press x: 'x' is no key"):
        await anna.presses("x")
    await call.hangs_up()


async def test_a_failure_in_the_bot_fails_the_test(phone: Phone) -> None:
    call = await phone.dials()
    await call.hears("main-menu")
    await call.presses("2")
    await call.hears("leave-a-message")
    with pytest.raises(AssertionError, match=r"(?s)desk failed: LookupError: no such desk.*Traceback.*What happened:"):
        await phone.check()
    phone.expects_failure("LookupError")
    await phone.check()
    phone.expects_failure("KeyError")
    with pytest.raises(AssertionError, match="no such desk"):
        await phone.check()
    phone.expects_failure()
    await call.hangs_up()


async def test_a_failure_that_does_not_come_fails_the_test(phone: Phone) -> None:
    phone.expects_failure()
    with pytest.raises(AssertionError, match="was expected, and there was none"):
        await phone.check()
    phone._expected = None
