from __future__ import annotations

import asyncio

import pytest

from bot.api.limits import NotAdmitted, TeamLimits
from bot.api.spec import CALL_GET
from bot.errors import NotSent
from bot.testing.clock import settle, until
from tests.api.conftest import Connect
from tests.api.platform import TEAM, THREAD, HastyClock, Platform, answers

BODY = {"threadId": THREAD}


async def test_a_team_has_no_more_under_way_than_it_may(connect: Connect, platform: Platform) -> None:
    async with connect(per_team=3) as client:
        platform.then(*[platform.held()] * 10)
        requests = [asyncio.create_task(client.team(TEAM).request(CALL_GET, BODY)) for _ in range(10)]
        await until(lambda: platform.under_way == 3)
        platform.gate.set()
        await asyncio.gather(*requests)
        assert len(client._line.limits) == 0
    assert platform.most_under_way == 3
    assert len(platform.seen) == 10


async def test_a_busy_team_does_not_hold_up_another(connect: Connect, platform: Platform) -> None:
    async with connect(per_team=1) as client:
        platform.then(platform.held())
        busy = [asyncio.create_task(client.team("busy").request(CALL_GET, BODY)) for _ in range(3)]
        await until(lambda: platform.under_way == 1)
        await client.team("other").request(CALL_GET, BODY)
        assert len(client._line.limits) == 1
        platform.gate.set()
        await asyncio.gather(*busy)


async def test_too_many_that_wait_are_given_up_at_once(connect: Connect, platform: Platform) -> None:
    async with connect(per_team=1, waiting_per_team=1) as client:
        platform.then(platform.held())
        requests = [asyncio.create_task(client.team(TEAM).request(CALL_GET, BODY)) for _ in range(2)]
        await until(lambda: platform.under_way == 1)
        with pytest.raises(NotSent, match="under way") as caught:
            await client.team(TEAM).request(CALL_GET, BODY)
        assert caught.value.attempts == 0
        platform.gate.set()
        await asyncio.gather(*requests)
    assert len(platform.seen) == 2


async def test_a_request_that_waits_to_be_repeated_takes_no_turn(connect: Connect, platform: Platform) -> None:
    class Watching(HastyClock):
        async def sleep(self, seconds: float) -> None:
            taken.append(len(client._line.limits))
            await super().sleep(seconds)

    taken: list[int] = []
    async with connect(clock=Watching()) as client:
        platform.then(answers(429))
        await client.team(TEAM).request(CALL_GET, BODY)
    assert taken == [0]


async def test_whoever_gives_up_waiting_leaves_nothing_behind() -> None:
    limits = TeamLimits(1, 5)

    async def enter() -> None:
        async with limits.slot(TEAM):
            await asyncio.sleep(0)

    async with limits.slot(TEAM):
        gone, stays = asyncio.create_task(enter()), asyncio.create_task(enter())
        await settle()
        gone.cancel()
        await settle()
        assert gone.cancelled()
    await stays
    assert len(limits) == 0
    async with limits.slot(TEAM):
        pass
    assert len(limits) == 0


async def test_without_room_to_wait_the_second_is_not_admitted() -> None:
    limits = TeamLimits(1, 0)
    async with limits.slot(TEAM):
        with pytest.raises(NotAdmitted):
            await limits.slot(TEAM).__aenter__()
    assert len(limits) == 0
