from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

import pytest

from bot.prompts.pcm import RATE
from bot.prompts.tones import TONES


def strength(samples: Sequence[float], frequency: float) -> float:
    """How strong a frequency is, against the strength of everything."""
    step = 2 * math.pi * frequency / RATE
    real = math.fsum(sample * math.cos(step * index) for index, sample in enumerate(samples))
    imaginary = math.fsum(sample * math.sin(step * index) for index, sample in enumerate(samples))
    whole = math.fsum(sample * sample for sample in samples)
    return 2 * (real * real + imaginary * imaginary) / (whole * len(samples))


@pytest.mark.parametrize(
    ("name", "frequency", "on", "whole"),
    [("ringback", 425, 1.0, 5.0), ("busy", 425, 0.5, 2.0), ("beep", 1000, 0.35, 0.35)],
)
def test_a_tone_has_its_frequency_and_cadence(name: str, frequency: float, on: float, whole: float) -> None:
    samples = TONES[name]()
    sounding = samples[: round(on * RATE)]
    assert len(samples) == whole * RATE
    assert strength(sounding, frequency) > 0.95
    assert set(samples[round(on * RATE) : round(2 * on * RATE)]) <= {0.0}
    assert abs(samples[0]) < 0.001
    assert abs(sounding[-1]) < 0.001


@pytest.mark.parametrize("name", ["ringback", "busy", "beep"])
def test_no_tone_is_loud(name: str) -> None:
    assert max(map(abs, TONES[name]())) < 0.5


def test_the_hold_music_is_quiet_and_runs_into_its_start() -> None:
    samples = TONES["hold-music"]()
    assert max(map(abs, samples)) == pytest.approx(0.4)
    assert len(samples) == 16 * RATE
    steps = [abs(b - a) for a, b in pairwise(samples)]
    assert abs(samples[0] - samples[-1]) <= max(steps)
