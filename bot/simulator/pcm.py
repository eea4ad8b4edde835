"""Sound as the simulator keeps it: what comes in is converted to it, and wav files are made of it.

Samples are signed 16-bit numbers, 8,000 a second, one channel: the quality of a telephone.
"""

from __future__ import annotations

import io
import struct
import sys
import wave
from array import array
from collections.abc import Sequence
from itertools import accumulate, pairwise
from typing import Final

RATE: Final = 8_000
"""Samples per second."""

WIDTH: Final = 2
"""Bytes per sample."""

LOUDEST: Final = 32_767
"""The largest sample."""

LONGEST_CLIP: Final = 900.0
"""Seconds of one file that are kept as samples; what comes after them is heard as silence."""

HEADER_BYTES: Final = 44
"""Length of the header that `wav_header` makes."""

_UNKNOWN_LENGTH: Final = 0xFFFFFFFF
_SIGN: Final = bytes(value ^ 0x80 for value in range(256))


def silence(count: int) -> array[int]:
    """Return so many samples of silence."""
    return array("h", bytes(WIDTH * count))


def samples_of_wav(content: bytes, *, longest: float = LONGEST_CLIP) -> array[int]:
    """Return the samples of a wav file of any rate, width and number of channels.

    Args:
        content: the file; uncompressed (PCM).
        longest: seconds to read at most.

    Raises:
        ValueError: it is no such wav file.
    """
    try:
        with wave.open(io.BytesIO(content)) as sound:
            rate, channels, width = sound.getframerate(), sound.getnchannels(), sound.getsampwidth()
            if rate < 1:
                raise ValueError("a rate of 0 samples per second")
            frames = sound.readframes(int(longest * rate))
    except (wave.Error, EOFError, RuntimeError, struct.error) as error:
        raise ValueError(str(error) or "it ends too early") from error
    whole = len(frames) - len(frames) % (width * channels)
    mono = _one_channel(_sixteen_bits(frames[:whole], width), channels)
    return _at_our_rate(mono, rate)


def wav_header(length: int | None) -> bytes:
    """Return the header of a wav file of our samples.

    Args:
        length: bytes of samples that follow; None where nobody knows yet, as in live audio.
    """
    unknown = length is None
    size = _UNKNOWN_LENGTH if length is None else min(length, _UNKNOWN_LENGTH - HEADER_BYTES)
    riff = _UNKNOWN_LENGTH if unknown else size + HEADER_BYTES - 8
    kind = struct.pack("<IHHIIHH", 16, 1, 1, RATE, RATE * WIDTH, WIDTH, 8 * WIDTH)
    return b"RIFF" + struct.pack("<I", riff) + b"WAVEfmt " + kind + b"data" + struct.pack("<I", size)


def wav_bytes(samples: array[int]) -> bytes:
    """Return samples as they stand in a wav file, after its header."""
    if sys.byteorder == "little":
        return samples.tobytes()
    swapped = array("h", samples)  # pragma: no cover - for machines that count from the other end
    swapped.byteswap()  # pragma: no cover - as above
    return swapped.tobytes()  # pragma: no cover - as above


def _sixteen_bits(frames: bytes, width: int) -> array[int]:
    """Return samples of 16 bits: of wider ones the two highest bytes; single bytes have no sign in wav files."""
    if width == WIDTH:
        taken = frames
    else:
        packed = bytearray(len(frames) // width * WIDTH)
        if width == 1:
            packed[1::WIDTH] = frames.translate(_SIGN)
        else:
            packed[0::WIDTH] = frames[width - 2 :: width]
            packed[1::WIDTH] = frames[width - 1 :: width]
        taken = bytes(packed)
    samples = array("h", taken)
    if sys.byteorder == "big":
        samples.byteswap()  # pragma: no cover - for machines that count from the other end
    return samples


def _one_channel(samples: array[int], channels: int) -> array[int]:
    if channels == 1:
        return samples
    planes: Sequence[array[int]] = [samples[channel::channels] for channel in range(channels)]
    return array("h", [sum(frame) // channels for frame in zip(*planes, strict=True)])


def _at_our_rate(samples: array[int], rate: int) -> array[int]:
    """Return samples of another rate as ours: means of those that fall together, or a line between two."""
    if rate == RATE or not samples:
        return samples
    count = max(1, len(samples) * RATE // rate)
    if rate > RATE:
        sums = array("q", accumulate(samples, initial=0))
        edges = [index * rate // RATE for index in range(count)] + [min(len(samples), -(-count * rate // RATE))]
        return array("h", [(sums[after] - sums[before]) // (after - before) for before, after in pairwise(edges)])
    padded = samples + samples[-1:]
    places = [divmod(index * rate, RATE) for index in range(count)]
    return array("h", [padded[at] + (padded[at + 1] - padded[at]) * part // RATE for at, part in places])
