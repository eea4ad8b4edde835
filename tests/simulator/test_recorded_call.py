"""A whole call of the example reception, listened to in its recording afterwards."""

from __future__ import annotations

from pathlib import Path

import aiohttp

from bot.simulator import Caller, Playback
from bot.simulator.pcm import samples_of_wav
from bot.simulator.tones import KEY_SECONDS, key_frequencies, voice_pitch
from tests.handlers.office import office
from tests.simulator.sound_tools import is_silent, samples_of, strength

PROMPTS = Path(__file__).parents[2] / "handlers" / "prompts"


def file_of(playback: Playback) -> Path:
    name = playback.name.partition(".")[0]
    return next(path for folder in ("en", ".") if (path := PROMPTS / folder / f"{name}.wav").exists())


async def test_a_call_sounds_as_it_went(tmp_path: Path) -> None:
    async with office(tmp_path) as there, aiohttp.ClientSession() as session:
        call = await there.simulator.place_call(Caller(presses=[(7.0, "1")], hangs_up_after=40.0))
        await there.live_until(lambda: "agent-anna" in call.connected)
        await there.live(1.0)
        speaks_at = there.clock.now()
        call.say(3.0, "agent-anna")
        await there.over(call)
        recording = call.player.media.recordings[0]
        async with session.get(call.outlet.file_url("recordings", recording.recording_id)) as response:
            heard = samples_of(await response.read())
    began = recording.started_at

    def place(moment: float) -> float:
        return moment - began

    welcome, menu = call.played[:2]
    assert (file_of(welcome).stem, file_of(menu).stem) == ("welcome", "main-menu")
    assert welcome.complete
    spoken = samples_of_wav(file_of(welcome).read_bytes())
    first = round(place(welcome.started_at) * 8000)
    assert heard[first : first + len(spoken)] == spoken

    pressed = place(call.place.created_at + 7.0)
    assert all(strength(heard, one, pressed, KEY_SECONDS) > 0.12 for one in key_frequencies("1"))

    assert is_silent(heard, place(speaks_at) - 0.5, 0.5)
    assert strength(heard, voice_pitch("agent-anna"), place(speaks_at), 0.16) > 0.05
    assert is_silent(heard, place(speaks_at) + 3.0, 0.5)
