"""Which flow has which call, in the cases that should not be."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any, cast

import msgspec
import pytest
from aiohttp import web

from bot import Call, CallEnded, Event, Router
from bot.errors import JournalUnavailable
from bot.events import JsonValue
from bot.flow import Flows, Services
from bot.flow.fallback_flow import FALLBACK
from bot.flow.given import Given
from bot.flow.presence import Presence, look
from bot.journal import FlowEnd, FlowId, FlowStart, FlowState, StoredFlow
from bot.journal.sqlite import SqliteJournal
from bot.metrics import Metrics
from bot.simulator import Caller, Contact, SimCall
from bot.testing.clock import ManualClock
from bot.testing.world import WEBHOOK_SECRET, World, world
from tests.flow.lab import Shelf, stored
from tests.flow.test_doubt import Line, wired
from tests.flow.test_rescue import PATHS, breaks, reception
from tests.support.cable import data
from tests.support.events import created, payload
from tests.support.handlers import handlers_of

ANNA = Contact(contact_id="anna", name="Anna", answers_after=2.0)


async def post(there: World, event: dict[str, Any]) -> None:
    assert (await there.ask(f"/webhook/{WEBHOOK_SECRET}", msgspec.json.encode(event)))[0] == 200


async def flows_of(there: World, call: SimCall) -> list[tuple[str, FlowEnd | None]]:
    async with there._journal() as journal:
        flows = await journal.flows.flows_of(str(call.key))
    return [(flow.start.name.rpartition(".")[2], flow.end) for flow in flows]


async def test_a_new_call_ends_the_flow_of_the_one_before_whatever_that_wants(tmp_path: Path) -> None:
    router, said = Router(), list[str]()

    @router.flow()
    async def survey(call: Call) -> None:
        said.append("survey")
        await call.sleep(1)

    @router.call(incoming=True)
    async def reception(call: Call) -> None:
        said.append(f"call {call.created.destination_id if call.created else None}")
        try:
            await call.sleep(60)
        except CallEnded:
            call.transfer(survey)

    async with world(tmp_path, handlers_of(router)) as there:
        await post(there, created("1") | {"destinationId": "first"})
        await there.live(5)
        await post(there, created("1", at=1_539_761_099_999) | {"destinationId": "second"})
        await there.live(5)
        assert there.count("bot_flows_running") == 1
        await post(there, payload("Call.ended", "1"))
        await there.live_until(lambda: there.count("bot_flows_running") == 0)
    assert said == ["call first", "call second", "survey"], "what the first wanted is over"


async def test_a_call_that_lives_nowhere_has_no_flow(tmp_path: Path) -> None:
    router, said = Router(), list[str]()

    @router.call()
    async def reception(_call: Call) -> None:
        said.append("begun")

    async with world(tmp_path, handlers_of(router)) as there:
        await post(there, payload("Call.created", None, type="thread-incoming"))
        await there.live_until(lambda: there.count("bot_backlog_events") == 0)
        await there.live(1)
    assert said == []


async def test_a_condition_that_fails_is_not_met(tmp_path: Path) -> None:
    router, said = Router(), list[str]()

    def wrong(_event: Event) -> bool:
        raise KeyError("no such team")

    @router.call(wrong, incoming=True)
    async def first(_call: Call) -> None:
        said.append("first")

    @router.call(incoming=True)
    async def second(call: Call) -> None:
        said.append("second")
        await call.hang_up()

    async with world(tmp_path, handlers_of(router)) as there:
        await there.over(await there.simulator.place_call(Caller()))
    assert said == ["second"]


async def test_a_transfer_to_nowhere_ends_in_the_fallback(tmp_path: Path) -> None:
    router = Router()

    async def nowhere(_call: Call) -> None:
        """Is not registered."""

    @router.call(incoming=True)
    async def first(call: Call) -> None:
        call.transfer(nowhere)

    async with world(tmp_path, handlers_of(router), people=[ANNA]) as there:
        call = await there.simulator.place_call(Caller(hangs_up_after=20))
        await there.over(call)
        assert call.connected == ["anna"]
        (_, end), (last, _) = await flows_of(there, call)
        assert last == "fallback"
        assert end is not None
        assert "add @router.flow" in (end.error or "")


async def test_of_two_flows_of_a_call_the_newer_goes_on(tmp_path: Path) -> None:
    """The process died after it had begun the second and before it had ended the first."""
    router, said = Router(), list[str]()

    @router.call(incoming=True)
    async def reception(call: Call) -> None:
        said.append("reception")
        await call.sleep(3600)

    async with world(tmp_path, handlers_of(router), people=[ANNA]) as there:
        call = await there.simulator.place_call(Caller(hangs_up_after=90))
        await there.live(2)
        await there.stop()
        async with there._journal() as journal:
            (first,) = await journal.flows.flows_of(str(call.key))
        serving = SqliteJournal(there.config.journal_path, clock=there.clock)
        await serving.open()
        following = FlowId(first.start.flow_id.call_seq, 1)
        serving.flows.begin_flow(
            FlowStart(following, str(call.key), FALLBACK.name, FALLBACK.version, Given().as_json(), there.clock.now())
        )
        await serving.close()
        await there.start(handlers_of(router))
        await there.over(call)
        (_, passed), (_, ended) = await flows_of(there, call)
        assert (ended and ended.state, passed and passed.state) == (FlowState.ENDED, FlowState.PASSED)
        assert call.connected == ["anna"]
    assert said == ["reception"]


async def test_a_call_that_ended_without_a_word_is_noticed(tmp_path: Path) -> None:
    router, line, said = Router(), Line(), list[str]()

    @router.call(incoming=True)
    async def wait(call: Call) -> None:
        try:
            await call.sleep(7200)
        except CallEnded:
            said.append("ended")
            raise

    async with wired(tmp_path, router, line, flow_silent=300.0) as there:
        call = await there.simulator.place_call(Caller())
        await there.live(400)
        assert said == [], "the platform says that it is there"
        line.answers["call/get"] = lambda _body: data({}, code=400)
        await there.live_until(lambda: said == ["ended"], 600)
        line.answers.clear()
        await call.hang_up()
        await there.over(call)


async def test_a_platform_that_does_not_know_the_bot_says_nothing_of_a_call(tmp_path: Path) -> None:
    router, line, found = Router(), Line(), list[Presence]()

    def answer(code: int, _body: object) -> web.Response:
        return data({}, code=code)

    @router.call(incoming=True)
    async def ask(call: Call) -> None:
        for code in (401, 400, 200):
            line.answers["call/get"] = partial(answer, code)
            found.append(await look(call.api, call.key))
        line.answers.clear()
        await call.hang_up()

    async with wired(tmp_path, router, line) as there:
        await there.over(await there.simulator.place_call(Caller()))
    assert found == [Presence.UNKNOWN, Presence.GONE, Presence.THERE]


async def test_a_resumed_flow_may_wait_for_longer_than_its_replay_may_take(tmp_path: Path) -> None:
    router, said = Router(), list[str]()

    @router.call(incoming=True)
    async def wait(call: Call) -> None:
        await call.play("welcome", barge_in=False)
        await call.sleep(100)
        said.append("waited")
        await call.hang_up()

    async with world(tmp_path, handlers_of(router)) as there:
        call = await there.simulator.place_call(Caller())
        await there.live(10)
        await there.stop()
        await there.start(handlers_of(router))
        await there.over(call)
    assert said == ["waited"]


async def test_a_bot_whose_flows_cannot_be_kept_had_better_end(tmp_path: Path) -> None:
    router = Router()

    @router.call(incoming=True)
    async def wait(call: Call) -> None:
        await call.sleep(5)

    async with world(tmp_path, handlers_of(router)) as there:
        call = await there.simulator.place_call(Caller())
        await there.live(1)
        parts = there.bot._parts
        assert parts is not None
        watching = asyncio.create_task(parts.flows.watch(), name="watching")
        await parts.journal.close()
        await there.live_until(watching.done)
        assert isinstance(watching.exception(), JournalUnavailable)
        await call.hang_up()


async def test_a_caller_who_goes_while_the_platform_is_asked_again(tmp_path: Path) -> None:
    line, leaving = Line(), list[asyncio.Task[None]]()
    breaks(line, *PATHS)
    async with wired(tmp_path, reception(), line, [ANNA]) as there:
        call = await there.simulator.place_call(Caller())
        await there.live_until(lambda: there.count("bot_fallbacks_total", result="failed") == 1)
        fail = line.answers["call/get"]

        def asked(body: dict[str, JsonValue]) -> web.Response:
            if not leaving:
                leaving.append(asyncio.create_task(call.hang_up(), name="leaving"))
            return fail(body)

        line.answers["call/get"] = asked
        await there.over(call)
        assert [end and end.state for _, end in await flows_of(there, call)] == [FlowState.FAILED] * 2
    assert leaving[0].done()


class Broken(Shelf):
    """A journal that cannot be read."""

    async def running_flows(self, after: FlowId | None, limit: int) -> Sequence[StoredFlow]:
        del after, limit
        raise JournalUnavailable("the disk is gone")

    async def flows_of(self, lane: str, limit: int = 20) -> Sequence[StoredFlow]:
        del lane, limit
        raise JournalUnavailable("the disk is gone")


async def test_flows_that_cannot_be_read() -> None:
    clock, nothing = ManualClock(), cast("Any", None)
    services = Services(api=nothing, prompts=nothing, rota=nothing, history=nothing, clock=clock)
    flows = Flows(journal=Broken(), routes=(), services=services, metrics=Metrics(), last_resort=nothing)
    await flows.watch()
    await clock.advance(1_000)
    with pytest.raises(JournalUnavailable, match="the disk is gone"):
        await flows.start()
    assert await flows.had(stored(1)) is False, "a call is begun once more rather than not at all"
    await flows.stop()


def test_what_an_older_version_has_given_to_a_flow() -> None:
    assert Given.of(b"[]") == Given()
    assert Given.of(b'{"arguments": 1, "failures": "2"}') == Given()
