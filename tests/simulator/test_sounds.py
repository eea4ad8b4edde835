"""What is heard and kept of a call: sounds, recordings, the live stream; over real HTTP."""

from __future__ import annotations

import asyncio
import io
import wave
from typing import Any

import pytest

from bot.simulator import SimCall, Simulator
from bot.simulator.requests import CALL_REQUESTS
from bot.testing.clock import ManualClock, settle, until
from tests.simulator.bot_side import MP3_FRAME, BotServer, SignedClient, wav


async def test_a_sound_plays_for_as_long_as_its_file(
    client: SignedClient, call: SimCall, clock: ManualClock, bot: BotServer, simulator: Simulator
) -> None:
    bot.sounds["short.mp3"] = MP3_FRAME * 100
    await client.done(call, "call.audio/play", url=bot.sound("welcome.wav"))
    await client.done(call, "call.audio/play", url=bot.sound("short.mp3"), isLoop=False)
    await client.done(call, "call.audio/play", url=bot.sound("music.wav"), isLoop=True)
    welcome, short, music = call.played
    await clock.advance(2.9)
    assert (welcome.ended_at, short.complete) == (None, True)
    await clock.advance(0.1)
    assert welcome.complete
    assert welcome.sound.duration == 3.0
    await clock.advance(100.0)
    assert music.ended_at is None
    assert call.player.media.playing == (music,)
    assert [record.text for record in simulator.timeline.of(call.key) if record.kind == "note"] == [
        "short.mp3 is over",
        "welcome.wav is over",
    ]


async def test_sounds_are_stopped_by_name_all_at_once_and_by_the_end(
    client: SignedClient, call: SimCall, clock: ManualClock, bot: BotServer
) -> None:
    welcome, music = bot.sound("welcome.wav"), bot.sound("music.wav")
    await client.done(call, "call.audio/play", url=welcome)
    await client.done(call, "call.audio/play", url=music, isLoop=True)
    await client.done(call, "call.audio/stop", url=welcome)
    await client.done(call, "call.audio/stop", url=welcome)
    assert [playback.path for playback in call.player.media.playing] == ["/prompts/music.wav"]
    await client.done(call, "call.audio/play", url=music)
    assert [playback.ended_at is None for playback in call.played] == [False, False, True]
    await client.done(call, "call.audio/stop")
    await client.done(call, "call.audio/play", url=welcome)
    await call.hang_up()
    assert call.player.media.playing == ()
    await clock.advance(10.0)
    assert not any(playback.complete for playback in call.played)


BAD_SOUNDS: dict[str, tuple[bytes, str]] = {
    "empty.wav": (b"", "not a wav file"),
    "text.wav": (b"hello", "not a wav file"),
    "text.mp3": (b"hello", "not an mp3 file"),
    "wav.mp3": (wav(1.0), "not an mp3 file"),
    "tag-only.mp3": (b"ID3\x04" + bytes(20), "not an mp3 file"),
    "cut-off.mp3": (MP3_FRAME[:36] + b"Xing", "not an mp3 file"),
    "large.wav": (bytes(10_000_001), "larger than"),
}


@pytest.mark.parametrize("name", BAD_SOUNDS)
async def test_what_is_no_sound_is_refused(client: SignedClient, call: SimCall, bot: BotServer, name: str) -> None:
    content, problem = BAD_SOUNDS[name]
    bot.sounds[name] = content
    assert problem in await client.refused(call, "call.audio/play", url=bot.sound(name))
    assert call.played == ()


@pytest.mark.parametrize(
    ("url", "problem"),
    [
        ("{bot}/prompts/missing.wav", "HTTP 404"),
        ("http://127.0.0.1:1/welcome.wav", "not reachable"),
        ("http://[/welcome.wav", "not a URL"),
        ("ftp://host/welcome.wav", "must begin with"),
        ("/prompts/welcome.wav", "must begin with"),
        ("{bot}/prompts/welcome.ogg", "must be mp3 or wav"),
        ("{bot}/prompts/wav", "must be mp3 or wav"),
    ],
)
async def test_what_cannot_be_fetched_is_refused(
    client: SignedClient, call: SimCall, bot: BotServer, url: str, problem: str
) -> None:
    assert problem in await client.refused(call, "call.audio/play", url=url.format(bot=bot.url))


async def test_a_sound_that_does_not_come_in_time_is_refused(
    client: SignedClient, call: SimCall, clock: ManualClock, bot: BotServer
) -> None:
    bot.open_gate.clear()
    before = bot.waiting
    asking = asyncio.create_task(client.refused(call, "call.audio/play", url=bot.sound("welcome.wav")))
    await until(lambda: bot.waiting >= before + 2)
    await clock.advance(10.0)
    assert "not reachable (TimeoutError)" in await asking


async def test_a_call_that_ends_while_a_sound_is_fetched_plays_nothing(
    client: SignedClient, call: SimCall, bot: BotServer
) -> None:
    await until(lambda: bot.types == ["Call.created"])
    bot.open_gate.clear()
    asking = asyncio.create_task(client.refused(call, "call.audio/play", url=bot.sound("welcome.wav")))
    await until(lambda: bot.waiting == 1)
    await call.hang_up()
    bot.open_gate.set()
    assert await asking == "the call has ended"
    assert call.played == ()


async def fetched(client: SignedClient, url: str) -> tuple[str, float]:
    async with client.session.get(url) as response:
        assert response.status == 200
        with wave.open(io.BytesIO(await response.read())) as sound:
            return response.content_type, sound.getnframes() / sound.getframerate()


async def test_a_recording_is_as_long_as_it_ran(client: SignedClient, call: SimCall, clock: ManualClock) -> None:
    assert await client.refused(call, "call.recording/stop") == "not recording"
    await client.done(call, "call.recording/start")
    assert call.recorded
    assert call.recording_on
    assert await client.refused(call, "call.recording/start") == "already recording"
    await clock.advance(2.5)
    data: dict[str, Any] = await client.done(call, "call.recording/stop")
    assert set(data) == set(CALL_REQUESTS["call.recording/stop"].answers)
    await clock.advance(10.0)
    assert await fetched(client, data["fileUrl"]) == ("audio/wav", 2.5)
    assert await client.done(call, "call.recording/stop") == data
    await client.done(call, "call.recording/start")
    await clock.advance(0.25)
    second = await client.done(call, "call.recording/stop")
    assert second["fileUrl"] != data["fileUrl"]
    assert await fetched(client, second["fileUrl"]) == ("audio/wav", 0.25)
    assert not call.recording_on


async def test_a_recording_that_nobody_stops_comes_with_the_comment(
    client: SignedClient, call: SimCall, clock: ManualClock, bot: BotServer
) -> None:
    await client.done(call, "call.recording/start")
    await clock.advance(1.5)
    await call.hang_up()
    await clock.advance(0.5)
    await call.wait_settled()

    file = bot.events[-1]["att"][1]
    assert file["type"] == "file"
    assert await fetched(client, file["data"]["url"]) == ("audio/wav", 1.5)


async def test_a_stream_is_live_until_it_is_stopped(client: SignedClient, call: SimCall, clock: ManualClock) -> None:
    url = (await client.done(call, "call.stream/start"))["streamUrl"]
    assert (await client.done(call, "call.stream/start"))["streamUrl"] == url
    async with client.session.get(url) as response:
        header = await response.content.readexactly(44)
        assert header[:4] == b"RIFF"
        assert header[4:8] == header[40:44] == b"\xff\xff\xff\xff"
        await settle()
        await clock.advance(0.25)
        assert await response.content.readexactly(4000) == bytes(4000)
        await clock.advance(0.75)
        assert await response.content.readexactly(12000) == bytes(12000)
        await clock.advance(0.1)
        await client.done(call, "call.stream/stop")
        await clock.advance(1.0)
        assert await response.content.read() == bytes(1600)
    await client.done(call, "call.stream/stop")
    async with client.session.get(url) as response:
        assert response.status == 404
