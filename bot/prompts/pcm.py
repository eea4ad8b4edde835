"""Sound as numbers: the few operations between a speech engine and a telephone.

Telephone networks carry 8,000 samples a second (ITU-T G.711), so everything ends up
there: 16-bit mono PCM, which every platform plays without converting first.
"""

from __future__ import annotations

import io
import math
import sys
import wave
from array import array
from collections.abc import Sequence
from itertools import repeat
from operator import mul

RATE = 8000
"""Samples per second of everything that is rendered."""

_FULL_SCALE = 32767
_LOUDNESS = 10 ** (-19 / 20)  # root mean square against full scale; about as loud as a person on a telephone
_PEAK = 10 ** (-1.5 / 20)  # headroom, so that a codec's overshoot does not clip
_ZERO_CROSSINGS = 12  # of the low-pass on each side; more gives a steeper cut and takes longer
_CUT = 0.92  # where the low-pass cuts, against half the lower rate


def resample(samples: Sequence[float], rate: int) -> list[float]:
    """Bring samples to `RATE`, without what the lower rate cannot carry.

    Args:
        samples: the sound.
        rate: its samples per second, at least 1.

    Returns:
        The sound at 8,000 samples a second, of the same duration.
    """
    if rate == RATE:
        return list(samples)
    shared = math.gcd(rate, RATE)
    up, down = RATE // shared, rate // shared
    reach = math.ceil(_ZERO_CROSSINGS * max(1.0, rate / RATE))
    filters = [_low_pass(phase / up, reach, min(1.0, RATE / rate) * _CUT) for phase in range(up)]
    padded = [*repeat(0.0, reach), *samples, *repeat(0.0, reach + 1)]
    out = []
    for index in range(round(len(samples) * up / down)):
        whole, phase = divmod(index * down, up)
        out.append(sum(map(mul, filters[phase], padded[whole + 1 : whole + 1 + 2 * reach])))
    return out


def trim(samples: Sequence[float], *, before: float = 0.1, after: float = 0.15, floor: float = 0.01) -> list[float]:
    """Give both ends of a sound the same silence, whatever they had: a line swallows a sound that starts at once.

    Args:
        samples: the sound, at `RATE`.
        before: seconds of silence before the first sound.
        after: seconds of silence after the last sound.
        floor: what counts as sound, as a part of the loudest sample.

    Returns:
        The sound between the silences; nothing if there is only silence.
    """
    limit = max(map(abs, samples), default=0.0) * floor
    loud = [index for index, sample in enumerate(samples) if abs(sample) > limit]
    if not loud:
        return []
    return [*silence(before), *samples[loud[0] : loud[-1] + 1], *silence(after)]


def level(samples: Sequence[float]) -> list[float]:
    """Bring a sound to the loudness of all prompts, or as near to it as it goes without clipping.

    Args:
        samples: the sound, in any scale.

    Returns:
        The sound, between -1 and 1.
    """
    peak = max(map(abs, samples), default=0.0)
    if peak == 0.0:
        return list(samples)
    mean = math.sqrt(math.fsum(sample * sample for sample in samples) / len(samples))
    gain = min(_LOUDNESS / mean, _PEAK / peak)
    return [sample * gain for sample in samples]


def silence(seconds: float) -> list[float]:
    """Return silence at `RATE`."""
    return [0.0] * round(seconds * RATE)


def to_wav(samples: Sequence[float]) -> bytes:
    """Return a wav file: 16-bit mono PCM at `RATE`.

    Args:
        samples: the sound, between -1 and 1; what is beyond is clipped.
    """
    numbers = array("h", (round(max(-1.0, min(1.0, sample)) * _FULL_SCALE) for sample in samples))
    if sys.byteorder == "big":  # pragma: no cover - wav is little-endian, and so are the machines that tests run on
        numbers.byteswap()
    file = io.BytesIO()
    with wave.open(file, "wb") as writer:
        writer.setnchannels(1)
        writer.setsampwidth(2)
        writer.setframerate(RATE)
        writer.writeframes(numbers.tobytes())
    return file.getvalue()


def _low_pass(fraction: float, reach: int, cut: float) -> list[float]:
    """Return the taps of a windowed sinc around a point between two samples.

    Args:
        fraction: where the point lies between its two neighbours, 0 to 1.
        reach: taps on each side.
        cut: where it cuts, against half the rate of the input, 0 to 1.
    """
    taps = []
    for offset in range(1 - reach, reach + 1):
        distance = offset - fraction
        angle = math.pi * distance * cut
        sinc = cut if angle == 0.0 else math.sin(angle) / (math.pi * distance)
        taps.append(sinc * (0.5 + 0.5 * math.cos(math.pi * distance / (reach + 1))))
    total = math.fsum(taps)
    return [tap / total for tap in taps]
