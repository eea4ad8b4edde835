from __future__ import annotations

import asyncio

import pytest

from bot.api import ApiClient
from bot.api.breaker import _MOST_TEAMS, Breakers
from bot.api.limits import NotAdmitted
from bot.api.spec import CALL_GET, USER_INVITE
from bot.errors import InDoubt, NotSent, Rejected
from bot.testing.clock import ManualClock, until
from tests.api.conftest import Connect
from tests.api.platform import TEAM, THREAD, Platform, answers, cut

BODY = {"threadId": THREAD}


async def invite(client: ApiClient, team: str = TEAM) -> None:
    await client.team(team).request(USER_INVITE, BODY)


async def fail(client: ApiClient, times: int) -> None:
    for _ in range(times):
        with pytest.raises(InDoubt):
            await invite(client)


async def test_after_failures_in_a_row_requests_fail_at_once(connect: Connect, platform: Platform) -> None:
    clock = ManualClock()
    async with connect(clock=clock, breaker_after=3, breaker_rest=5.0) as client:
        platform.then(answers(500), cut, answers(500))
        await fail(client, 3)
        with pytest.raises(NotSent, match="not tried") as caught:
            await invite(client)
        assert caught.value.attempts == 0
        assert len(platform.seen) == 3
        await invite(client, "other")
        await clock.advance(5)
        await invite(client)
        assert len(client._line.breakers) == 0
    assert len(platform.seen) == 5


async def test_a_probe_that_fails_opens_it_again(connect: Connect, platform: Platform) -> None:
    clock = ManualClock()
    async with connect(clock=clock, breaker_after=2, breaker_rest=5.0) as client:
        platform.then(*[answers(500)] * 3)
        await fail(client, 2)
        await clock.advance(5)
        await fail(client, 1)
        await clock.advance(4.9)
        with pytest.raises(NotSent):
            await invite(client)
        await clock.advance(0.1)
        await invite(client)
    assert len(platform.seen) == 4


async def test_only_one_is_let_through_to_see(connect: Connect, platform: Platform) -> None:
    clock = ManualClock()
    async with connect(clock=clock, breaker_after=1, breaker_rest=5.0) as client:
        platform.then(answers(500), platform.held())
        await fail(client, 1)
        await clock.advance(5)
        probe = asyncio.create_task(invite(client))
        await until(lambda: platform.under_way == 1)
        with pytest.raises(NotSent):
            await invite(client)
        platform.gate.set()
        await probe
        await invite(client)
    assert len(platform.seen) == 3


async def test_a_probe_that_is_called_off_makes_way_for_the_next(connect: Connect, platform: Platform) -> None:
    clock = ManualClock()
    async with connect(clock=clock, breaker_after=1, breaker_rest=5.0) as client:
        platform.then(answers(500), platform.held())
        await fail(client, 1)
        await clock.advance(5)
        probe = asyncio.create_task(invite(client))
        await until(lambda: platform.under_way == 1)
        probe.cancel()
        with pytest.raises(asyncio.CancelledError):
            await probe
        await invite(client)


async def test_a_rejection_is_no_failure_and_ends_the_row(connect: Connect, platform: Platform) -> None:
    async with connect(breaker_after=2) as client:
        for _ in range(3):
            platform.then(answers(500), answers(400))
            await fail(client, 1)
            with pytest.raises(Rejected):
                await invite(client)
        await invite(client)


async def test_a_request_whose_repeats_open_it_says_what_is_known(connect: Connect, platform: Platform) -> None:
    async with connect(breaker_after=2) as client:
        platform.then(*[answers(500)] * 2)
        with pytest.raises(InDoubt, match="not tried") as caught:
            await client.team(TEAM).request(CALL_GET, BODY)
        assert caught.value.attempts == 2
    async with connect(breaker_after=2) as client:
        platform.then(*[answers(503, headers={"Retry-After": "0"})] * 2)
        with pytest.raises(NotSent, match="not tried"):
            await client.team(TEAM).request(CALL_GET, BODY)


def test_failures_that_come_late_do_not_keep_it_open_for_longer() -> None:
    clock = ManualClock()
    breakers = Breakers(1, 5.0, clock)
    assert [breakers.admit(TEAM), breakers.admit(TEAM)] == [False, False]
    breakers.settle(TEAM, probe=False, alive=False)
    clock._now += 4
    breakers.settle(TEAM, probe=False, alive=False)
    with pytest.raises(NotAdmitted):
        breakers.admit(TEAM)
    clock._now += 1
    assert breakers.admit(TEAM)
    # An attempt from before the opening is called off; the one that is let through stays the only one.
    breakers.settle(TEAM, probe=False, alive=None)
    with pytest.raises(NotAdmitted):
        breakers.admit(TEAM)
    breakers.settle(TEAM, probe=True, alive=True)
    breakers.settle("other", probe=False, alive=None)
    assert len(breakers) == 0


def test_a_probe_that_fails_after_another_attempt_succeeded_counts_all_the_same() -> None:
    clock = ManualClock()
    breakers = Breakers(1, 5.0, clock)
    breakers.settle(TEAM, probe=False, alive=False)
    clock._now += 5
    assert breakers.admit(TEAM)
    breakers.settle(TEAM, probe=False, alive=True)
    breakers.settle(TEAM, probe=True, alive=False)
    with pytest.raises(NotAdmitted):
        breakers.admit(TEAM)


def test_teams_that_never_ask_again_are_forgotten_in_the_end() -> None:
    breakers = Breakers(1, 5.0, ManualClock())
    for number in range(_MOST_TEAMS + 10):
        breakers.settle(f"team-{number}", probe=False, alive=False)
    assert len(breakers) == _MOST_TEAMS
    assert not breakers.admit("team-0")
    with pytest.raises(NotAdmitted):
        breakers.admit("team-10")
