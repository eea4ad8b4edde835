"""What becomes of a request whose answer never came, because the bot died or the connection did."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from contextvars import Context
from itertools import count
from pathlib import Path

import pytest
from aiohttp import web

from bot import Call, Fate, InDoubt, Rejected, Router
from bot.events import JsonValue
from bot.flow.branches import last_mark
from bot.journal import FlowState
from bot.simulator import Caller, Contact, SimCall
from bot.simulator.comments import SimComment, text_part
from bot.testing.world import BOT_ID, World, world
from tests.support.cable import Cable, Fault, cable, data
from tests.support.handlers import handlers_of

ANNA = Contact(contact_id="agent-anna", name="Anna", answers_after=4.0)
BUSY = Contact(contact_id="agent-busy", name="Busy", answers_after=2.0, declines=True)
NOTE = "customer is angry"


class Line(Cable):
    """A cable that a flow can spoil."""

    def spoil(self, call: Call, path: str, fault: Fault) -> Awaitable[JsonValue]:
        """Spoil the next request of a path, once, however often the flow runs."""

        async def act() -> JsonValue:
            self.faults[path] = fault
            return None

        return call.step("spoil", act)


@asynccontextmanager
async def wired(
    tmp_path: Path, router: Router, line: Line, people: Sequence[Contact] = (ANNA,), flow_silent: float = 600.0
) -> AsyncIterator[World]:
    """Start a world whose bot reaches the platform over a line."""
    handlers = handlers_of(router)
    async with (
        cable(line),
        world(tmp_path, handlers, people=people, api_url=line.url, flow_silent=flow_silent) as there,
    ):
        line.platform = there.simulator.url
        yield there


async def killed(there: World, line: Line, router: Router, *, after: float = 0.0) -> None:
    """Wait for a request that nobody answers, and start another bot in place of the one that waits for the answer."""
    await there.live_until(lambda: line.stuck == 1)
    await there.live(after)
    await there.stop()
    await there.start(handlers_of(router))


def sent(there: World, call: SimCall, path: str) -> int:
    return sum(text.partition(" ")[0] == path for text in there.requests(call))


async def ended_well(there: World, call: SimCall) -> bool:
    """Return whether the one flow of a call came to its end, without any fallback."""
    async with there._journal() as journal:
        flows = await journal.flows.flows_of(str(call.key))
    return [flow.end and flow.end.state for flow in flows] == [FlowState.ENDED]


Operation = Callable[[Call], Awaitable[object]]

REPEATED: dict[str, tuple[str, Operation]] = {
    "play": ("call.audio/play", lambda call: call.play("welcome")),
    "stop": ("call.audio/stop", lambda call: call.stop("hold-music")),
    "record": ("call.recording/start", lambda call: call.record()),
    "stop_recording": ("call.recording/stop", lambda call: call.stop_recording()),
    "stream": ("call.stream/start", lambda call: call.stream()),
    "stop_stream": ("call.stream/stop", lambda call: call.stop_stream()),
    "hold": ("call.user/hold", lambda call: call.hold()),
    "unhold": ("call.user/unhold", lambda call: call.unhold()),
    "kick": ("call/kick", lambda call: call.kick(ANNA.contact_id)),
}


@pytest.mark.parametrize("fault", Fault)
@pytest.mark.parametrize("name", REPEATED)
async def test_what_does_no_harm_is_done_again(tmp_path: Path, name: str, fault: Fault) -> None:
    path, operation = REPEATED[name]
    router, line, brought = Router(), Line(), list[object]()

    @router.call(incoming=True)
    async def reception(call: Call) -> None:
        await call.dial(ANNA.contact_id, hold_music=None)
        await call.play("hold-music", loop=True)
        if name == "stop_recording":
            await call.record()
        elif name == "unhold":
            await call.hold()
        await line.spoil(call, path, fault)
        brought.append(await operation(call))
        await call.hang_up()

    async with wired(tmp_path, router, line) as there:
        call = await there.simulator.place_call(Caller())
        if fault is not Fault.CUT:
            await killed(there, line, router)
        await there.over(call)
        assert await ended_well(there, call), there.story()
        assert not there.notes(call), there.story()
        assert len(brought) == 1
        if name in ("stop_recording", "stream"):
            assert isinstance(brought[0], str), "the address is told again"
        reached = 1 if fault is Fault.SWALLOWED else 2
        besides = 1 if name in ("play", "kick") else 0
        assert sent(there, call, path) == reached + besides, there.story()


@pytest.mark.parametrize("fault", Fault)
async def test_hanging_up_ends_the_call_once(tmp_path: Path, fault: Fault) -> None:
    router, line = Router(), Line()

    @router.call(incoming=True)
    async def reception(call: Call) -> None:
        await line.spoil(call, "call/kick", fault)
        await call.hang_up()
        await call.sleep(100)

    async with wired(tmp_path, router, line) as there:
        call = await there.simulator.place_call(Caller())
        if fault is not Fault.CUT:
            await killed(there, line, router)
        await there.over(call)
        assert await ended_well(there, call), there.story()


@pytest.mark.parametrize("fault", Fault)
async def test_nobody_is_rung_twice(tmp_path: Path, fault: Fault) -> None:
    router, line, said = Router(), Line(), list[dict[str, Fate]]()

    @router.call(incoming=True)
    async def reception(call: Call) -> None:
        await line.spoil(call, "call.user/invite", fault)
        said.append(dict((await call.dial(ANNA.contact_id)).fates))

    async with wired(tmp_path, router, line) as there:
        call = await there.simulator.place_call(Caller(hangs_up_after=30))
        if fault is not Fault.CUT:
            await killed(there, line, router)
        await there.over(call)
        assert sent(there, call, "call.user/invite") == 1, there.story()
        assert said == [{ANNA.contact_id: Fate.ANSWERED}]


async def test_who_has_declined_meanwhile_is_not_rung_again(tmp_path: Path) -> None:
    router, line, said = Router(), Line(), list[dict[str, Fate]]()

    @router.call(incoming=True)
    async def reception(call: Call) -> None:
        await line.spoil(call, "call.user/invite", Fault.UNANSWERED)
        said.append(dict((await call.dial([BUSY.contact_id, ANNA.contact_id])).fates))

    async with wired(tmp_path, router, line, [BUSY, ANNA]) as there:
        call = await there.simulator.place_call(Caller(hangs_up_after=40))
        await killed(there, line, router, after=3)
        await there.over(call)
        assert sent(there, call, "call.user/invite") == 2, there.story()
        assert said == [{BUSY.contact_id: Fate.NO_ANSWER, ANNA.contact_id: Fate.ANSWERED}]


async def test_who_declined_while_no_bot_was_there_is_not_rung_again(tmp_path: Path) -> None:
    """The platform does not list them any more, and its events are still on their way."""
    router, line, said = Router(), Line(), list[dict[str, Fate]]()

    @router.call(incoming=True)
    async def reception(call: Call) -> None:
        await line.spoil(call, "call.user/invite", Fault.SWALLOWED)
        said.append(dict((await call.dial([BUSY.contact_id, ANNA.contact_id])).fates))

    async with wired(tmp_path, router, line, [BUSY, ANNA]) as there:
        call = await there.simulator.place_call(Caller(hangs_up_after=40))
        await there.live_until(lambda: line.stuck == 1)
        await there.stop()
        # It reaches the platform as the bot dies.
        call.invite(BUSY)
        await there.live(3)
        await there.start(handlers_of(router))
        await there.over(call)
        assert [text.split()[1] for text in there.requests(call) if "invite" in text] == [ANNA.contact_id]
        assert said == [{BUSY.contact_id: Fate.NO_ANSWER, ANNA.contact_id: Fate.ANSWERED}], there.story()


def commenting(line: Line, fault: Fault, said: list[object], before: Operation | None = None) -> Router:
    """Return a router whose flow writes a comment, something being wrong with the line."""
    router = Router()

    @router.call(incoming=True)
    async def reception(call: Call) -> None:
        if before is not None:
            await before(call)
        await line.spoil(call, "comment/create", fault)
        try:
            await call.comment(NOTE)
        except InDoubt as error:
            said.append(error)
        await call.comment("the end")
        await call.hang_up()

    return router


def written(there: World, call: SimCall) -> int:
    """Return how often the bot has written its note."""
    texts = [record.text for record in there.simulator.timeline.of(call.key) if record.kind == "request"]
    return sum(text.startswith(f"comment/create {NOTE[:8]}") for text in texts)


def by(author: str, call: SimCall, number: int, at: float, text: str = NOTE) -> SimComment:
    return SimComment(
        comment_id=f"{number:024x}",
        team_id=call.key.team_id,
        thread_id=call.thread_id,
        author=author,
        attachments=[text_part(text)],
        at=at,
    )


@pytest.mark.parametrize("fault", Fault)
async def test_a_comment_is_written_once(tmp_path: Path, fault: Fault) -> None:
    line, said = Line(), list[object]()
    router = commenting(line, fault, said)
    async with wired(tmp_path, router, line) as there:
        call = await there.simulator.place_call(Caller())
        if fault is not Fault.CUT:
            await killed(there, line, router)
        await there.over(call)
        assert (written(there, call), said) == (1, []), there.story()
        assert await ended_well(there, call)


@pytest.mark.parametrize("fault", [Fault.UNANSWERED, Fault.SWALLOWED])
async def test_a_comment_of_the_same_text_is_not_mistaken_for_it(tmp_path: Path, fault: Fault) -> None:
    line = Line()
    router = commenting(line, fault, [], lambda call: call.comment(NOTE))
    async with wired(tmp_path, router, line) as there:
        call = await there.simulator.place_call(Caller())
        began = there.clock.now()
        call.post(by(BOT_ID, call, 1, began - 100))
        call.post(by("somebody", call, 2, began + 1))
        await killed(there, line, router)
        await there.over(call)
        assert written(there, call) == 2, there.story()


@pytest.mark.parametrize("fault", [Fault.UNANSWERED, Fault.SWALLOWED])
async def test_a_comment_is_looked_for_beyond_the_first_page(tmp_path: Path, fault: Fault) -> None:
    line = Line()
    router = commenting(line, fault, [], lambda call: call.sleep(1))
    async with wired(tmp_path, router, line) as there:
        call = await there.simulator.place_call(Caller())
        for number in range(120):
            call.post(by("somebody", call, number, there.clock.now(), f"remark {number}"))
        await killed(there, line, router)
        await there.over(call)
        assert written(there, call) == 1, there.story()


@pytest.mark.parametrize("endless", [False, True])
async def test_a_search_for_a_comment_comes_to_an_end(tmp_path: Path, endless: bool) -> None:
    line, asked = Line(), list[JsonValue]()
    numbers = count()

    def read(body: dict[str, JsonValue]) -> web.Response:
        asked.append(body["skip"])
        always_the_same: JsonValue = [{"commentId": "1", "att": []}] * 3
        ever_new: JsonValue = [{"commentId": str(next(numbers)), "from": BOT_ID, "att": []} for _ in range(2)]
        return data(ever_new if endless else always_the_same)

    line.answers["comment/read"] = read
    router = commenting(line, Fault.SWALLOWED, [])
    async with wired(tmp_path, router, line) as there:
        call = await there.simulator.place_call(Caller())
        await killed(there, line, router)
        await there.over(call)
        assert written(there, call) == 1, there.story()
        assert asked == (list(range(0, 200, 2)) if endless else [0, 3])


async def test_a_platform_that_cannot_say_leaves_a_comment_in_doubt(tmp_path: Path) -> None:
    line, said = Line(), list[object]()
    line.answers["comment/read"] = lambda _body: web.json_response({"code": 400, "message": "no"}, status=400)
    router = commenting(line, Fault.UNANSWERED, said)
    async with wired(tmp_path, router, line) as there:
        call = await there.simulator.place_call(Caller())
        await killed(there, line, router)
        await there.over(call)
        assert written(there, call) == 1
        assert ["asking failed: comment/read: code 400: no" in str(error) for error in said] == [True]
        assert await ended_well(there, call)


async def test_a_lost_answer_stays_in_doubt_where_the_platform_cannot_say(tmp_path: Path) -> None:
    line, said = Line(), list[object]()
    line.answers["comment/read"] = lambda _body: web.json_response({"code": 400, "message": "no"}, status=400)
    router = commenting(line, Fault.CUT, said)
    async with wired(tmp_path, router, line) as there:
        call = await there.simulator.place_call(Caller())
        await there.over(call)
        assert [str(error).partition(":")[0] for error in said] == ["comment/create"]
        assert await ended_well(there, call)


async def test_a_comment_to_a_person_cannot_be_looked_for(tmp_path: Path) -> None:
    router, line = Router(), Line()

    @router.call(incoming=True)
    async def reception(call: Call) -> None:
        await line.spoil(call, "comment/create", Fault.UNANSWERED)
        await call.comment(NOTE, to=ANNA.contact_id)
        await call.hang_up()

    async with wired(tmp_path, router, line) as there:
        call = await there.simulator.place_call(Caller())
        await killed(there, line, router)
        await there.over(call)
        assert await ended_well(there, call), there.story()
        assert there.story().count("comment/create") == 2, there.story()


@pytest.mark.parametrize("kill", [False, True])
async def test_a_refusal_stays_a_refusal(tmp_path: Path, kill: bool) -> None:
    router, line, said = Router(), Line(), list[str]()

    @router.call(incoming=True)
    async def reception(call: Call) -> None:
        if kill:
            await line.spoil(call, "call.user/invite", Fault.SWALLOWED)
        for operation in (call.invite, call.kick):
            try:
                await operation("nobody-there")
            except Rejected as error:
                said.append(error.path)
        await call.hang_up()

    async with wired(tmp_path, router, line) as there:
        call = await there.simulator.place_call(Caller())
        if kill:
            await killed(there, line, router)
        await there.over(call)
        assert said == ["call.user/invite", "call/kick"]
        assert await ended_well(there, call), there.story()


def test_only_a_flow_has_steps_before() -> None:
    with pytest.raises(RuntimeError, match="does not belong to a flow"):
        Context().run(last_mark)
