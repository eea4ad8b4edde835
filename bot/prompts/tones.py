"""Tones and music, computed: nothing to record, nothing to license.

Frequencies and cadences are within what ITU-T E.180 recommends, which Europe and Russia use.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from types import MappingProxyType

from bot.prompts.pcm import RATE, silence

VERSION = 1
"""Raised whenever a tone sounds different, so that rendered ones are made again."""

_EDGE = 0.005  # seconds of fading at both ends, so that a tone does not click
_NOTE_SECONDS = 1.8
_BEAT_SECONDS = 0.5
_PARTIALS = ((1, 1.0), (2, 0.35), (3, 0.12))

# Semitones from A4 (440 Hz): C major, A minor, F major, G major, each as a broken chord of eight beats.
_HOLD_MUSIC = (
    (-21, -9, -5, -2, 3, -2, -5, -9),
    (-24, -12, -9, -5, 0, -5, -9, -12),
    (-28, -16, -12, -9, -4, -9, -12, -16),
    (-26, -14, -10, -7, -2, -7, -10, -14),
)


def ringback() -> list[float]:
    """Return one period of the tone that a caller hears while it rings: 1 s on, 4 s off."""
    return [*_tone(425, 1.0, 0.25), *silence(4.0)]


def busy() -> list[float]:
    """Return two seconds of the tone of an engaged line: 0.5 s on, 0.5 s off."""
    return [*_tone(425, 0.5, 0.25), *silence(0.5)] * 2


def beep() -> list[float]:
    """Return the tone after which a caller speaks."""
    return _tone(1000, 0.35, 0.3)


def hold_music() -> list[float]:
    """Return 16 s of quiet music whose end runs into its start, to be played in a loop."""
    pitches = [pitch for bar in _HOLD_MUSIC for pitch in bar]
    step = round(_BEAT_SECONDS * RATE)
    notes = {pitch: _pluck(440 * 2 ** (pitch / 12)) for pitch in set(pitches)}
    out = [0.0] * (step * len(pitches))
    for beat, pitch in enumerate(pitches):
        for index, sample in enumerate(notes[pitch]):
            # Around the end: the last notes fade away in the next turn of the loop.
            out[(beat * step + index) % len(out)] += sample
    peak = max(map(abs, out))
    return [0.4 * sample / peak for sample in out]


TONES: Mapping[str, Callable[[], list[float]]] = MappingProxyType(
    {"beep": beep, "busy": busy, "hold-music": hold_music, "ringback": ringback}
)
"""The tones that can be rendered, by name; each gives samples between -1 and 1 at 8,000 a second."""


def _tone(frequency: float, seconds: float, volume: float) -> list[float]:
    count = round(seconds * RATE)
    edge = _EDGE * RATE
    return [
        volume * min(1.0, index / edge, (count - 1 - index) / edge) * math.sin(2 * math.pi * frequency * index / RATE)
        for index in range(count)
    ]


def _pluck(frequency: float) -> list[float]:
    """Return a note of something like a harp."""
    count = round(_NOTE_SECONDS * RATE)
    out = []
    for index in range(count):
        time = index / RATE
        sound = math.fsum(
            weight * math.exp(-time * 2.2 * partial) * math.sin(2 * math.pi * frequency * partial * time)
            for partial, weight in _PARTIALS
        )
        fade = min(1.0, time / _EDGE, (count - 1 - index) / (0.1 * RATE))
        out.append(sound * fade)
    return out
