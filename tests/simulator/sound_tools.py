"""Sounds to play, and ears: how strong a frequency is at a time."""

from __future__ import annotations

import io
import math
import sys
import wave
from array import array
from pathlib import Path

MP3_TONE = Path(__file__).parent / "data" / "tone-440.mp3"
"""One second of 440 Hz."""


def tone(
    frequency: float,
    seconds: float,
    *,
    rate: int = 8000,
    channels: int = 1,
    width: int = 2,
    loudness: float = 0.3,
) -> bytes:
    """Return a wav file of a sine, which only the first channel has."""
    content = bytearray()
    for index in range(round(seconds * rate)):
        value = round(loudness * 2 ** (8 * width - 1) * math.sin(2 * math.pi * frequency * index / rate))
        silent = 128 if width == 1 else 0
        for sample in (value + silent, *[silent] * (channels - 1)):
            content += sample.to_bytes(width, "little", signed=width > 1)
    target = io.BytesIO()
    with wave.open(target, "wb") as sound:
        sound.setnchannels(channels)
        sound.setsampwidth(width)
        sound.setframerate(rate)
        sound.writeframes(bytes(content))
    return target.getvalue()


def samples_of(content: bytes) -> array[int]:
    """Return the samples of a recording, which must be as the simulator makes them."""
    with wave.open(io.BytesIO(content)) as sound:
        assert (sound.getframerate(), sound.getnchannels(), sound.getsampwidth()) == (8000, 1, 2)
        samples = array("h", sound.readframes(sound.getnframes()))
    if sys.byteorder == "big":
        samples.byteswap()
    return samples


def strength(samples: array[int], frequency: float, at: float = 0.0, seconds: float = 0.1) -> float:
    """Return the amplitude that a frequency has at a time, as a share of the loudest (Goertzel's algorithm)."""
    heard = samples[round(at * 8000) : round((at + seconds) * 8000)]
    assert heard, f"nothing is there at {at} s"
    factor = 2 * math.cos(2 * math.pi * frequency / 8000)
    before = last = 0.0
    for sample in heard:
        before, last = last, sample + factor * last - before
    power = last * last + before * before - factor * last * before
    return 2 * math.sqrt(max(0.0, power)) / len(heard) / 32767


def is_silent(samples: array[int], at: float, seconds: float = 0.1) -> bool:
    """Return whether nothing at all is heard at a time."""
    heard = samples[round(at * 8000) : round((at + seconds) * 8000)]
    assert heard, f"nothing is there at {at} s"
    return not any(heard)
