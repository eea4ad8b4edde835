"""Sounds that are made rather than fetched: the tones of keys, and the voices of people who are played by a script."""

from __future__ import annotations

import math
from array import array
from hashlib import sha256
from typing import Final

from bot.simulator.pcm import LOUDEST, RATE

KEY_SECONDS: Final = 0.16
"""How long the tone of a key sounds."""

VOICE_SECONDS: Final = 4.0
"""How long a made voice babbles before it says the same again."""

_LOW: Final = (697, 770, 852, 941)
_HIGH: Final = (1209, 1336, 1477, 1633)
_KEYPAD: Final = ("123A", "456B", "789C", "*0#D")
_EDGE_SECONDS: Final = 0.005
_KEY_LOUDNESS: Final = 0.2
_VOICE_LOUDNESS: Final = 0.22
_LOWEST_VOICE: Final = 105.0
_VOICES: Final = 19
_OVERTONES: Final = ((1, 0.6), (2, 0.3), (3, 0.1))
_SYLLABLES: Final = 20
_SOUNDING: Final = 0.8
"""Share of a syllable's time that it sounds; the rest is the gap before the next."""


def key_frequencies(key: str) -> tuple[int, int]:
    """Return the two frequencies, in Hz, that a telephone sends for a key.

    Source: ITU-T recommendation Q.23.

    Raises:
        ValueError: no telephone has such a key.
    """
    for low, row in zip(_LOW, _KEYPAD, strict=True):
        if len(key) == 1 and key in row:
            return low, _HIGH[row.index(key)]
    raise ValueError(f"{key!r} is no key of a telephone")


def key_tone(key: str) -> array[int]:
    """Return the tone of a key; parameter and errors as for `key_frequencies`."""
    low, high = (2 * math.pi * frequency / RATE for frequency in key_frequencies(key))
    count = round(KEY_SECONDS * RATE)
    edge = _EDGE_SECONDS * RATE
    loudness = _KEY_LOUDNESS * LOUDEST
    return array(
        "h",
        [
            round(loudness * min(1.0, at / edge, (count - at) / edge) * (math.sin(low * at) + math.sin(high * at)))
            for at in range(count)
        ],
    )


def voice_pitch(name: str) -> float:
    """Return the frequency, in Hz, that somebody's made voice lies at: always the same one for a name."""
    step = int.from_bytes(sha256(name.encode()).digest()[:4]) % _VOICES
    return float(_LOWEST_VOICE * 2 ** (step / 12))


def voice(name: str) -> array[int]:
    """Return a made voice: syllables of a soft tone with pauses between them, nothing that could be understood.

    Args:
        name: whose it is; decides its pitch and its rhythm.
    """
    rhythm = sha256(f"rhythm of {name}".encode()).digest()
    pitch = voice_pitch(name)
    samples = array("h")
    for syllable in range(_SYLLABLES):
        begins = round(syllable * VOICE_SECONDS * RATE / _SYLLABLES)
        count = round((syllable + 1) * VOICE_SECONDS * RATE / _SYLLABLES) - begins
        silent = syllable > 0 and rhythm[syllable] % 4 == 0
        samples.extend(array("h", bytes(2 * count)) if silent else _syllable(pitch, count, 1 - rhythm[syllable] / 512))
    return samples


def _syllable(pitch: float, count: int, stress: float) -> array[int]:
    turn = 2 * math.pi * pitch / RATE
    sounding = round(count * _SOUNDING)
    loudness = _VOICE_LOUDNESS * LOUDEST * stress
    sound = [
        round(
            loudness
            * math.sin(math.pi * at / sounding)
            * sum(share * math.sin(turn * overtone * at) for overtone, share in _OVERTONES)
        )
        for at in range(sounding)
    ]
    return array("h", sound + [0] * (count - sounding))
