"""Decoding mp3 files, where the library for it is installed."""

from __future__ import annotations

from array import array
from collections.abc import Callable
from typing import Final

from bot.simulator.pcm import LONGEST_CLIP, RATE

_AT_ONCE: Final = RATE


def find_mp3_decoder() -> Callable[[bytes], array[int]] | None:
    """Return what decodes mp3 files to our samples; None where the extra ``simulator`` is not installed."""
    try:
        import miniaudio  # type: ignore[import-untyped] # noqa: F401, PLC0415 - an extra, which may be absent
    except ImportError:
        return None
    return samples_of_mp3


def samples_of_mp3(content: bytes, *, longest: float = LONGEST_CLIP) -> array[int]:
    """Return the samples of an mp3 file.

    Args:
        content: the file.
        longest: seconds to read at most.

    Raises:
        ValueError: it cannot be decoded.
    """
    import miniaudio  # noqa: PLC0415 - an extra, which may be absent

    samples = array("h")
    try:
        pieces = miniaudio.stream_memory(content, nchannels=1, sample_rate=RATE, frames_to_read=_AT_ONCE)
        for piece in pieces:
            samples.extend(piece)
            if len(samples) >= longest * RATE:
                break
    except miniaudio.MiniaudioError as error:
        raise ValueError(f"not an mp3 file ({error})") from error
    return samples[: round(longest * RATE)]
