"""The fallback against the simulator, branch by branch."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager

import pytest

from bot.api import ApiClient, ApiConfig
from bot.events import Event, parse_event
from bot.flow import Fallback
from bot.metrics import Metrics
from bot.prompts import PromptLibrary, PromptLinks
from bot.simulator import Caller, Contact, SimCall, Simulator
from bot.testing.clock import ManualClock
from tests.simulator.bot_side import ANNA, BORIS, BOT_ID, SECRET, BotServer
from tests.simulator.conftest import bot as bot
from tests.simulator.conftest import clock as clock
from tests.simulator.conftest import simulator as simulator

DAVID = Contact(contact_id="agent-david", name="David")


class Bench:
    """A fallback and the call that it is asked to rescue."""

    def __init__(self, fallback: Fallback, metrics: Metrics, call: SimCall, simulator: Simulator) -> None:
        self._fallback = fallback
        self._metrics = metrics
        self._simulator = simulator
        self.call = call

    async def rescue(self, event: Event | None = None) -> str:
        result = await self._fallback.rescue(event or self.event("Call.created"), reason="handler failed")
        assert self._metrics.registry.get_sample_value("bot_fallbacks_total", {"result": result}) == 1
        return result

    def event(self, event_type: str, **fields: object) -> Event:
        place = {"teamId": self.call.team_id, "threadId": self.call.thread_id}
        return parse_event({"eventType": event_type, **place, **fields})  # type: ignore[dict-item]

    @property
    def invited(self) -> Sequence[str]:
        records = self._simulator.timeline.of(self.call.key)
        return [one.text.split()[1] for one in records if one.kind == "request" and "invite" in one.text]

    @property
    def played(self) -> Sequence[str]:
        return [playback.name for playback in self.call.played]


@asynccontextmanager
async def bench(
    simulator: Simulator,
    clock: ManualClock,
    *on_duty: str,
    message: Callable[[], str] = lambda: "http://127.0.0.1:9/none.wav",
    base_url: str = "",
    secret: str = SECRET,
) -> AsyncIterator[Bench]:
    metrics = Metrics()
    config = ApiConfig(base_url=base_url or simulator.url, bot_id=BOT_ID, secret_key=secret, tries=1)
    async with ApiClient(config, clock=clock, metrics=metrics) as api:
        fallback = Fallback(api=api, on_duty=lambda: on_duty, message_url=message, metrics=metrics)
        yield Bench(fallback, metrics, await simulator.place_call(Caller()), simulator)


async def test_everybody_on_duty_is_rung(simulator: Simulator, clock: ManualClock) -> None:
    async with bench(simulator, clock, ANNA.contact_id, BORIS.contact_id) as one:
        assert await one.rescue() == "rung"
        assert one.invited == [ANNA.contact_id, BORIS.contact_id]
        assert one.played == []


async def test_whoever_is_rung_already_is_not_rung_again(simulator: Simulator, clock: ManualClock) -> None:
    async with bench(simulator, clock, ANNA.contact_id, BORIS.contact_id) as one:
        one.call.invite(ANNA)
        assert await one.rescue() == "rung"
        assert one.invited == [BORIS.contact_id]


async def test_all_are_rung_already(simulator: Simulator, clock: ManualClock) -> None:
    async with bench(simulator, clock, ANNA.contact_id) as one:
        one.call.invite(ANNA)
        assert await one.rescue() == "attended"
        assert one.invited == []


async def test_somebody_who_is_not_on_duty_is_rung(simulator: Simulator, clock: ManualClock) -> None:
    simulator.add_contact(DAVID)
    async with bench(simulator, clock) as one:
        one.call.invite(DAVID)
        assert await one.rescue() == "attended"


async def test_somebody_is_in_the_call(simulator: Simulator, clock: ManualClock) -> None:
    async with bench(simulator, clock, ANNA.contact_id, BORIS.contact_id) as one:
        one.call.invite(BORIS)
        one.call.answer_on(one.call.members[-1])
        assert await one.rescue() == "attended"
        assert one.invited == []


async def test_who_just_declined_may_still_be_listed_and_is_rung_again(
    simulator: Simulator, clock: ManualClock
) -> None:
    async with bench(simulator, clock, ANNA.contact_id) as one:
        one.call.invite(ANNA)
        declined = one.event("Call.Member.Invite.ended", userId=ANNA.contact_id, answered=False)
        assert await one.rescue(declined) == "rung"
        assert one.invited == [ANNA.contact_id]


async def test_one_who_cannot_be_rung_does_not_keep_the_next_from_it(simulator: Simulator, clock: ManualClock) -> None:
    async with bench(simulator, clock, "nobody", BORIS.contact_id) as one:
        assert await one.rescue() == "rung"
        assert [leg.contact_id for leg in one.call.members][1:] == [BORIS.contact_id]


@pytest.mark.parametrize("on_duty", [(), ("nobody",)])
async def test_with_nobody_to_ring_a_message_is_taken(
    simulator: Simulator, clock: ManualClock, bot: BotServer, on_duty: Sequence[str]
) -> None:
    async with bench(simulator, clock, *on_duty, message=lambda: bot.sound("welcome.wav")) as one:
        assert await one.rescue() == "message"
        assert one.played == ["welcome.wav"]
        assert one.call.recording_on


async def test_a_recording_that_is_on_already_goes_on(simulator: Simulator, clock: ManualClock, bot: BotServer) -> None:
    async with bench(simulator, clock, message=lambda: bot.sound("welcome.wav")) as one:
        one.call.player.start_recording()
        assert await one.rescue() == "message"
        assert one.call.recording_on


async def test_a_prompt_that_cannot_be_played(simulator: Simulator, clock: ManualClock) -> None:
    async with bench(simulator, clock) as one:
        assert await one.rescue() == "failed"
        assert one.call.recording_on, "what the caller says is kept all the same"


async def test_a_prompt_that_does_not_exist(simulator: Simulator, clock: ManualClock) -> None:
    links = PromptLinks(PromptLibrary(), "http://127.0.0.1:9")
    async with bench(simulator, clock, message=lambda: links.get("leave-a-message").url) as one:
        assert await one.rescue() == "failed"


async def test_a_platform_that_cannot_be_reached(simulator: Simulator, clock: ManualClock) -> None:
    async with bench(simulator, clock, ANNA.contact_id, base_url="http://127.0.0.1:9") as one:
        assert await one.rescue() == "failed"


async def test_a_platform_that_refuses_everything(simulator: Simulator, clock: ManualClock) -> None:
    async with bench(simulator, clock, ANNA.contact_id, secret="wrong") as one:
        assert await one.rescue() == "failed"
        assert len(one.call.members) == 1


async def test_an_event_that_names_no_call(simulator: Simulator, clock: ManualClock) -> None:
    async with bench(simulator, clock, ANNA.contact_id) as one:
        assert await one.rescue(parse_event({"eventType": "Call.created", "teamId": one.call.team_id})) == "failed"
