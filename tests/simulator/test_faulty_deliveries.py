"""Deliveries that go wrong, over real HTTP."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from bot.simulator import Chance, Delivery, Faults, SimCall, Simulator
from bot.testing.clock import ManualClock, until
from tests.simulator.bot_side import BotServer

ALWAYS = Chance(1.0)
ONCE = Chance(1.0, most=1)


def faults_of(simulator: Simulator) -> Sequence[str]:
    texts = [record.text for record in simulator.timeline.since() if record.kind == "note"]
    return [text.removeprefix("fault: ") for text in texts if text.startswith("fault: ")]


def keys(bot: BotServer) -> str:
    return "".join(event["dtmfNumber"] for event in bot.events if "dtmfNumber" in event)


async def taken(*deliveries: Delivery) -> None:
    await until(lambda: all(delivery.acknowledged_at is not None for delivery in deliveries))


async def test_an_event_that_is_dropped_is_never_posted(simulator: Simulator, bot: BotServer, call: SimCall) -> None:
    await taken(*call.deliveries)
    simulator.faults = Faults(dropped=ONCE)
    for key in "12":
        await call.press(key)
    _, first, second = call.deliveries
    await taken(second)

    assert (first.dropped, first.given_up, first.attempts, first.taken) == (True, True, 0, 0)
    assert (second.dropped, second.given_up, second.attempts, second.taken) == (False, False, 1, 1)
    assert keys(bot) == "2"
    assert faults_of(simulator) == ["Call.Member.dtmf is never posted"]


async def test_an_event_that_is_duplicated_comes_twice(simulator: Simulator, bot: BotServer, call: SimCall) -> None:
    simulator.faults = Faults(duplicated=ONCE)
    for key in "12":
        await call.press(key)
    await call.outlet.idle()

    assert keys(bot) == "112"
    assert [(delivery.attempts, delivery.taken) for delivery in call.deliveries] == [(1, 1), (2, 2), (1, 1)]
    assert faults_of(simulator) == ["Call.Member.dtmf is posted once more"]


async def test_a_copy_that_is_not_taken_is_not_tried_again(simulator: Simulator, bot: BotServer, call: SimCall) -> None:
    await taken(*call.deliveries)
    simulator.faults = Faults(duplicated=ONCE)
    bot.statuses = [200, 500]
    await call.press("1")
    await call.outlet.idle()
    delivery = call.deliveries[1]
    assert (delivery.attempts, delivery.taken, delivery.given_up) == (2, 1, False)
    assert delivery.acknowledged_at is not None


async def test_an_event_that_is_delayed_holds_up_those_behind_it(
    simulator: Simulator, bot: BotServer, call: SimCall, clock: ManualClock
) -> None:
    await taken(*call.deliveries)
    simulator.faults = Faults(delayed=ONCE, delay_longest=60.0)
    for key in "12":
        await call.press(key)
    _, first, _ = call.deliveries
    await until(lambda: first.problem.startswith("delayed by"))
    assert not first.posting
    delay = float(first.problem.split()[2])
    assert 0 < delay <= 60
    await clock.advance(delay - 0.01)
    assert keys(bot) == ""
    await clock.advance(0.01)
    await until(lambda: keys(bot) == "12")
    assert faults_of(simulator) == [f"Call.Member.dtmf is delayed by {delay:g} s"]


async def test_an_event_lets_the_next_one_pass(simulator: Simulator, bot: BotServer, call: SimCall) -> None:
    await taken(*call.deliveries)
    simulator.faults = Faults(reordered=ONCE)
    await call.press("1")
    await until(lambda: call.deliveries[1].problem == "waits for the next event")
    assert keys(bot) == ""
    await call.hang_up()
    await until(lambda: len(bot.events) == 4)
    assert bot.types == ["Call.created", "Call.Member.leaved", "Call.Member.dtmf", "Call.ended"]
    assert faults_of(simulator) == ["Call.Member.leaved is posted before Call.Member.dtmf"]


async def test_events_that_wait_already_change_places(simulator: Simulator, bot: BotServer) -> None:
    bot.open_gate.clear()
    call = await simulator.place_call()
    await until(lambda: bot.waiting == 1)
    simulator.faults = Faults(reordered=ONCE)
    for key in "123":
        await call.press(key)
    bot.open_gate.set()
    await until(lambda: keys(bot) == "213")


async def test_a_key_comes_after_the_end_of_its_call(simulator: Simulator, bot: BotServer, call: SimCall) -> None:
    await taken(*call.deliveries)
    simulator.faults = Faults(reordered=ONCE)
    await call.press("1")
    call.conference.leave(call.members[0])
    call.outlet.tell({"teamId": call.team_id, "eventType": "Call.ended", "threadId": call.thread_id})
    await until(lambda: bot.types[1:] == ["Call.ended", "Call.Member.dtmf"])


async def test_an_event_waits_for_the_next_one_only_so_long(
    simulator: Simulator, bot: BotServer, call: SimCall, clock: ManualClock
) -> None:
    await taken(*call.deliveries)
    simulator.faults = Faults(reordered=ONCE, reorder_longest=3.0)
    await call.press("1")
    await until(lambda: call.deliveries[1].problem == "waits for the next event")
    await clock.advance(3.0)
    await until(lambda: keys(bot) == "1")
    assert faults_of(simulator) == []


@pytest.mark.parametrize("fault", ["unread", "unacknowledged"])
async def test_an_event_whose_acknowledgement_is_lost_is_posted_again(
    simulator: Simulator, bot: BotServer, call: SimCall, clock: ManualClock, fault: str
) -> None:
    await taken(*call.deliveries)
    simulator.faults = Faults.from_json({fault: {"rate": 1, "most": 1}})
    await call.press("1")
    delivery = call.deliveries[1]
    await until(lambda: bool(delivery.problem) and not delivery.posting)
    assert delivery.acknowledged_at is None
    await until(lambda: keys(bot) == "1")
    await clock.advance(0.5)
    await taken(delivery)

    assert keys(bot) == "11"
    assert bot.bodies[1] == bot.bodies[2]
    [text] = faults_of(simulator)
    if fault == "unread":
        assert (delivery.attempts, delivery.taken) == (2, 1)
        assert text == "the connection breaks before the bot's answer to Call.Member.dtmf"
    else:
        assert (delivery.attempts, delivery.taken) == (2, 2)
        assert text == "the bot's answer to Call.Member.dtmf gets lost"


async def test_a_bot_that_takes_its_time_finds_the_connection_broken(
    simulator: Simulator, bot: BotServer, call: SimCall
) -> None:
    await taken(*call.deliveries)
    simulator.faults = Faults(unread=ONCE)
    bot.open_gate.clear()
    await call.press("1")
    await until(lambda: call.deliveries[1].problem == "the connection broke")
    await until(lambda: bot.waiting == 1)


async def test_where_no_bot_is_there_is_no_answer_to_lose(simulator: Simulator) -> None:
    simulator.connect("http://127.0.0.1:1/webhook/secret")
    simulator.faults = Faults(unread=ONCE)
    call = await simulator.place_call()
    await until(lambda: call.deliveries[0].problem == "ClientConnectorError")


async def test_an_event_that_never_gets_through_is_given_up_and_not_dropped(
    simulator: Simulator, bot: BotServer, call: SimCall, clock: ManualClock
) -> None:
    await taken(*call.deliveries)
    simulator.faults = Faults(unacknowledged=ALWAYS, duplicated=ALWAYS)
    await call.press("1")
    delivery = call.deliveries[1]
    for attempt in range(1, 5):
        await until(lambda: delivery.attempts == attempt and delivery.problem != "")  # noqa: B023 - called at once
        await clock.advance(0.5 * 2 ** (attempt - 1))
    await call.outlet.idle()

    assert (delivery.given_up, delivery.dropped, delivery.attempts, delivery.taken) == (True, False, 5, 5)
    assert keys(bot) == "11111"


async def test_what_happens_is_the_same_again(bot: BotServer, simulator: Simulator, clock: ManualClock) -> None:
    told: list[Sequence[str]] = []
    for _ in range(2):
        before = simulator.timeline.last
        simulator.faults = Faults(seed=5, dropped=0.3, duplicated=0.3, delayed=0.3, unacknowledged=0.3)
        bot.events.clear()
        call = await simulator.place_call()
        for key in "1234567890*#":
            await call.press(key)
        while not all(one.acknowledged_at is not None or one.given_up for one in call.deliveries):
            await until(lambda: not any(one.posting for one in call.deliveries))  # noqa: B023 - called at once
            await clock.advance(0.1)
        await call.outlet.idle()
        notes = [one.text for one in simulator.timeline.since(before) if one.text.startswith("fault: ")]
        # People press keys while the first events are being posted, which takes as long as it takes.
        told.append([*sorted(notes), keys(bot)])
    assert told[0] == told[1]
    assert len(told[0]) > 10
