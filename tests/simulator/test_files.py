"""Listening to calls over HTTP: recordings, parts of them, live streams, and speech that is heard in them."""

from __future__ import annotations

import asyncio
import io
import sys
import threading
from array import array
from collections.abc import Mapping

import aiohttp
import pytest

from bot.simulator import SimCall, Simulator, SimulatorConfig
from bot.simulator.clips import Clip
from bot.simulator.media import Sound
from bot.simulator.tones import key_frequencies, voice_pitch
from bot.testing.clock import ManualClock, settle, until
from tests.simulator.bot_side import ANNA, BOT_ID, MP3_FRAME, SECRET, BotServer, SignedClient
from tests.simulator.sound_tools import MP3_TONE, is_silent, samples_of, strength, tone


@pytest.fixture(autouse=True)
def sounds(bot: BotServer) -> None:
    bot.sounds |= {
        "beep.wav": tone(1000, 0.5),
        "music.wav": tone(440, 1.0, rate=16000, channels=2, loudness=0.4),
        "tone.mp3": MP3_TONE.read_bytes(),
    }


async def get(client: SignedClient, url: str, **headers: str) -> tuple[int, Mapping[str, str], bytes]:
    async with client.session.get(url, headers=headers) as response:
        return response.status, response.headers, await response.read()


async def stop(client: SignedClient, call: SimCall) -> str:
    return str((await client.done(call, "call.recording/stop"))["fileUrl"])


async def recorded(client: SignedClient, call: SimCall) -> array[int]:
    """Stop the recording and listen to it."""
    status, _, content = await get(client, await stop(client, call))
    assert status == 200
    return samples_of(content)


async def test_prompts_are_heard_in_the_recording_when_they_were_played(
    client: SignedClient, call: SimCall, clock: ManualClock, bot: BotServer
) -> None:
    await client.done(call, "call.audio/play", url=bot.sound("music.wav"), isLoop=True)
    await clock.advance(0.5)
    await client.done(call, "call.recording/start")
    await clock.advance(1.0)
    await client.done(call, "call.audio/play", url=bot.sound("beep.wav"))
    await clock.advance(2.0)
    await client.done(call, "call.audio/stop", url=bot.sound("music.wav"))
    await clock.advance(1.0)
    heard = await recorded(client, call)

    assert len(heard) == 4 * 8000
    assert [strength(heard, 440, at) > 0.15 for at in (0.0, 0.9, 1.2, 2.8, 3.1, 3.8)] == [True] * 4 + [False] * 2
    assert [strength(heard, 1000, at) > 0.2 for at in (0.0, 0.8, 1.05, 1.35, 1.6, 3.0)] == [
        *[False] * 2,
        *[True] * 2,
        *[False] * 2,
    ]
    assert is_silent(heard, 3.01, 0.9)


async def test_keys_are_heard_as_the_tones_that_they_are(
    client: SignedClient, call: SimCall, clock: ManualClock
) -> None:
    await client.done(call, "call.recording/start")
    for key in "5#":
        await clock.advance(1.0)
        await call.press(key)
    await clock.advance(1.0)
    heard = await recorded(client, call)

    for at, key in ((1.0, "5"), (2.0, "#")):
        assert is_silent(heard, at - 0.2)
        assert all(strength(heard, frequency, at, 0.16) > 0.15 for frequency in key_frequencies(key))
        assert is_silent(heard, at + 0.17)
    assert strength(heard, 941, 1.0, 0.16) < 0.02


async def test_people_are_heard_but_not_on_hold_and_not_after_they_have_gone(
    client: SignedClient, call: SimCall, clock: ManualClock
) -> None:
    await client.done(call, "call.user/invite", contactId=ANNA.contact_id)
    await clock.advance(2.0)
    await client.done(call, "call.recording/start")
    assert call.speak(tone(600, 1.0), ANNA.contact_id) == 1.0
    call.speak(tone(700, 0.5), ANNA.contact_id)
    call.speak(tone(500, 3.0))
    await clock.advance(0.25)
    await client.done(call, "call.user/hold", contactId=ANNA.contact_id)
    await call.press("1", ANNA.contact_id)
    await clock.advance(0.5)
    await client.done(call, "call.user/unhold", contactId=ANNA.contact_id)
    await clock.advance(0.5)
    await call.hang_up(ANNA.contact_id)
    await clock.advance(0.5)
    heard = await recorded(client, call)

    assert [strength(heard, 600, at) > 0.2 for at in (0.1, 0.3, 0.6, 0.8, 1.1)] == [True, False, False, True, False]
    assert [strength(heard, 700, at) > 0.2 for at in (0.8, 1.1, 1.3)] == [False, True, False]
    assert all(strength(heard, 500, at) > 0.2 for at in (0.0, 0.6, 1.6))
    assert strength(heard, 697, 0.25) < 0.02
    with pytest.raises(Exception, match="is not in the call"):
        call.speak(tone(600, 1.0), ANNA.contact_id)


async def test_people_without_a_microphone_have_a_voice(
    client: SignedClient, call: SimCall, clock: ManualClock, simulator: Simulator
) -> None:
    await client.done(call, "call.recording/start")
    await clock.advance(1.0)
    call.say(5.0)
    await clock.advance(7.0)
    heard = await recorded(client, call)

    caller = call.place.originator.contact_id
    assert caller
    assert is_silent(heard, 0.0, 1.0)
    assert strength(heard, voice_pitch(caller), 1.0, 0.16) > 0.05
    assert strength(heard, voice_pitch(caller), 5.0, 0.16) > 0.05
    assert is_silent(heard, 6.0, 2.0)
    assert [one.text for one in simulator.timeline.of(call.key) if one.kind == "person"][-1] == "speaks for 5 s"
    for seconds in (0.0, -1.0, float("nan"), 1e6):
        with pytest.raises(Exception, match="may speak for up to"):
            call.say(seconds)


async def test_mp3_is_heard_too(client: SignedClient, call: SimCall, clock: ManualClock, bot: BotServer) -> None:
    pytest.importorskip("miniaudio", reason="needs the extra: pip install 'workonflow-bot[simulator]'")
    await client.done(call, "call.recording/start")
    await client.done(call, "call.audio/play", url=bot.sound("tone.mp3"))
    await clock.advance(2.0)
    heard = await recorded(client, call)

    assert strength(heard, 440, 0.4, 0.2) > 0.3
    assert is_silent(heard, 1.3, 0.5)


@pytest.fixture
def no_mp3(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "miniaudio", None)


@pytest.mark.usefixtures("no_mp3")
async def test_without_the_library_mp3_is_silence_and_the_timeline_says_so(bot: BotServer, clock: ManualClock) -> None:
    config = SimulatorConfig(bot_id=BOT_ID, secret_key=SECRET, webhook_url=f"{bot.url}/webhook/secret")
    async with Simulator(config, clock=clock) as simulator, aiohttp.ClientSession() as session:
        client = SignedClient(session, simulator.url, clock)
        call = await simulator.place_call()
        await client.done(call, "call.recording/start")
        await client.done(call, "call.audio/play", url=bot.sound("tone.mp3"))
        await clock.advance(2.0)
        heard = await recorded(client, call)

        assert is_silent(heard, 0.0, 2.0)
        assert call.played[0].complete
        notes = [one.text for one in simulator.timeline.of(call.key) if one.kind == "note"]
        assert notes[0] == "recordings have silence in place of mp3: install workonflow-bot[simulator]"


async def test_parts_of_a_recording_are_served_so_that_one_can_seek(
    client: SignedClient, call: SimCall, clock: ManualClock, bot: BotServer
) -> None:
    await client.done(call, "call.recording/start")
    await client.done(call, "call.audio/play", url=bot.sound("music.wav"), isLoop=True)
    await clock.advance(25.0)
    url = await stop(client, call)
    status, headers, whole = await get(client, url)
    size = len(whole)
    assert (status, size) == (200, 44 + 25 * 16000)
    assert (headers["Accept-Ranges"], headers["Content-Type"]) == ("bytes", "audio/wav")
    assert int(headers["Content-Length"]) == size

    for wanted, first, last in (
        ("0-0", 0, 1),
        ("0-43", 0, 44),
        ("40-47", 40, 48),
        ("45-46", 45, 47),
        ("161043-161046", 161043, 161047),
        ("1001-330002", 1001, 330003),
        ("399999-", 399999, size),
        ("-5", size - 5, size),
        ("0-", 0, size),
        (f"44-{size + 100}", 44, size),
    ):
        status, headers, content = await get(client, url, Range=f"bytes={wanted}")
        assert (status, headers["Content-Range"]) == (206, f"bytes {first}-{last - 1}/{size}")
        assert content == whole[first:last], wanted

    for strange in ("bytes=5-2", "lines=1-2", "bytes=0-1,4-5", "bytes=-"):
        status, _, content = await get(client, url, Range=strange)
        assert (status, content) == (200, whole)
    status, _, content = await get(client, url, Range=f"bytes={size}-")
    assert status == 416
    assert f"the recording has {size} bytes".encode() in content


async def test_recordings_and_streams_can_be_asked_about_without_hearing_them(
    client: SignedClient, call: SimCall, clock: ManualClock
) -> None:
    await client.done(call, "call.recording/start")
    await clock.advance(1.0)
    url = await stop(client, call)
    async with client.session.head(url) as response:
        assert (response.status, response.headers["Content-Length"]) == (200, "16044")
        assert await response.read() == b""
    stream = (await client.done(call, "call.stream/start"))["streamUrl"]
    async with client.session.head(stream) as response:
        assert (response.status, await response.read()) == (200, b"")


async def test_a_recording_that_still_runs_is_heard_so_far(
    client: SignedClient, call: SimCall, clock: ManualClock, bot: BotServer
) -> None:
    await client.done(call, "call.recording/start")
    await client.done(call, "call.audio/play", url=bot.sound("beep.wav"))
    await clock.advance(0.3)
    url = call.outlet.file_url("recordings", call.player.media.recordings[0].recording_id)
    heard = samples_of((await get(client, url))[2])

    assert len(heard) == 2400
    assert strength(heard, 1000, 0.1) > 0.2


@pytest.mark.parametrize("path", ["recordings/{team}/{thread}/none", "recordings/{team}/none/none"])
async def test_what_was_not_recorded_is_not_there(client: SignedClient, call: SimCall, path: str) -> None:
    url = f"{client.url}/simulator/{path.format(team=call.team_id, thread=call.thread_id)}.wav"

    assert (await get(client, url))[0] == 404


async def test_a_live_stream_has_what_is_heard_from_now_on(
    client: SignedClient, call: SimCall, clock: ManualClock, bot: BotServer
) -> None:
    url = str((await client.done(call, "call.stream/start"))["streamUrl"])
    await client.done(call, "call.audio/play", url=bot.sound("beep.wav"))
    await clock.advance(0.25)
    async with client.session.get(url) as response:
        await response.content.readexactly(44)
        await settle()
        await clock.advance(1.0)
        await call.press("5")
        await clock.advance(0.5)
        heard = array("h", await response.content.readexactly(24000))
        assert strength(heard, 1000, 0.05) > 0.2
        assert is_silent(heard, 0.3, 0.6)
        assert strength(heard, 770, 1.0, 0.16) > 0.15
        await call.hang_up()
        await clock.advance(1.0)
        assert await response.content.read() == b""
    assert (await get(client, url))[0] == 404


async def test_a_listener_who_is_slow_misses_nothing(
    client: SignedClient, call: SimCall, clock: ManualClock, bot: BotServer
) -> None:
    url = str((await client.done(call, "call.stream/start"))["streamUrl"])
    async with client.session.get(url) as response:
        await response.content.readexactly(44)
        await settle()
        await client.done(call, "call.audio/play", url=bot.sound("music.wav"), isLoop=True)
        await clock.advance(30.0)
        await client.done(call, "call.stream/stop")
        await clock.advance(0.25)
        heard = array("h", await response.content.read())

    assert len(heard) == 30 * 8000
    assert all(strength(heard, 440, at) > 0.15 for at in (0.0, 9.95, 10.0, 29.9))


async def test_a_listener_who_goes_away_is_not_waited_for(
    client: SignedClient, call: SimCall, clock: ManualClock, caplog: pytest.LogCaptureFixture
) -> None:
    url = str((await client.done(call, "call.stream/start"))["streamUrl"])
    before = clock.sleepers
    async with client.session.get(url) as response:
        await response.content.readexactly(44)
        await until(lambda: clock.sleepers == before + 1)
    for _ in range(3):
        await clock.advance(0.25)
        await asyncio.sleep(0.01)

    await until(lambda: clock.sleepers == before)
    assert not [one for one in caplog.records if one.levelname == "ERROR"]


async def speak(client: SignedClient, call: SimCall, content: bytes, query: str = "") -> tuple[int, dict[str, object]]:
    url = f"{client.url}/simulator/calls/{call.thread_id}/speak{query}"
    async with client.session.post(url, data=io.BytesIO(content)) as response:
        return response.status, await response.json()


async def test_speech_can_be_posted_piece_by_piece(
    client: SignedClient, call: SimCall, clock: ManualClock, simulator: Simulator
) -> None:
    await simulator.place_call()
    await client.done(call, "call.recording/start")
    for late in (0.0, 0.1, 0.1):
        await clock.advance(0.5 + late)
        assert await speak(client, call, tone(600, 0.5, rate=48000)) == (200, {"seconds": 0.5})
    await clock.advance(1.0)
    heard = await recorded(client, call)

    assert [strength(heard, 600, at) > 0.25 for at in (0.3, 0.5, 0.95, 1.45, 1.85, 2.1)] == [False, *[True] * 4, False]
    spoken = [one.text for one in simulator.timeline.of(call.key) if one.text == "speaks"]
    assert spoken == ["speaks"]


async def test_speech_that_cannot_be_heard_is_refused(client: SignedClient, call: SimCall, bot: BotServer) -> None:
    nobody = await speak(client, call, tone(600, 0.5), "?contact_id=nobody")
    assert (nobody[0], nobody[1]["message"]) == (400, "nobody is not in the call")
    for content, problem in (
        (b"", "not a wav file"),
        (b"OggS", "not a wav file"),
        (MP3_FRAME, "not a wav file"),
        (tone(600, 0.0), "send up to 60 s"),
        (tone(600, 61.0, width=1, rate=500), "send up to 60 s"),
    ):
        status, answer = await speak(client, call, content)
        assert (status, problem in str(answer["message"])) == (400, True), answer
    status, answer = await speak(client, call, bytes(10_000_001))
    assert (status, "send it in pieces" in str(answer["message"])) == (413, True)
    assert await speak(client, call, tone(600, 4.0, rate=48000)) == (200, {"seconds": 4.0})
    await call.hang_up()
    assert (await speak(client, call, tone(600, 0.5)))[1]["message"] == "the call has ended"
    async with client.session.post(f"{client.url}/simulator/calls/nowhere/speak", data=b"") as response:
        assert (response.status, (await response.json())["code"]) == (404, 404)
    await until(lambda: "Call.ended" in bot.types)


async def test_a_sound_that_takes_long_to_decode_holds_nobody_up(
    client: SignedClient, call: SimCall, clock: ManualClock
) -> None:
    decoding, decoded = threading.Event(), threading.Event()

    def decode() -> array[int]:
        decoding.set()
        assert decoded.wait(10.0)
        return array("h", [7] * 8000)

    await client.done(call, "call.recording/start")
    call.player.play(Sound(url="http://bot/slow.mp3", duration=1.0, clip=Clip(decode, 1.0)), loop=True)
    await clock.advance(25.0)
    url = await stop(client, call)
    asking = asyncio.create_task(get(client, url))
    await until(decoding.is_set)
    assert (await get(client, url, Range="bytes=0-3"))[2] == b"RIFF"
    assert not asking.done()
    decoded.set()

    assert samples_of((await asking)[2]) == array("h", [7] * 8000 * 25)
