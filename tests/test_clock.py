from __future__ import annotations

import asyncio

import pytest

from bot.clock import SystemClock


async def forever() -> None:
    await asyncio.Event().wait()


async def test_a_block_that_takes_too_long_is_cancelled_and_the_task_goes_on() -> None:
    with pytest.raises(TimeoutError):
        async with SystemClock().timeout(0.0):
            await forever()
    task = asyncio.current_task()
    assert task is not None
    assert task.cancelling() == 0
    await asyncio.sleep(0)


async def test_a_block_that_is_done_in_time_is_left_alone() -> None:
    async with SystemClock().timeout(60.0):
        await asyncio.sleep(0)
    async with SystemClock().timeout(None):
        await asyncio.sleep(0)


async def test_what_a_block_raises_comes_through() -> None:
    with pytest.raises(LookupError):
        async with SystemClock().timeout(60.0):
            raise LookupError
    with pytest.raises(LookupError):
        await hold_until_cancelled()


async def hold_until_cancelled() -> None:
    async with SystemClock().timeout(0.0):
        try:
            await forever()
        except asyncio.CancelledError:
            raise LookupError from None


async def test_a_task_that_is_cancelled_meanwhile_is_cancelled() -> None:
    async def run() -> None:
        async with SystemClock().timeout(0.0):
            task = asyncio.current_task()
            assert task is not None
            task.cancel()
            await forever()

    task = asyncio.create_task(run())
    with pytest.raises(asyncio.CancelledError):
        await task
    assert task.cancelled()


async def test_the_inner_of_two_timeouts_leaves_the_outer_one_its_due() -> None:
    async def inner() -> None:
        async with SystemClock().timeout(0.0):
            await forever()

    async def outer() -> None:
        async with SystemClock().timeout(0.0):
            with pytest.raises(TimeoutError):
                await inner()
            await forever()

    with pytest.raises(TimeoutError):
        await outer()


async def test_a_block_that_swallows_its_cancellation_has_no_timeout() -> None:
    task = asyncio.current_task()
    assert task is not None
    async with SystemClock().timeout(0.0):
        with pytest.raises(asyncio.CancelledError):
            await forever()
    assert task.cancelling() == 0


async def test_a_timeout_needs_a_task() -> None:
    refused = asyncio.get_running_loop().create_future()

    def outside_of_tasks() -> None:
        with pytest.raises(RuntimeError, match="needs a task"):
            SystemClock().timeout(1.0).__aenter__().__await__().__next__()
        refused.set_result(None)

    asyncio.get_running_loop().call_soon(outside_of_tasks)
    await refused


async def test_the_real_clock_tells_and_passes_time() -> None:
    clock = SystemClock()
    assert clock.now() > 1_700_000_000
    called = asyncio.Event()
    timer = clock.call_later(-1.0, called.set)
    clock.call_later(0.0, pytest.fail).cancel()
    before = clock.monotonic()
    await clock.sleep(-1.0)
    await called.wait()
    timer.cancel()
    assert clock.monotonic() >= before
