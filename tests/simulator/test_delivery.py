"""Events on their way to the bot: in order, again where the bot did not take them, and not for ever."""

from __future__ import annotations

import pytest

from bot.signature import sign
from bot.simulator import Simulator, SimulatorConfig
from bot.simulator.delivery import MOST_WAITING
from bot.testing.clock import ManualClock, until
from tests.simulator.bot_side import BOT_ID, SECRET, BotServer


async def test_events_of_a_call_wait_for_each_other(simulator: Simulator, bot: BotServer, clock: ManualClock) -> None:
    bot.statuses = [500, 503, 200, 302]
    call = await simulator.place_call()
    await until(lambda: call.deliveries[0].problem == "HTTP 500")
    await call.press("1")
    await clock.advance(0.5)
    await until(lambda: call.deliveries[0].problem == "HTTP 503")
    assert bot.events == []
    await clock.advance(1.0)
    await until(lambda: call.deliveries[1].problem == "HTTP 302")
    await clock.advance(0.5)
    await until(lambda: len(bot.events) == 2)

    assert bot.types == ["Call.created", "Call.Member.dtmf"]
    assert [delivery.attempts for delivery in call.deliveries] == [3, 2]
    assert len(set(bot.bodies)) == 2
    await until(lambda: call.deliveries[1].acknowledged_at == clock.now())


async def test_calls_do_not_wait_for_each_other(simulator: Simulator, bot: BotServer) -> None:
    bot.statuses = [500]
    first = await simulator.place_call()
    await until(lambda: first.deliveries[0].attempts == 1)
    second = await simulator.place_call()
    await until(lambda: len(bot.of(second)) == 1)
    assert bot.of(first) == []


async def test_an_event_that_is_never_taken_is_given_up_and_noted(
    simulator: Simulator, bot: BotServer, clock: ManualClock
) -> None:
    bot.statuses = [500] * 5
    call = await simulator.place_call()
    await call.press("1")
    for attempt in range(1, 5):
        await until(lambda: call.deliveries[0].attempts == attempt and call.deliveries[0].problem != "")  # noqa: B023 - called at once
        await clock.advance(0.5 * 2 ** (attempt - 1))
    await until(lambda: call.deliveries[1].acknowledged_at is not None)

    assert call.deliveries[0].given_up
    assert bot.types == ["Call.Member.dtmf"]
    notes = [record.text for record in simulator.timeline.of(call.key) if record.kind == "note"]
    assert notes == ["gave up Call.created after 5 tries: HTTP 500"]


async def test_a_bot_that_does_not_answer_in_time(simulator: Simulator, bot: BotServer, clock: ManualClock) -> None:
    bot.open_gate.clear()
    call = await simulator.place_call()
    await until(lambda: bot.waiting == 1)
    await clock.advance(10.0)
    await until(lambda: call.deliveries[0].problem == "no answer within 10 s")
    bot.open_gate.set()
    await clock.advance(0.5)
    await until(lambda: call.deliveries[0].acknowledged_at is not None)
    assert call.deliveries[0].attempts == 2


async def test_a_bot_that_comes_up_later_elsewhere(simulator: Simulator, bot: BotServer, clock: ManualClock) -> None:
    simulator.connect("http://127.0.0.1:1/webhook/secret")
    call = await simulator.place_call()
    await until(lambda: call.deliveries[0].problem == "ClientConnectorError")
    simulator.connect(f"{bot.url}/webhook/secret")
    await clock.advance(0.5)
    await until(lambda: bot.types == ["Call.created"])


async def test_too_many_waiting_events_are_given_up(simulator: Simulator, bot: BotServer) -> None:
    bot.open_gate.clear()
    call = await simulator.place_call()
    for _ in range(MOST_WAITING):
        await call.press("1")

    assert [delivery.given_up for delivery in call.deliveries] == [False] * MOST_WAITING + [True]
    assert call.deliveries[-1].problem == "too many events wait"


@pytest.mark.parametrize("signed", [True, False])
async def test_deliveries_are_signed_on_demand(bot: BotServer, clock: ManualClock, *, signed: bool) -> None:
    config = SimulatorConfig(
        bot_id=BOT_ID, secret_key=SECRET, webhook_url=f"{bot.url}/webhook/secret", sign_deliveries=signed
    )
    async with Simulator(config, clock=clock) as simulator:
        await simulator.place_call()
        await until(lambda: len(bot.events) == 1)

    headers = bot.headers[0]
    assert headers["Content-Type"] == "application/json"
    if signed:
        timestamp = str(int(clock.now()))
        assert headers["X-timestamp"] == timestamp
        assert headers["X-Bot-Id"] == BOT_ID
        assert headers["X-Signature"] == sign(BOT_ID, SECRET, timestamp, bot.bodies[0])
    else:
        assert "X-Signature" not in headers
