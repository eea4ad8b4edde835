from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from bot import Call, CallEnded, Fate, Reason, Rejected, Router
from bot.dispatch import Handlers
from bot.flow.gather import Gathered
from bot.simulator import Caller, Chance, Contact, Faults, silences
from bot.testing.world import World, world
from tests.support.handlers import handlers_of

ANNA = Contact(contact_id="agent-anna", name="Anna", answers_after=2.0)
BORIS = Contact(contact_id="agent-boris", name="Boris", answers_after=2.0)
ABSENT = Contact(contact_id="agent-absent", name="Absent", answers_after=None, ring_timeout=60.0)


async def test_a_call_is_one_function(tmp_path: Path) -> None:
    router, said = Router(), list[object]()

    @router.call(incoming=True)
    async def reception(call: Call) -> None:
        await call.record()
        await call.play("welcome")
        choice = await call.menu("main-menu", {"1": "sales", "2": "support"})
        said.append(choice)
        dialled = await call.dial(call.rota.on_duty(choice), ring=20)
        said.append(dialled.answered_by)

    async with world(tmp_path, handlers_of(router), people=[ABSENT, ANNA]) as there:
        call = await there.simulator.place_call(Caller(presses=[(8.0, "2")], hangs_up_after=60.0))
        await there.over(call)
        assert said == ["support", "agent-anna"]
        assert call.recorded
        names = [sound.path.rpartition("/")[2].split(".")[0] for sound in call.played]
        assert names == ["welcome", "main-menu", "ringback"]
        assert there.count("bot_flows_ended_total", flow=reception_name(router), state="ended") == 1
        assert not there.notes(call)


def reception_name(router: Router) -> str:
    return next(iter(router.flows())).name


async def test_the_end_of_the_call_is_raised_where_the_flow_stands(tmp_path: Path) -> None:
    router, said = Router(), list[str]()

    @router.call(incoming=True)
    async def reception(call: Call) -> None:
        try:
            await call.menu("main-menu", {"1": "sales"}, tries=9)
            said.append("no choice")
        except CallEnded:
            said.append("hung up")
            with pytest.raises(CallEnded):
                await call.play("goodbye")
            raise
        finally:
            said.append("finally")

    async with world(tmp_path, handlers_of(router)) as there:
        call = await there.simulator.place_call(Caller(hangs_up_after=20.0))
        await there.over(call)
        assert said == ["hung up", "finally"]
        assert there.count("bot_flows_ended_total", flow=reception_name(router), state="ended") == 1
        assert there.requests(call)[-1] != "call.audio/play goodbye"


async def test_the_end_of_the_call_reaches_branches_and_foreign_awaits(tmp_path: Path) -> None:
    router, said = Router(), list[str]()

    @router.call(incoming=True)
    async def reception(call: Call) -> None:
        async def branch(name: str, seconds: float) -> None:
            try:
                await call.sleep(seconds)
            finally:
                said.append(name)

        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(branch("one", 5))
                group.create_task(branch("two", 500))
                await asyncio.Event().wait()
        except* CallEnded:
            said.append("ended")

    async with world(tmp_path, handlers_of(router)) as there:
        call = await there.simulator.place_call(Caller(hangs_up_after=20.0))
        await there.over(call)
        assert said == ["one", "two", "ended"]
        assert there.count("bot_flows_ended_total", flow=reception_name(router), state="ended") == 1


async def gathered(tmp_path: Path, caller: Caller, **how: object) -> tuple[Gathered, World]:
    router, found = Router(), list[Gathered]()

    @router.call(incoming=True)
    async def ask(call: Call) -> None:
        found.append(await call.gather("enter-pin", **how))  # type: ignore[arg-type]  # as the table says
        await call.hang_up()

    async with world(tmp_path, handlers_of(router)) as there:
        await there.over(await there.simulator.place_call(caller))
    return found[0], there


def keys(text: str, start: float = 1.0, every: float = 0.5) -> list[tuple[float, str]]:
    return [(start + number * every, key) for number, key in enumerate(text)]


@pytest.mark.parametrize(
    ("presses", "how", "digits", "reason"),
    [
        (keys("1234"), {"max_digits": 4}, "1234", Reason.COMPLETE),
        (keys("12#"), {"max_digits": 4}, "12", Reason.TERMINATOR),
        (keys("12"), {"max_digits": 4}, "12", Reason.PAUSE),
        (keys("12"), {"min_digits": 4, "max_digits": 4}, "12", Reason.TOO_FEW),
        (keys("#"), {"max_digits": 4}, "", Reason.TOO_FEW),
        (keys("#"), {"min_digits": 0, "max_digits": 4}, "", Reason.TERMINATOR),
        ([], {"max_digits": 4}, "", Reason.NO_DIGITS),
        ([], {"min_digits": 0, "max_digits": 4}, "", Reason.PAUSE),
        (keys("9999"), {"max_digits": 4, "valid": {"1234"}}, "9999", Reason.INVALID),
        (keys("12*4"), {"max_digits": 4, "terminator": None}, "12*4", Reason.COMPLETE),
        (keys("12", start=1) + keys("34", start=60), {"max_digits": 4, "tries": 1}, "12", Reason.PAUSE),
    ],
)
async def test_why_a_gather_ended(
    tmp_path: Path, presses: list[tuple[float, str]], how: dict[str, object], digits: str, reason: Reason
) -> None:
    found, _ = await gathered(tmp_path, Caller(presses=presses), **how)
    assert (found.digits, found.reason) == (digits, reason)
    assert bool(found) == (reason in (Reason.COMPLETE, Reason.TERMINATOR, Reason.PAUSE))
    assert digits == "" or digits not in repr(found)


async def test_a_gather_asks_again(tmp_path: Path) -> None:
    presses = keys("99", start=1) + keys("12", start=18)
    found, _ = await gathered(
        tmp_path, Caller(presses=presses), max_digits=2, valid={"12"}, tries=3, on_invalid="wrong-pin"
    )
    assert (found.digits, found.tries) == ("12", 3)
    assert found


async def test_keys_pressed_before_count_unless_they_are_not_wanted(tmp_path: Path) -> None:
    router, found = Router(), list[str | None]()

    @router.call(incoming=True)
    async def ask(call: Call) -> None:
        await call.play("welcome", barge_in=False)
        found.append(await call.menu("main-menu", {"1": "one", "2": "two"}, tries=1))
        await call.play("please-hold", barge_in=False)
        found.append(await call.menu("main-menu", {"1": "one", "2": "two"}, tries=1, type_ahead=False))
        await call.hang_up()

    async with world(tmp_path, handlers_of(router)) as there:
        call = await there.simulator.place_call(Caller(presses=[(1.0, "1"), (5.0, "2")]))
        await there.over(call)
    assert found == ["one", None]
    names = [sound.path.rpartition("/")[2].split(".")[0] for sound in call.played]
    assert names == ["welcome", "please-hold", "main-menu"], "the first menu was answered before it was played"


async def test_a_key_stops_a_prompt_and_is_kept(tmp_path: Path) -> None:
    router, found = Router(), list[object]()

    @router.call(incoming=True)
    async def ask(call: Call) -> None:
        found.append(await call.play("welcome"))
        found.append((await call.gather(max_digits=1)).digits)
        await call.hang_up()

    async with world(tmp_path, handlers_of(router)) as there:
        call = await there.simulator.place_call(Caller(presses=[(1.0, "7")]))
        await there.over(call)
        assert any(text.startswith("call.audio/stop") for text in there.requests(call))
    assert found == [False, "7"]


async def test_dialling_all_at_once_calls_the_losers_off(tmp_path: Path) -> None:
    router, found = Router(), list[dict[str, Fate]]()

    @router.call(incoming=True)
    async def ring(call: Call) -> None:
        dialled = await call.dial(("agent-absent", "agent-anna"), ring=20)
        found.append(dict(dialled.fates))

    async with world(tmp_path, handlers_of(router), people=[ABSENT, ANNA]) as there:
        call = await there.simulator.place_call(Caller(hangs_up_after=30.0))
        await there.over(call)
        assert not there.notes(call)
    assert found == [{"agent-anna": Fate.ANSWERED, "agent-absent": Fate.CALLED_OFF}]


async def test_who_does_not_press_the_key_does_not_get_the_call(tmp_path: Path) -> None:
    machine = Contact(contact_id="machine", name="Voicemail", answers_after=1.0)
    human = Contact(contact_id="human", name="Human", answers_after=1.0, presses=[(2.0, "1")])
    router, found = Router(), list[dict[str, Fate]]()

    @router.call(incoming=True)
    async def ring(call: Call) -> None:
        found.append(dict((await call.dial(["machine", "human"], confirm=True)).fates))

    async with world(tmp_path, handlers_of(router), people=[machine, human]) as there:
        call = await there.simulator.place_call(Caller(hangs_up_after=60.0))
        await there.over(call)
    assert found == [{"machine": Fate.NOT_ACCEPTED, "human": Fate.ANSWERED}]


async def test_somebody_unknown_is_unreachable_and_the_next_is_rung(tmp_path: Path) -> None:
    router, found = Router(), list[dict[str, Fate]]()

    @router.call(incoming=True)
    async def ring(call: Call) -> None:
        with pytest.raises(Rejected):
            await call.invite("nobody")
        found.append(dict((await call.dial(["nobody", "agent-anna"])).fates))

    async with world(tmp_path, handlers_of(router), people=[ANNA]) as there:
        await there.over(await there.simulator.place_call(Caller(hangs_up_after=30.0)))
    assert found == [{"nobody": Fate.UNREACHABLE, "agent-anna": Fate.ANSWERED}]


async def test_a_message_is_kept_though_the_caller_hangs_up(tmp_path: Path) -> None:
    router = Router()

    @router.call(incoming=True)
    async def take(call: Call) -> None:
        await call.voicemail(notify="agent-anna")

    async with world(tmp_path, handlers_of(router), people=[ANNA]) as there:
        call = await there.simulator.place_call(Caller(hangs_up_after=20.0))
        await there.over(call)
        await there.live(5)
        told = [one.text for one in there.simulator.timeline.since() if one.text.startswith("comment/create")]
        assert there.count("bot_flows_ended_total", flow=reception_name(router), state="ended") == 1
        assert len(told) == 2, there.story()


async def test_a_message_ended_by_the_key(tmp_path: Path) -> None:
    router, found = Router(), list[str | None]()

    @router.call(incoming=True)
    async def take(call: Call) -> None:
        found.append((await call.voicemail(longest=60)).url)

    async with world(tmp_path, handlers_of(router)) as there:
        call = await there.simulator.place_call(Caller(presses=[(20.0, "#")]))
        await there.over(call)
    assert found[0] is not None
    assert found[0].startswith("http")


async def test_a_queue_waits_for_an_agent(tmp_path: Path) -> None:
    late = Contact(contact_id="late", name="Late", answers_after=None, ring_timeout=8.0)
    router, found = Router(), list[str | None]()

    @router.call(incoming=True)
    async def wait(call: Call) -> None:
        found.append((await call.queue("late", longest=40, ring=15, announce_every=10)).answered_by)
        await call.hang_up()

    async with world(tmp_path, handlers_of(router), people=[late]) as there:
        call = await there.simulator.place_call(Caller())
        await there.over(call)
        assert not there.notes(call)
    assert found == [None]
    assert any("please-hold" in sound.path for sound in call.played)


async def test_a_transfer_begins_the_other_flow_at_its_top(tmp_path: Path) -> None:
    router, found = Router(), list[object]()

    @router.flow()
    async def other(call: Call, *, topic: str) -> None:
        found.append((topic, call.state["seen"]))
        await call.hang_up()

    @router.call(incoming=True)
    async def first(call: Call) -> None:
        call.state["seen"] = 1
        call.transfer(other, topic="billing")

    async with world(tmp_path, handlers_of(router)) as there:
        await there.over(await there.simulator.place_call(Caller()))
    assert found == [("billing", 1)]


async def test_a_race_calls_the_slower_off(tmp_path: Path) -> None:
    router, found = Router(), list[object]()

    @router.call(incoming=True)
    async def run(call: Call) -> None:
        async def key() -> str:
            return (await call.gather(max_digits=1, first_timeout=60)).digits

        async def time() -> str:
            await call.sleep(10)
            return "time"

        found.append(await call.race(key(), time()))
        found.append(await call.race(key(), time()))
        await call.hang_up()

    async with world(tmp_path, handlers_of(router)) as there:
        await there.over(await there.simulator.place_call(Caller(presses=[(3.0, "5")])))
    assert found == [(0, "5"), (1, "time")]


@pytest.mark.parametrize("how", ["raises", "waits too long"])
async def test_a_flow_that_fails_leaves_the_caller_to_the_fallback(tmp_path: Path, how: str) -> None:
    router = Router()

    @router.call(incoming=True)
    async def bad(call: Call) -> None:
        if how == "raises":
            raise RuntimeError("a bug")
        await call.sleep(1000)

    async with world(tmp_path, handlers_of(router), people=[ABSENT, ANNA], flow_longest=30.0) as there:
        call = await there.simulator.place_call(Caller(hangs_up_after=20.0 if how == "raises" else 50.0))
        await there.over(call)
        assert list(call.connected) == ["agent-anna"]
        assert there.count("bot_flows_ended_total", flow=reception_name(router), state="failed") == 1
        assert there.count("bot_flows_ended_total", flow="bot.fallback", state="ended") == 1


@pytest.mark.parametrize("told", [True, False])
async def test_the_fallback_ends_a_call_that_the_agent_has_left(tmp_path: Path, *, told: bool) -> None:
    router = Router()

    @router.call(incoming=True)
    async def bad(_call: Call) -> None:
        raise RuntimeError("a bug")

    async with world(tmp_path, handlers_of(router), people=[replace(ANNA, talks_for=20.0)]) as there:
        call = await there.simulator.place_call()
        await there.live_until(lambda: bool(call.connected))
        await there.live(10.0)
        assert not call.ended
        there.simulator.faults = Faults(dropped=0.0 if told else Chance(1, most=1))
        await there.over(call)
        assert call.ended_by == "bot"
        alone = [one for one in silences(call, there.clock.now()) if one.began > 10.0]
        assert (not alone) is told, "without the event, the platform is asked now and then"


async def test_the_fallback_asks_again_whether_the_caller_is_alone(tmp_path: Path) -> None:
    router = Router()

    @router.call(incoming=True)
    async def bad(_call: Call) -> None:
        raise RuntimeError("a bug")

    async with world(tmp_path, handlers_of(router), people=[replace(ANNA, talks_for=20.0)]) as there:
        call = await there.simulator.place_call()
        await there.live(21.0)
        there.simulator.faults = Faults(unauthorised=Chance(1, most=2))
        await there.over(call)
        assert call.ended_by == "bot"
        (alone,) = [one for one in silences(call, there.clock.now()) if one.began > 10.0]
        assert 9.0 < alone.seconds < 11.0


async def test_a_call_without_a_flow_goes_to_the_fallback_and_ends_in_a_message(tmp_path: Path) -> None:
    async with world(tmp_path, handlers_of(Router()), people=[ABSENT]) as there:
        call = await there.simulator.place_call(Caller(hangs_up_after=60.0))
        await there.over(call)
        assert any("leave-a-message" in sound.path for sound in call.played)
        assert call.recorded


async def test_a_transfer_with_wrong_arguments_ends_in_the_fallback(tmp_path: Path) -> None:
    router = Router()

    @router.flow()
    async def other(call: Call) -> None:
        await call.hang_up()

    @router.call(incoming=True)
    async def first(call: Call) -> None:
        call.transfer(other, unexpected=1)

    async with world(tmp_path, handlers_of(router), people=[ANNA]) as there:
        call = await there.simulator.place_call(Caller(hangs_up_after=30.0))
        await there.over(call)
        assert list(call.connected) == ["agent-anna"]


async def test_the_fallback_needs_no_prompts(tmp_path: Path) -> None:
    async with world(tmp_path, Handlers(Router(), []), people=[ABSENT]) as there:
        call = await there.simulator.place_call(Caller(hangs_up_after=60.0))
        await there.over(call)
        assert call.recorded
        await there.live_until(lambda: there.count("bot_flows_ended_total", flow="bot.fallback", state="ended") == 1)


async def test_those_on_duty_are_told_of_a_message_though_the_caller_hung_up(tmp_path: Path) -> None:
    router = Router()

    @router.call(incoming=True)
    async def take(call: Call) -> None:
        await call.voicemail(notify=call.rota.on_duty())

    async with world(tmp_path, handlers_of(router), people=[ANNA, BORIS]) as there:
        call = await there.simulator.place_call(Caller(hangs_up_after=20.0))
        await there.over(call)
        await there.live(5)
        told = [one.text for one in there.simulator.timeline.since() if one.text.startswith("comment/create")]
        assert len(told) == 3, there.story()
