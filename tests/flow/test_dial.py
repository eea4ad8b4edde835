"""Whom a dial rings, and what became of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path

import msgspec
import pytest
from aiohttp import web

from bot import Call, CallEnded, Dialled, Fate, Invitee, Router
from bot.events import JsonValue
from bot.simulator import Caller, Chance, Contact, Faults, Reaction, Reacts, SimCall, silences
from bot.simulator.dice import Dice
from bot.testing.world import WEBHOOK_SECRET, World, world
from tests.flow.test_doubt import Line, wired
from tests.support.cable import data
from tests.support.events import payload
from tests.support.handlers import handlers_of

ANNA = Contact(contact_id="anna", name="Anna", answers_after=2.0)
BORIS = Contact(contact_id="boris", name="Boris", answers_after=2.0)
ABSENT = Contact(contact_id="absent", name="Absent", answers_after=None, ring_timeout=60.0)


def said(there: World, call: SimCall, path: str) -> list[str]:
    return [text for text in there.requests(call) if text.startswith(path)]


async def told(there: World, call: SimCall, event: str, **fields: JsonValue) -> None:
    """Post an event that the platform did not."""
    body = payload(event, call.thread_id, **{"teamId": call.team_id, **fields})
    assert (await there.ask(f"/webhook/{WEBHOOK_SECRET}", msgspec.json.encode(body)))[0] == 200


@pytest.mark.parametrize("on_hold", [False, True])
async def test_who_is_in_the_call_is_not_rung_and_the_next_one_is(tmp_path: Path, *, on_hold: bool) -> None:
    router, found = Router(), list[Dialled]()

    @router.call(incoming=True)
    async def ring(call: Call) -> None:
        found.append(await call.dial("anna"))
        if on_hold:
            await call.hold("anna")
        found.append(await call.dial(["anna", Invitee("anna"), "boris"]))
        await call.sleep(30)
        await call.hang_up()

    async with world(tmp_path, handlers_of(router), people=[ANNA, BORIS]) as there:
        call = await there.simulator.place_call(Caller())
        await there.over(call)
        assert call.connected == ["anna", "boris"]
        assert not there.notes(call), "nobody's telephone rings while they talk"
    assert found == [
        Dialled("anna", {"anna": Fate.ANSWERED}),
        Dialled("boris", {"anna": Fate.IN_CALL, "boris": Fate.ANSWERED}),
    ]


@pytest.mark.parametrize("together", [False, True])
async def test_nobody_takes_a_call_that_everybody_is_in(tmp_path: Path, *, together: bool) -> None:
    router, found = Router(), list[Dialled]()

    @router.call(incoming=True)
    async def ring(call: Call) -> None:
        await call.dial("anna", hold_music=None)
        found.append(await call.dial(["anna", call.caller.contact_id or ""], together=together))
        await call.hang_up()

    async with world(tmp_path, handlers_of(router), people=[ANNA]) as there:
        call = await there.simulator.place_call(Caller())
        await there.over(call)
        assert len(said(there, call, "call.user/invite")) == 1
        assert not call.played, "there is nothing to wait for"
        assert not found[0]
        assert found[0].fates == {"anna": Fate.IN_CALL, call.place.originator.contact_id: Fate.IN_CALL}


async def test_who_left_unnoticed_is_rung(tmp_path: Path) -> None:
    router, found = Router(), list[Mapping[str, Fate]]()

    @router.call(incoming=True)
    async def ring(call: Call) -> None:
        await call.wait_for("Call.Member.Invite.ended")
        await call.sleep(1)
        found.append((await call.dial("anna")).fates)
        await call.hang_up()

    async with world(tmp_path, handlers_of(router), people=[ANNA]) as there:
        call = await there.simulator.place_call(Caller())
        await there.live(1)
        await told(there, call, "Call.Member.Invite.ended", userId="anna", answered=True)
        await there.over(call)
    assert found == [{"anna": Fate.ANSWERED}]


async def test_a_platform_that_cannot_say_who_is_in_the_call(tmp_path: Path) -> None:
    router, line, found = Router(), Line(), list[Mapping[str, Fate]]()

    @router.call(incoming=True)
    async def ring(call: Call) -> None:
        await call.dial("anna")
        line.answers["call/get"] = lambda _body: data("nonsense")
        found.append((await call.dial("anna")).fates)
        await call.hang_up()

    async with wired(tmp_path, router, line, [ANNA]) as there:
        call = await there.simulator.place_call(Caller())
        await there.over(call)
        assert not there.notes(call)
    assert found == [{"anna": Fate.IN_CALL}], "the events said so"


async def test_who_is_being_rung_is_rung_anew_and_not_twice_at_once(tmp_path: Path) -> None:
    router, found = Router(), list[Mapping[str, Fate]]()

    @router.call(incoming=True)
    async def ring(call: Call) -> None:
        await call.invite("absent")
        await call.sleep(3)
        found.append((await call.dial(("absent", "anna"), ring=10)).fates)
        await call.hang_up()

    async with world(tmp_path, handlers_of(router), people=[ABSENT, ANNA]) as there:
        call = await there.simulator.place_call(Caller())
        await there.over(call)
        assert not there.notes(call)
        rung = [text.split()[1] for text in said(there, call, "call.user/invite")]
        assert rung == ["absent", "absent", "anna"]
    assert found == [{"anna": Fate.ANSWERED, "absent": Fate.CALLED_OFF}]


async def test_a_queue_does_not_hurry_where_everybody_is_in_the_call(tmp_path: Path) -> None:
    router, found = Router(), list[Dialled]()

    @router.call(incoming=True)
    async def wait(call: Call) -> None:
        await call.dial("anna")
        found.append(await call.queue("anna", longest=20, announcement=None))
        await call.hang_up()

    async with world(tmp_path, handlers_of(router), people=[ANNA]) as there:
        call = await there.simulator.place_call(Caller())
        await there.over(call)
        assert len(said(there, call, "call/get")) <= 6
    assert found == [Dialled(None, {"anna": Fate.IN_CALL})]


async def test_a_queue_does_not_hurry_where_everybody_declines_at_once(tmp_path: Path) -> None:
    router, found = Router(), list[Dialled]()

    @router.call(incoming=True)
    async def wait(call: Call) -> None:
        found.append(await call.queue(["anna", "boris"], longest=32, announcement=None))
        await call.hang_up()

    people = [replace(person, answers_after=0.0, declines=True) for person in (ANNA, BORIS)]
    async with world(tmp_path, handlers_of(router), people=people) as there:
        call = await there.simulator.place_call(Caller())
        await there.over(call)
        assert len(said(there, call, "call.user/invite")) == 2 * 7, "a round every five seconds"
        assert not silences(call, there.clock.now())
    assert found == [Dialled(None, {"anna": Fate.NO_ANSWER, "boris": Fate.NO_ANSWER})]


async def test_the_late_end_of_a_ringing_is_not_taken_for_that_of_the_next(tmp_path: Path) -> None:
    router, found = Router(), list[Dialled]()

    @router.call(incoming=True)
    async def ring(call: Call) -> None:
        found.append(await call.dial("anna", ring=10))
        found.append(await call.dial("anna", ring=10))
        await call.sleep(30)
        await call.hang_up()

    slow = Contact(contact_id="anna", name="Anna", when_rung=[Reaction(Reacts.IGNORES), Reaction(Reacts.ANSWERS, 8.0)])
    late = [Faults(seed=seed, delayed=Chance(1, most=1), delay_longest=6.0) for seed in range(50)]
    async with world(tmp_path, handlers_of(router), people=[slow]) as there:
        call = await there.simulator.place_call(Caller())
        await there.live(9.0)
        there.simulator.faults = next(faults for faults in late if Dice(faults).event(call.caller.phone).delay > 4.0)
        await there.over(call)
        assert any("Invite.ended is delayed" in text for text in there.notes(call))
        assert call.connected == ["anna"]
        assert "rang twice" not in there.notes(call)
    assert found == [Dialled(None, {"anna": Fate.NO_ANSWER}), Dialled("anna", {"anna": Fate.ANSWERED})]


@pytest.mark.parametrize("who", [{"phone": "+74951234567"}, {}])
async def test_a_caller_known_by_the_number_only_is_missed_too(tmp_path: Path, who: dict[str, JsonValue]) -> None:
    router, line = Router(), Line()

    @router.call(incoming=True)
    async def ring(call: Call) -> None:
        await call.dial(["absent", "anna"], ring=60)

    async with wired(tmp_path, router, line, [ABSENT, ANNA]) as there:
        asked: list[tuple[str, JsonValue]] = []

        def noted(path: str, body: dict[str, JsonValue]) -> web.Response:
            asked.append((path, body.get("contactId")))
            return data({})

        # A call that the simulator knows nothing of.
        for path in ("call/get", "call/kick", "call.user/invite", "call.audio/play", "call.audio/stop"):
            line.answers[path] = partial(noted, path)

        async def post(event: str, **fields: JsonValue) -> None:
            body = payload(event, "f" * 24, **fields)
            assert (await there.ask(f"/webhook/{WEBHOOK_SECRET}", msgspec.json.encode(body)))[0] == 200

        caller: JsonValue = {"phone": "+74951234567", "trunkId": "trunk"}
        await post("Call.created", type="thread-incoming", originateUserId=caller)
        await there.live(5)
        await post("Call.Member.leaved", **who)
        await there.live(10)
        assert ("call.user/invite", "anna") not in asked, "nobody is rung for a caller who has gone"
        assert ("call/kick", None) in asked, "a call that nobody is in is ended"
        await post("Call.ended")
        await there.live_until(lambda: there.count("bot_flows_running") == 0)


async def test_who_stays_when_the_caller_goes_keeps_the_call(tmp_path: Path) -> None:
    router, found = Router(), list[Mapping[str, Fate]]()

    @router.call(incoming=True)
    async def ring(call: Call) -> None:
        await call.dial("anna")
        found.append((await call.dial(["absent", "boris"], ring=30)).fates)
        await call.sleep(5)
        await call.hang_up()

    async with world(tmp_path, handlers_of(router), people=[ANNA, ABSENT, BORIS]) as there:
        call = await there.simulator.place_call(Caller())
        await there.live(10)
        # The platform leaves the call open.
        await told(there, call, "Call.Member.leaved", userId=call.place.originator.contact_id)
        await there.over(call)
        assert found == [{"absent": Fate.NO_ANSWER}]
        assert call.connected == ["anna"], "nobody else is rung"
        assert said(there, call, "call/kick") == ["call/kick absent", "call/kick"]


async def test_a_caller_who_is_back_at_once_is_still_waited_with(tmp_path: Path) -> None:
    router, found = Router(), list[Mapping[str, Fate]]()

    @router.call(incoming=True)
    async def ring(call: Call) -> None:
        found.append((await call.dial(["absent", "anna"], ring=10)).fates)
        await call.hang_up()

    async with world(tmp_path, handlers_of(router), people=[ANNA, ABSENT]) as there:
        call = await there.simulator.place_call(Caller())
        await there.live(5)
        about: dict[str, JsonValue] = {"teamId": call.team_id, "userId": call.place.originator.contact_id}
        both = [
            payload("Call.Member.leaved", call.thread_id) | about,
            payload("Call.Member.Invite.ended", call.thread_id, answered=True) | about,
        ]
        assert (await there.ask(f"/webhook/{WEBHOOK_SECRET}", msgspec.json.encode(both)))[0] == 200
        await there.over(call)
        assert found == [{"absent": Fate.NO_ANSWER, "anna": Fate.ANSWERED}]


async def test_a_queue_ends_when_somebody_takes_the_call(tmp_path: Path) -> None:
    router, found = Router(), list[Dialled]()

    @router.call(incoming=True)
    async def wait(call: Call) -> None:
        found.append(await call.queue(["absent", "anna"], ring=5, music=None))
        found.append(await call.queue(call.rota.on_duty(), longest=8, music=None))
        await call.hang_up()

    async with world(tmp_path, handlers_of(router), people=[ANNA, ABSENT], on_duty=[]) as there:
        call = await there.simulator.place_call(Caller())
        await there.over(call)
        assert not call.played, "there is no music"
    assert found == [Dialled("anna", {"absent": Fate.NO_ANSWER, "anna": Fate.ANSWERED}), Dialled(None, {})]


async def test_a_refusal_because_the_call_is_gone_is_its_end(tmp_path: Path) -> None:
    router, line, said = Router(), Line(), list[str]()

    @router.call(incoming=True)
    async def ring(call: Call) -> None:
        for path in ("call/get", "call.user/hold"):
            line.answers[path] = lambda _body: data({}, code=400)
        try:
            await call.hold()
        except CallEnded:
            said.append("ended")
            line.answers.clear()
            raise

    async with wired(tmp_path, router, line, [ANNA]) as there:
        call = await there.simulator.place_call(Caller(hangs_up_after=20))
        await there.live_until(lambda: there.count("bot_flows_running") == 0, 10)
        await there.over(call)
    assert said == ["ended"]
