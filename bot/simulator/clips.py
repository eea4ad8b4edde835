"""Sounds that calls are made of, kept by what is in them, and only so many of them."""

from __future__ import annotations

from array import array
from collections import OrderedDict
from collections.abc import Callable
from functools import partial
from typing import Final, TypeAlias

from bot.simulator import tones
from bot.simulator.pcm import LONGEST_CLIP, RATE, WIDTH, samples_of_wav

KEPT_BYTES: Final = 64 * 1024 * 1024
"""Memory for the sounds of all calls together; the oldest are forgotten beyond it."""

Mp3Decoder: TypeAlias = "Callable[[bytes], array[int]]"
"""Makes samples of an mp3 file; raises ValueError where it cannot."""


class Clip:
    """A sound that may be heard; its samples are made when they are first asked for.

    Args:
        make: makes them; raises ValueError where it cannot.
        seconds: its length.

    Attributes:
        seconds: its length.
    """

    def __init__(self, make: Callable[[], array[int]] | None, seconds: float) -> None:
        self.seconds = seconds
        self._make = make
        self._samples: array[int] | None = None

    @property
    def audible(self) -> bool:
        """Whether anything can be heard of it."""
        return self._make is not None

    def samples(self) -> array[int]:
        """Return its samples; none at all of what cannot be decoded or has been forgotten.

        May take long for a long file, and may be called from any thread: two at once make the same twice.
        """
        samples, make = self._samples, self._make
        if samples is None:
            try:
                samples = array("h") if make is None else make()
            except ValueError:
                samples = array("h")
            if self._make is not None:
                self._samples = samples
        return samples

    def forget(self) -> None:
        """Give its memory back; it is silent from now on."""
        self._make = None
        self._samples = None


class Shelf:
    """The clips of a simulator: equal content is one clip, and the memory of all is bounded.

    Args:
        mp3: decodes mp3 files, see `bot.simulator.decoding`; None: they are heard as silence.
        kept_bytes: memory for them.
    """

    def __init__(self, mp3: Mp3Decoder | None, *, kept_bytes: int = KEPT_BYTES) -> None:
        self._mp3 = mp3
        self._kept_bytes = kept_bytes
        self._clips: OrderedDict[tuple[str, bytes | str], tuple[Clip, int]] = OrderedDict()
        self._bytes = 0

    def wav(self, content: bytes, seconds: float) -> Clip:
        """Return the clip of a wav file that has been looked at already."""
        return self._clip(("wav", content), partial(samples_of_wav, content), seconds)

    def mp3(self, content: bytes, seconds: float) -> Clip:
        """Return the clip of an mp3 file that has been looked at already."""
        return self._clip(("mp3", content), None if self._mp3 is None else partial(self._mp3, content), seconds)

    def key(self, key: str) -> Clip:
        """Return the tone of a telephone's key."""
        return self._clip(("key", key), partial(tones.key_tone, key), tones.KEY_SECONDS)

    def voice(self, name: str) -> Clip:
        """Return the made voice of somebody; it can be played in a loop."""
        return self._clip(("voice", name), partial(tones.voice, name), tones.VOICE_SECONDS)

    def _clip(self, content: tuple[str, bytes | str], make: Callable[[], array[int]] | None, seconds: float) -> Clip:
        if content in self._clips:
            self._clips.move_to_end(content)
            return self._clips[content][0]
        clip = Clip(make, seconds)
        size = len(content[1]) + round(min(seconds, LONGEST_CLIP) * RATE * WIDTH)
        self._clips[content] = (clip, size)
        self._bytes += size
        while self._bytes > self._kept_bytes and len(self._clips) > 1:
            _, (oldest, freed) = self._clips.popitem(last=False)
            oldest.forget()
            self._bytes -= freed
        return clip
