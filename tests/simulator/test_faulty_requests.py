"""Requests that go wrong, over real HTTP; and the platform that restarts."""

from __future__ import annotations

import asyncio

import aiohttp
import pytest

from bot.simulator import Caller, Chance, Faults, SimCall, Simulator, SimulatorConfig, SimulatorError
from bot.testing.clock import ManualClock, until
from tests.simulator.bot_side import ANNA, BOT_ID, SECRET, BotServer, SignedClient

ONCE = Chance(1.0, most=1)
BROKEN = (aiohttp.ServerDisconnectedError, aiohttp.ClientOSError)


def notes(simulator: Simulator) -> list[str]:
    texts = [record.text for record in simulator.timeline.since() if record.kind == "note"]
    return [text for text in texts if not text.endswith("is over")]


@pytest.mark.parametrize(
    ("fault", "answer"),
    [
        ("unauthorised", {"code": 401, "message": "not authorised"}),
        ("limited", {"code": 429, "message": "too many requests"}),
        ("failing", {"code": 500, "message": "internal error"}),
    ],
)
async def test_a_request_is_refused_without_an_effect(
    simulator: Simulator, client: SignedClient, call: SimCall, fault: str, answer: dict[str, object]
) -> None:
    simulator.faults = Faults.from_json({fault: {"rate": 1, "most": 1}, "retry_after": 7})
    headers: list[str | None] = []

    async def keep(_session: object, _context: object, params: aiohttp.TraceRequestEndParams) -> None:
        headers.append(params.response.headers.get("Retry-After"))

    trace = aiohttp.TraceConfig()
    trace.on_request_end.append(keep)
    async with aiohttp.ClientSession(trace_configs=[trace]) as session:
        watched = SignedClient(session, client.url, client.clock)
        assert await watched.ask(call, "call/kick") == (answer["code"], answer)
    assert len(call.members) == 1
    assert headers == (["7"] if fault == "limited" else [None])
    assert notes(simulator) == [f"fault: refuses with {answer['code']}"]
    await client.done(call, "call/kick")
    assert call.ended


async def test_the_connection_breaks_before_the_effect(
    simulator: Simulator, client: SignedClient, call: SimCall
) -> None:
    simulator.faults = Faults(cut_before=ONCE)
    with pytest.raises(BROKEN):
        await client.ask(call, "call.user/invite", contactId=ANNA.contact_id)
    assert len(call.members) == 1
    assert notes(simulator) == ["fault: the connection breaks before the request has an effect"]


async def test_the_connection_breaks_after_the_effect(
    simulator: Simulator, client: SignedClient, call: SimCall
) -> None:
    simulator.faults = Faults(cut_after=ONCE)
    with pytest.raises(BROKEN):
        await client.ask(call, "call.user/invite", contactId=ANNA.contact_id)
    assert len(call.members) == 2
    assert notes(simulator) == ["fault: the connection breaks before the answer to call.user/invite"]
    kinds = [record.kind for record in simulator.timeline.of(call.key) if record.kind in {"request", "answer"}]
    assert kinds == ["request", "answer"]


async def test_an_answer_is_late_and_the_effect_is_not(
    simulator: Simulator, client: SignedClient, call: SimCall, clock: ManualClock
) -> None:
    simulator.faults = Faults(slow=ONCE, slow_longest=30.0)
    request = asyncio.create_task(client.done(call, "call.user/invite", contactId=ANNA.contact_id))
    await until(lambda: len(notes(simulator)) == 1)
    [note] = notes(simulator)
    late = float(note.removeprefix("fault: the answer to call.user/invite is ").removesuffix(" s late"))
    assert len(call.members) == 2
    await clock.advance(late - 0.05)
    assert not request.done()
    await clock.advance(0.1)
    await request


async def test_a_restart_refuses_connections_and_forgets_nothing(
    simulator: Simulator, client: SignedClient, call: SimCall, bot: BotServer, clock: ManualClock
) -> None:
    await until(lambda: call.deliveries[0].acknowledged_at is not None)
    simulator.faults = Faults(restart=ONCE, restart_seconds=8.0)
    with pytest.raises(BROKEN):
        await client.ask(call, "call/kick")
    assert len(call.members) == 1
    await call.press("1")
    await until(lambda: call.deliveries[1].problem == "waits for the platform to be up again")
    for _ in range(2):
        with pytest.raises(aiohttp.ClientConnectorError):
            await client.ask(call, "call/kick")
        await clock.advance(3.9)
    await simulator.restart(50.0)
    assert bot.types == ["Call.created"]
    await clock.advance(0.2)
    await until(lambda: bot.types == ["Call.created", "Call.Member.dtmf"])

    await client.done(call, "call/kick")
    assert call.ended
    assert notes(simulator) == ["fault: the platform restarts and is away for 8 s", "the platform is up again"]


async def test_a_restart_breaks_what_is_under_way(
    simulator: Simulator, client: SignedClient, call: SimCall, clock: ManualClock
) -> None:
    simulator.faults = Faults(slow=ONCE)
    request = asyncio.create_task(client.ask(call, "call.user/invite", contactId=ANNA.contact_id))
    await until(lambda: len(call.members) == 2)
    await simulator.restart()
    with pytest.raises(BROKEN):
        await request
    await clock.advance(5.0)
    await until(lambda: notes(simulator)[-1] == "the platform is up again")
    assert len((await client.done(call, "call/get"))["destinationContacts"]) > 100


async def test_a_simulator_ends_in_the_middle_of_a_restart(bot: BotServer, clock: ManualClock) -> None:
    config = SimulatorConfig(bot_id=BOT_ID, secret_key=SECRET, webhook_url=f"{bot.url}/webhook/secret")
    faults = Faults(seed=3)
    simulator = Simulator(config, clock=clock, faults=faults)
    assert simulator.faults is faults
    with pytest.raises(SimulatorError, match="not running"):
        await simulator.restart()
    async with simulator:
        call = await simulator.place_call(Caller(hangs_up_after=1.0))
        await until(lambda: call.deliveries[0].acknowledged_at is not None)
        await simulator.restart(60.0)
        await clock.advance(1.0)
    assert call.ended
    assert bot.types == ["Call.created"]
