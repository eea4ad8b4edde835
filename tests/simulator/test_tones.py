"""The tones of keys and the voices of people without a microphone."""

from __future__ import annotations

import pytest

from bot.simulator.conference import KEYS
from bot.simulator.tones import KEY_SECONDS, VOICE_SECONDS, key_frequencies, key_tone, voice, voice_pitch
from tests.simulator.sound_tools import strength

FREQUENCIES = (697, 770, 852, 941, 1209, 1336, 1477, 1633)


@pytest.mark.parametrize("key", sorted(KEYS))
def test_a_key_has_its_two_frequencies_and_no_other(key: str) -> None:
    samples = key_tone(key)
    loud = {one for one in FREQUENCIES if strength(samples, one, 0.0, KEY_SECONDS) > 0.1}

    assert loud == set(key_frequencies(key))
    assert samples[0] == 0
    assert abs(samples[-1]) < 1000


def test_keys_are_told_apart_and_others_are_none() -> None:
    assert len({key_frequencies(key) for key in KEYS}) == 16
    assert key_frequencies("5") == (770, 1336)
    for wrong in ("", "12", "E"):
        with pytest.raises(ValueError, match="no key"):
            key_frequencies(wrong)


def test_a_voice_is_heard_at_its_pitch_and_pauses() -> None:
    samples = voice("agent-anna")

    assert len(samples) == VOICE_SECONDS * 8000
    assert strength(samples, voice_pitch("agent-anna"), 0.0, 0.16) > 0.02
    assert max(samples) < 0.3 * 32767
    assert not any(samples[round(0.97 * 1600) : 1600])


def test_people_have_voices_of_their_own() -> None:
    names = [f"agent-{number}" for number in range(40)]

    assert len({voice_pitch(name) for name in names}) > 10
    assert all(100 < voice_pitch(name) < 320 for name in names)
    assert voice("agent-1") == voice("agent-1") != voice("agent-2")
