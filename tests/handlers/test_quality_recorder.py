"""The quality recorder."""

from __future__ import annotations

from pathlib import Path

import msgspec

from bot import Call, Router
from bot.api import parse_comment
from bot.dispatch import Handlers
from bot.simulator import Caller, SimCall
from bot.testing.world import WEBHOOK_SECRET, World, world
from handlers import quality_recorder
from tests.scenarios.people import ANNA
from tests.support.handlers import PROMPTS


def links(call: SimCall) -> list[tuple[str, str]]:
    """Return what the recorder has written: what for, and where."""
    texts = [parse_comment(comment.as_entry()).text for comment in call.comments]
    return [
        (name, url) for name, _, url in (text.partition(": ") for text in texts) if name in ("Listen live", "Recording")
    ]


def alone() -> Handlers:
    """Return handlers of which none takes a call."""
    router = Router()
    router.include(quality_recorder.router)
    return Handlers(router, [PROMPTS])


async def test_every_call_is_recorded_and_its_links_posted(tmp_path: Path) -> None:
    async with world(tmp_path, alone(), people=[ANNA]) as there:
        call = await there.simulator.place_call(Caller(talks_for=10.0))
        await there.over(call)
        await there.live_until(lambda: len(links(call)) == 2)
        assert [name for name, _ in links(call)] == ["Listen live", "Recording"]
        assert all(url.startswith("http://") for _, url in links(call))
        assert call.connected == [ANNA.contact_id], "the call went to the fallback, for the recorder only watches"
        assert not await there.dead_letters()


async def test_a_recording_that_is_on_already_goes_on(tmp_path: Path) -> None:
    async with world(tmp_path, alone(), people=[ANNA]) as there:
        call = await there.simulator.place_call(Caller(talks_for=10.0))
        call.player.start_recording()
        await there.over(call)
        assert len(call.player.media.recordings) == 1
        assert not await there.dead_letters()


async def test_the_link_is_posted_at_the_end_if_the_platform_tells_it_then(tmp_path: Path) -> None:
    """The platform's documents leave open whether it does; a call that goes on stands in for one whose link is told."""
    async with world(tmp_path, alone(), people=[ANNA]) as there:
        call = await there.simulator.place_call(Caller(hangs_up_after=20.0))
        await there.live(2.0)
        await ended(there, call)
        assert [name for name, _ in links(call)] == ["Listen live", "Recording"]
        await there.over(call)


async def test_a_link_that_comes_twice_is_posted_once(tmp_path: Path) -> None:
    async with world(tmp_path, alone(), people=[ANNA]) as there:
        call = await there.simulator.place_call(Caller(hangs_up_after=20.0))
        await there.live(2.0)
        await ended(there, call)
        url = dict(links(call))["Recording"]
        att = [{"type": "file", "data": {"url": url}}]
        await tell(there, call, "Comment.created", type="call", att=att)
        await there.live(5.0)
        assert len(links(call)) == 2
        await there.over(call)


async def test_the_link_of_a_message_is_not_posted_once_more(tmp_path: Path) -> None:
    router = Router()
    router.include(quality_recorder.router)

    @router.call(incoming=True)
    async def take(call: Call) -> None:
        await call.voicemail()

    async with world(tmp_path, Handlers(router, [PROMPTS])) as there:
        call = await there.simulator.place_call(Caller(hangs_up_after=20.0))
        await there.over(call)
        await there.live(5.0)
        texts = [parse_comment(comment.as_entry()).text for comment in call.comments]
        assert len([text for text in texts if "/recordings/" in text]) == 1, texts
        assert [name for name, _ in links(call)] == ["Listen live"]


async def ended(there: World, call: SimCall) -> None:
    """Tell the bot that a call is over which the simulator still has."""
    await tell(there, call, "Call.ended")
    await there.live_until(lambda: len(links(call)) == 2)


async def tell(there: World, call: SimCall, event_type: str, **fields: object) -> None:
    event = {"eventType": event_type, "teamId": call.team_id, "threadId": call.thread_id, **fields}
    assert (await there.ask(f"/webhook/{WEBHOOK_SECRET}", msgspec.json.encode(event)))[0] == 200
