"""A simulator as a whole: it starts, forgets, and ends with everything that it started."""

from __future__ import annotations

import asyncio

import aiohttp
import pytest

from bot.simulator import Caller, Line, Simulator, SimulatorConfig, SimulatorError
from bot.testing.clock import ManualClock, until
from tests.simulator.bot_side import ANNA, BOT_ID, SECRET, BotServer, SignedClient

CONFIG = SimulatorConfig(bot_id=BOT_ID, secret_key=SECRET)


async def test_a_call_needs_a_running_simulator_and_a_bot(clock: ManualClock) -> None:
    simulator = Simulator(CONFIG, clock=clock)
    simulator.connect("")
    with pytest.raises(SimulatorError, match="not running"):
        await simulator.place_call()
    async with simulator:
        with pytest.raises(SimulatorError, match="no bot is connected"):
            await simulator.place_call()
        simulator.connect("http://127.0.0.1:1/webhook/secret")
        call = await simulator.place_call()
        assert len(call.members) == 1
    with pytest.raises(SimulatorError, match="not running"):
        await simulator.place_call()
    with pytest.raises(SimulatorError, match="not running any more"):
        await call.press("1")


async def test_everything_ends_with_the_simulator(bot: BotServer, clock: ManualClock) -> None:
    before = asyncio.all_tasks()
    config = SimulatorConfig(bot_id=BOT_ID, secret_key=SECRET, webhook_url=f"{bot.url}/webhook/secret")
    bot.statuses = [500]
    async with Simulator(config, clock=clock) as simulator, aiohttp.ClientSession() as session:
        simulator.add_contact(ANNA)
        client = SignedClient(session, simulator.url, clock)
        call = await simulator.place_call(Caller(hangs_up_after=50.0, talks_for=5.0, presses=[(40.0, "1")]))
        await client.done(call, "call.user/invite", contactId=ANNA.contact_id)
        await client.done(call, "call.audio/play", url=bot.sound("welcome.wav"))
        over = await simulator.place_call()
        await over.hang_up()
        stream = await client.done(call, "call.stream/start")
        async with session.get(stream["streamUrl"]):
            started = {task.get_name() for task in asyncio.all_tasks() - before if "simulator" in task.get_name()}
        assert {name.split()[1] for name in started} >= {"Anna", "caller", "sound", "comment"}
    leftover = [task for task in asyncio.all_tasks() - before if "simulator" in task.get_name()]
    assert leftover == []


async def test_a_task_that_fails_is_reported_at_the_end(bot: BotServer, clock: ManualClock) -> None:
    def break_down(_: object) -> None:
        raise RuntimeError("a subscriber's fault")

    async def live() -> None:
        async with Simulator(CONFIG, clock=clock) as simulator:
            simulator.connect(f"{bot.url}/webhook/secret")
            await simulator.place_call(Caller(hangs_up_after=1.0))
            simulator.timeline.subscribe(break_down)
            await clock.advance(1.0)

    with pytest.raises(ExceptionGroup, match="tasks of the simulator failed") as caught:
        await live()
    assert "subscriber's fault" in repr(caught.value.exceptions)


async def test_a_port_that_is_taken_starts_nothing(clock: ManualClock) -> None:
    async with Simulator(CONFIG, clock=clock) as first:
        port = int(first.url.rpartition(":")[2])
        second = Simulator(SimulatorConfig(bot_id=BOT_ID, secret_key=SECRET, port=port), clock=clock)
        with pytest.raises(OSError, match="address already in use"):
            await second.__aenter__()
        second.connect("http://127.0.0.1:1/webhook/secret")
        with pytest.raises(SimulatorError, match="not running"):
            await second.place_call()


async def test_only_the_latest_ended_calls_are_remembered(bot: BotServer, clock: ManualClock) -> None:
    config = SimulatorConfig(
        bot_id=BOT_ID, secret_key=SECRET, webhook_url=f"{bot.url}/webhook/secret", keep_calls=2, delivery_tries=1
    )
    async with Simulator(config, clock=clock) as simulator:
        open_call = await simulator.place_call()
        ended = [await simulator.place_call() for _ in range(4)]
        bot.statuses = [500] * 99
        for call in ended:
            await call.hang_up()
        assert list(simulator.calls) == [open_call.key, ended[2].key, ended[3].key]
        await clock.advance(0.5)
        await ended[0].wait_settled()
        assert ended[0].deliveries[-1].given_up


async def test_ids_line_and_address_can_be_chosen(bot: BotServer, clock: ManualClock) -> None:
    numbers = iter(range(100))
    config = SimulatorConfig(
        bot_id=BOT_ID, secret_key=SECRET, webhook_url=f"{bot.url}/webhook/secret", public_url="http://phone.example/"
    )
    async with Simulator(config, clock=clock, new_id=lambda: f"id-{next(numbers)}") as simulator:
        assert simulator.url == "http://phone.example"
        call = await simulator.place_call(line=Line(stream_id="s", destination_id="d", trunk_id="t"))
        await until(lambda: len(bot.events) == 1)
        call.player.start_recording()
        assert call.player.stop_recording().startswith(
            f"http://phone.example/simulator/recordings/{call.team_id}/id-0/"
        )
    assert (call.thread_id, bot.events[0]["streamId"], bot.events[0]["destinationId"]) == ("id-0", "s", "d")


async def test_it_listens_on_the_loopback_of_the_new_protocol_too(clock: ManualClock) -> None:
    try:
        async with Simulator(SimulatorConfig(bot_id=BOT_ID, secret_key=SECRET, host="::1"), clock=clock) as simulator:
            assert simulator.url.startswith("http://[::1]:")
    except OSError as error:
        pytest.skip(f"this machine has no IPv6: {error}")


def test_the_secret_is_not_shown() -> None:
    config = SimulatorConfig(bot_id=BOT_ID, secret_key=SECRET, webhook_url="http://bot/webhook/hidden")
    assert SECRET not in repr(config)
    assert "hidden" not in repr(config)
