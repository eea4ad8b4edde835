from __future__ import annotations

import io
import math
import wave
from array import array
from collections.abc import Sequence

import pytest

from bot.prompts import pcm
from tests.prompts.sounds import sine


def loudness(samples: Sequence[float]) -> float:
    return math.sqrt(math.fsum(sample * sample for sample in samples) / len(samples))


@pytest.mark.parametrize("rate", [22050, 16000, 44100, 6000])
def test_a_tone_survives_resampling(rate: int) -> None:
    out = pcm.resample(sine(1000, 0.25, rate), rate)
    expected = sine(1000, 0.25, pcm.RATE)
    assert len(out) == len(expected)
    difference = [a - b for a, b in zip(out, expected, strict=True)][200:-200]
    assert loudness(difference) < 0.01


@pytest.mark.parametrize("frequency", [4500, 5500, 7000])
def test_what_a_telephone_cannot_carry_is_taken_out(frequency: int) -> None:
    out = pcm.resample(sine(frequency, 0.25, 22050), 22050)
    assert loudness(out[200:-200]) < 0.01


def test_the_right_rate_is_left_alone() -> None:
    assert pcm.resample([0.1, 0.2], pcm.RATE) == [0.1, 0.2]


def test_both_ends_get_the_same_silence() -> None:
    sound = [0.5] * 100
    samples = [*pcm.silence(0.3), *sound, *[0.001] * 400, *pcm.silence(1)]
    out = pcm.trim(samples, before=0.1, after=0.2)
    assert out == [*pcm.silence(0.1), *sound, *pcm.silence(0.2)]
    assert pcm.trim(sound, before=0.1, after=0.2) == out


def test_silence_is_trimmed_to_nothing() -> None:
    assert pcm.trim(pcm.silence(1)) == []
    assert pcm.trim([]) == []


@pytest.mark.parametrize("volume", [0.001, 0.5, 20000])
def test_every_sound_gets_the_same_loudness(volume: float) -> None:
    out = pcm.level(sine(500, 0.5, pcm.RATE, volume))
    assert 20 * math.log10(loudness(out)) == pytest.approx(-19, abs=0.1)


def test_a_short_loud_sound_does_not_clip() -> None:
    out = pcm.level([*pcm.silence(1), 30000.0, *pcm.silence(1)])
    assert max(out) == pytest.approx(10 ** (-1.5 / 20))


def test_silence_stays_silence() -> None:
    assert pcm.level([0.0, 0.0]) == [0.0, 0.0]
    assert pcm.level([]) == []


def test_the_file_is_telephone_wav_and_clips_what_is_beyond() -> None:
    with wave.open(io.BytesIO(pcm.to_wav([0.0, 0.5, 2.0, -2.0]))) as reader:
        assert reader.getparams()[:4] == (1, 2, 8000, 4)
        assert array("h", reader.readframes(4)).tolist() == [0, 16384, 32767, -32767]
