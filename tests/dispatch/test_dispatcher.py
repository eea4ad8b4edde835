from __future__ import annotations

import asyncio
from collections.abc import Callable, MutableMapping
from pathlib import Path

import pytest
import structlog

from bot import BadRequest, Context, Event, MemberDtmf, Rejected, Router
from bot.dispatch import RetryPolicy
from bot.journal import Outcome
from bot.log import add_current_event
from bot.testing.clock import ManualClock, settle, until
from tests.support.events import TEAM, created, fresh_id, payload
from tests.support.rig import rig


def lane(thread: str) -> str:
    return f"{TEAM}/thread/{thread}"


async def advance_until(clock: ManualClock, condition: Callable[[], bool]) -> None:
    """Let time pass in small steps while real I/O goes on."""
    async with asyncio.timeout(10):
        while not condition():
            await clock.advance(0.1)
            await asyncio.sleep(0.001)


async def test_events_of_a_call_are_handled_one_at_a_time_and_in_order(tmp_path: Path) -> None:
    router, clock = Router(), ManualClock()
    seen: list[str | None] = []
    busy = 0

    @router.on("Call.Member.dtmf")
    async def slow(event: MemberDtmf, _ctx: Context) -> None:
        nonlocal busy
        busy += 1
        assert busy == 1
        for _ in range(3):
            await asyncio.sleep(0)
        seen.append(event.dtmf_number)
        busy -= 1

    async with rig(tmp_path, router, clock) as bench:
        thread = fresh_id()
        await bench.deliver(*(payload("Call.Member.dtmf", thread, dtmfNumber=key) for key in "0123456789*#"))
        await bench.settled()
    assert seen == list("0123456789*#")


async def test_calls_run_side_by_side_up_to_the_bound(tmp_path: Path) -> None:
    router, clock = Router(), ManualClock()
    started: list[str | None] = []
    go = asyncio.Event()

    @router.on("Thread.created")
    async def wait(event: Event, _ctx: Context) -> None:
        started.append(event.thread_id)
        await go.wait()

    async with rig(tmp_path, router, clock, concurrency=3) as bench:
        threads = [fresh_id() for _ in range(5)]
        await bench.deliver(*(payload("Thread.created", thread) for thread in threads))
        await until(lambda: len(started) == 3)
        await settle()
        assert started == threads[:3]
        assert bench.count("bot_busy_lanes") == 5
        go.set()
        await bench.settled()
        assert sorted(filter(None, started)) == sorted(threads)
        await until(lambda: bench.count("bot_busy_lanes") == 0)


async def test_one_handler_that_fails_does_not_stop_the_others_and_is_tried_again(tmp_path: Path) -> None:
    router, clock = Router(), ManualClock()
    ran: list[str] = []

    @router.on("Thread.created")
    async def first(_event: Event, ctx: Context) -> None:
        ran.append(f"first {ctx.attempt}")
        if ctx.attempt < 3:
            raise RuntimeError("not yet")

    @router.on("Thread.created")
    async def second(_event: Event, _ctx: Context) -> None:
        ran.append("second")

    async with rig(tmp_path, router, clock) as bench:
        thread = fresh_id()
        await bench.deliver(payload("Thread.created", thread))
        await advance_until(clock, lambda: bench.journal.backlog == 0)
        assert ran == ["first 1", "second", "first 2", "first 3"]
        assert [row.outcome for row in await bench.outcomes(lane(thread))] == [Outcome.HANDLED]
        assert bench.count("bot_handler_failures_total", handler=next(iter(router.routes())).name) == 2


async def test_backoff_grows_and_has_a_jitter() -> None:
    policy = RetryPolicy(first=1.0, longest=5.0)
    assert [policy.pause(attempt, 1.0) for attempt in (1, 2, 3, 4, 9)] == [1, 2, 4, 5, 5]
    assert [policy.pause(attempt, 0.0) for attempt in (1, 4)] == [0.5, 2.5]


async def test_a_handler_that_fails_for_good_leaves_a_dead_letter_which_can_be_replayed(tmp_path: Path) -> None:
    router, clock = Router(), ManualClock()
    broken = True
    ran: list[str] = []

    @router.on("Thread.created")
    async def fragile(_event: Event, ctx: Context) -> None:
        ran.append(f"fragile {ctx.attempt}")
        if broken:
            raise RuntimeError("out of order")

    @router.on("Thread.created")
    async def sturdy(_event: Event, _ctx: Context) -> None:
        ran.append("sturdy")

    async with rig(tmp_path, router, clock) as bench:
        thread = fresh_id()
        await bench.deliver(payload("Thread.created", thread))
        await advance_until(clock, lambda: bench.journal.backlog == 0)
        assert ran == ["fragile 1", "sturdy", "fragile 2", "fragile 3"]
        (letter,) = await bench.journal.dead_letters()
        assert letter.failure.handler.endswith("fragile")
        assert letter.failure.error == "RuntimeError: out of order"
        assert letter.failure.attempts == 3
        assert "test_dispatcher.py" in letter.failure.traceback
        assert (await bench.outcomes(lane(thread)))[0].outcome == Outcome.DEAD

        broken = False
        ran.clear()
        await bench.journal.replay(letter.letter_id)
        await advance_until(clock, lambda: bool(ran))
        await advance_until(clock, lambda: bench.journal.backlog == 0)
        assert ran == ["fragile 1"], "only the handler that failed"
        assert not await bench.journal.dead_letters()


async def test_a_handler_that_hangs_is_stopped_and_not_tried_again(tmp_path: Path) -> None:
    router, clock = Router(), ManualClock()
    attempts = 0

    @router.on("Thread.created")
    async def hang(_event: Event, _ctx: Context) -> None:
        nonlocal attempts
        attempts += 1
        await asyncio.Event().wait()

    async with rig(tmp_path, router, clock, policy=RetryPolicy(timeout=15, window=10)) as bench:
        await bench.deliver(payload("Thread.created", fresh_id()))
        await until(lambda: attempts == 1)
        await advance_until(clock, lambda: bench.journal.backlog == 0)
        (letter,) = await bench.journal.dead_letters()
        assert letter.failure.error == "TimeoutError: the handler took longer than 15 s"
        assert attempts == 1


@pytest.mark.parametrize("error", [BadRequest, Rejected])
async def test_what_the_platform_refuses_is_not_tried_again(tmp_path: Path, error: type[Rejected]) -> None:
    router, clock = Router(), ManualClock()

    @router.on("Thread.created")
    async def refused(_event: Event, _ctx: Context) -> None:
        raise error("no", path="call/get", team_id=TEAM)

    async with rig(tmp_path, router, clock) as bench:
        await bench.deliver(payload("Thread.created", fresh_id()))
        await bench.settled()
        assert [letter.failure.attempts for letter in await bench.journal.dead_letters()] == [1]


@pytest.mark.parametrize("error", [SystemExit(3), asyncio.CancelledError("inner")])
async def test_nothing_that_a_handler_raises_stops_the_bot(tmp_path: Path, error: BaseException) -> None:
    router, clock = Router(), ManualClock()

    @router.on("Thread.created", title="bad")
    async def bad(_event: Event, _ctx: Context) -> None:
        raise error

    async with rig(tmp_path, router, clock, policy=RetryPolicy(tries=1)) as bench:
        good, bad_one = fresh_id(), fresh_id()
        await bench.deliver(payload("Thread.created", bad_one, title="bad"), payload("Thread.created", good))
        assert (await bench.outcomes(lane(good)))[0].outcome == Outcome.HANDLED
        assert (await bench.outcomes(lane(bad_one)))[0].outcome == Outcome.DEAD


async def test_a_repeated_lifecycle_event_reaches_no_handler(tmp_path: Path) -> None:
    router, clock = Router(), ManualClock()
    seen: list[str] = []

    @router.on("Call.*")
    async def watch(event: Event, _ctx: Context) -> None:
        seen.append(event.event_type)

    async with rig(tmp_path, router, clock) as bench:
        thread = fresh_id()
        begin, end = created(thread), payload("Call.ended", thread)
        await bench.deliver(begin, begin, payload("Call.Member.dtmf", thread, dtmfNumber="1"), end, end)
        rows = await bench.outcomes(lane(thread))
        assert [row.outcome for row in rows] == ["handled", "duplicate", "handled", "handled", "duplicate"]
        assert seen == ["Call.created", "Call.Member.dtmf", "Call.ended"]
        assert bench.count("bot_events_settled_total", outcome="duplicate") == 2


async def test_what_is_remembered_of_calls_survives_a_restart(tmp_path: Path) -> None:
    router, clock = Router(), ManualClock()
    seen: list[str] = []

    @router.on("Call.*")
    async def watch(event: Event, _ctx: Context) -> None:
        seen.append(event.event_type)

    thread = fresh_id()
    async with rig(tmp_path, router, clock) as bench:
        await bench.deliver(created(thread), payload("Call.ended", thread))
        await bench.settled()
    async with rig(tmp_path, router, clock) as bench:
        await bench.deliver(created(thread), payload("Call.ended", thread))
        await bench.settled()
    assert seen == ["Call.created", "Call.ended"]


async def test_what_was_not_finished_is_handled_by_the_next_process(tmp_path: Path) -> None:
    router, clock = Router(), ManualClock()
    seen: list[int] = []
    stuck = True

    @router.on("Call.Member.dtmf")
    async def handle(event: MemberDtmf, _ctx: Context) -> None:
        if stuck:
            await asyncio.Event().wait()
        seen.append(int(event.dtmf_number or 0))

    async with rig(tmp_path, router, clock) as bench:
        thread = fresh_id()
        await bench.deliver(*(payload("Call.Member.dtmf", thread, dtmfNumber=number) for number in range(5)))
    stuck = False
    async with rig(tmp_path, router, clock) as bench:
        await bench.settled()
    assert seen == [0, 1, 2, 3, 4]


async def test_draining_finishes_what_is_in_memory(tmp_path: Path) -> None:
    router, clock = Router(), ManualClock()
    done: list[bool] = []

    @router.on("Thread.created")
    async def slow(_event: Event, ctx: Context) -> None:
        await ctx.sleep(3)
        done.append(True)

    async with rig(tmp_path, router, clock) as bench:
        await bench.deliver(payload("Thread.created", fresh_id()))
        await until(lambda: bench.count("bot_busy_lanes") == 1)
        await settle()
        stopping = asyncio.create_task(bench.dispatcher.stop(10))
        await advance_until(clock, stopping.done)
        assert await stopping
        assert done == [True]


async def test_draining_ends_at_its_limit(tmp_path: Path) -> None:
    router, clock = Router(), ManualClock()
    started = asyncio.Event()

    @router.on("Thread.created")
    async def hang(_event: Event, _ctx: Context) -> None:
        started.set()
        await asyncio.Event().wait()

    async with rig(tmp_path, router, clock, policy=RetryPolicy(timeout=3600)) as bench:
        await bench.deliver(payload("Thread.created", fresh_id()))
        await started.wait()
        stopping = asyncio.create_task(bench.dispatcher.stop(10))
        await advance_until(clock, stopping.done)
        assert not await stopping
        assert bench.journal.backlog == 1


async def test_a_call_that_floods_does_not_stop_the_others(tmp_path: Path) -> None:
    router, clock = Router(), ManualClock()
    seen: list[str | None] = []
    go = asyncio.Event()

    @router.on("Thread.updated")
    async def stuck(_event: Event, _ctx: Context) -> None:
        await go.wait()

    @router.on("Thread.created")
    async def quick(event: Event, _ctx: Context) -> None:
        seen.append(event.thread_id)

    async with rig(tmp_path, router, clock, concurrency=2) as bench:
        flooded, other = fresh_id(), fresh_id()
        for _ in range(10):
            await bench.deliver(*(payload("Thread.updated", flooded) for _ in range(100)))
        await bench.deliver(payload("Thread.created", other))
        await until(lambda: seen == [other])
        go.set()
        await bench.settled()
        rows = await bench.journal.history(lane(flooded), 2000)
        assert len(rows) == 1000


async def test_the_context_gives_the_history_of_the_present_call(tmp_path: Path) -> None:
    router, clock = Router(), ManualClock()
    found: list[list[str]] = []

    @router.on("Call.ended")
    @router.on("Thread.created")
    async def look(_event: Event, ctx: Context) -> None:
        found.append([past.event.event_type for past in await ctx.history()])

    async with rig(tmp_path, router, clock) as bench:
        thread = fresh_id()
        for at in (1, 2):
            await bench.deliver(created(thread, at=at), payload("Call.Member.dtmf", thread, dtmfNumber="1"))
            await bench.deliver(payload("Call.ended", thread))
            await bench.settled()
        await bench.deliver(payload("Thread.created", fresh_id()))
        await bench.settled()
    call = ["Call.created", "Call.Member.dtmf", "Call.ended"]
    assert found == [call, call, ["Thread.created"]]


async def test_lines_of_a_handler_carry_call_team_and_event(tmp_path: Path) -> None:
    router, clock = Router(), ManualClock()

    @router.on("Call.created")
    async def speak(_event: Event, ctx: Context) -> None:
        ctx.log.info("hello", now=ctx.now())

    lines: list[dict[str, object]] = []

    def keep(_logger: object, _name: str, line: MutableMapping[str, object]) -> MutableMapping[str, object]:
        lines.append(dict(line))
        raise structlog.DropEvent

    structlog.configure(processors=[add_current_event, keep])
    try:
        thread = fresh_id()
        async with rig(tmp_path, router, clock) as bench:
            await bench.deliver(created(thread))
            await bench.settled()
    finally:
        structlog.reset_defaults()
    (line,) = [one for one in lines if one["event"] == "hello"]
    assert (line["call"], line["team"], line["event_type"]) == (lane(thread), TEAM, "Call.created")


async def test_a_handler_whose_error_no_store_can_hold_as_it_is(tmp_path: Path) -> None:
    router, clock = Router(), ManualClock()

    @router.on("Thread.created")
    async def torn(_event: Event, _ctx: Context) -> None:
        raise ValueError("no such customer: \ud83d")

    async with rig(tmp_path, router, clock) as bench:
        await bench.deliver(payload("Thread.created", "1"))
        await advance_until(clock, lambda: bench.journal.backlog == 0)
        (letter,) = await bench.journal.dead_letters()
    assert letter.failure.error == r"ValueError: no such customer: \ud83d"
