"""What a call plays, asks and notes, where it does not go the usual way."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bot import Call, Gathered, Reason, Rejected, Router, StepFailed
from bot.events import JsonValue
from bot.simulator import Caller, Contact
from bot.testing.world import world
from tests.flow.test_doubt import Line, wired
from tests.support.cable import data
from tests.support.handlers import handlers_of

ANNA = Contact(contact_id="anna", name="Anna", answers_after=2.0)


async def test_an_address_is_played_for_as_long_as_it_lasts(tmp_path: Path) -> None:
    router, found = Router(), list[object]()

    @router.call(incoming=True)
    async def flow(call: Call) -> None:
        welcome = f"{there.bot.url}{call_path}"
        began = await call.now()
        found.append(await call.play(welcome, duration=7.5))
        found.append((await call.now() - began).total_seconds())
        found.append(await call.play(welcome, wait=False))
        await call.stop(welcome)
        await call.hang_up()

    async with world(tmp_path, handlers_of(router)) as there:
        call_path = there.bot._parts.flows._services.prompts.get("welcome").url.removeprefix(there.bot.url)  # type: ignore[union-attr]
        call = await there.simulator.place_call(Caller())
        await there.over(call)
        assert found == [True, pytest.approx(7.5, abs=0.1), True]
        assert [text for text in there.requests(call) if text.startswith("call.audio/stop")]


@pytest.mark.parametrize(("type_ahead", "digits"), [(True, "12"), (False, "2")])
async def test_without_barge_in_keys_count_from_the_end_of_the_prompt(
    tmp_path: Path, *, type_ahead: bool, digits: str
) -> None:
    router, found = Router(), list[Gathered]()

    @router.call(incoming=True)
    async def ask(call: Call) -> None:
        found.append(
            await call.gather("welcome", max_digits=2, inter_digit_timeout=10, barge_in=False, type_ahead=type_ahead)
        )
        await call.hang_up()

    async with world(tmp_path, handlers_of(router)) as there:
        call = await there.simulator.place_call(Caller(presses=[(0.5, "1"), (8.0, "2")]))
        await there.over(call)
        assert not [text for text in there.requests(call) if text.startswith("call.audio/stop")], "it is played out"
    reason = Reason.COMPLETE if type_ahead else Reason.PAUSE
    assert [(one.digits, one.reason) for one in found] == [(digits, reason)]


async def test_which_digits_are_valid(tmp_path: Path) -> None:
    router, found = Router(), list[bool]()

    @router.call(incoming=True)
    async def ask(call: Call) -> None:
        for valid in (re.compile("1|22"), re.compile("2"), str.isdigit, str.isalpha, ("12", "34"), {"1": "one"}):
            found.append(bool(await call.gather(max_digits=2, valid=valid, first_timeout=20)))
        await call.hang_up()

    async with world(tmp_path, handlers_of(router)) as there:
        presses = [(5.0 + 10 * number + 0.5 * key, "12"[key]) for number in range(6) for key in range(2)]
        await there.over(await there.simulator.place_call(Caller(presses=presses)))
    assert found == [False, False, True, False, True, False]


async def test_a_step_fails_by_the_platform_or_by_its_own(tmp_path: Path) -> None:
    router, found = Router(), list[str]()

    @router.call(incoming=True)
    async def flow(call: Call) -> None:
        async def refused() -> JsonValue:
            await call.api.calls.kick(call.id, contact_id="nobody")
            return None

        async def broken() -> JsonValue:
            raise KeyError("customer")

        with pytest.raises(Rejected):
            await call.step("refused", refused)
        with pytest.raises(StepFailed, match="KeyError: 'customer'") as failed:
            await call.step("broken", broken)
        found.append(type(failed.value.__cause__).__name__)
        await call.hang_up()

    async with world(tmp_path, handlers_of(router)) as there:
        await there.over(await there.simulator.place_call(Caller()))
    assert found == ["KeyError"]


async def test_a_comment_whose_id_is_not_told(tmp_path: Path) -> None:
    router, line, found = Router(), Line(), list[str]()

    @router.call(incoming=True)
    async def flow(call: Call) -> None:
        line.answers["comment/create"] = lambda _body: data({})
        await call.comment("one")
        await call.comment("two")
        found.append("written")
        await call.hang_up()

    async with wired(tmp_path, router, line) as there:
        await there.over(await there.simulator.place_call(Caller()))
    assert found == ["written"]


@pytest.mark.parametrize("answered", [True, False])
async def test_a_flow_that_fails_while_an_agent_is_there(tmp_path: Path, *, answered: bool) -> None:
    """Who has the call keeps it; who is being rung is rung anew."""
    router = Router()

    @router.call(incoming=True)
    async def flow(call: Call) -> None:
        if answered:
            await call.dial("anna")
        else:
            await call.invite("anna")
            await call.sleep(0.5)
        raise RuntimeError("a bug")

    async with world(tmp_path, handlers_of(router), people=[ANNA]) as there:
        call = await there.simulator.place_call(Caller(hangs_up_after=20))
        await there.over(call)
        assert call.connected == ["anna"]
        assert not there.notes(call)
        rung = [text for text in there.requests(call) if text.startswith("call.user/invite")]
        assert len(rung) == (1 if answered else 2)
        assert there.count("bot_flows_ended_total", flow="bot.fallback", state="ended") == 1
