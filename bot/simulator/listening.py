"""The bytes of wav files of a call, piece by piece: any part of a recording, or what is heard from now on.

Sound is made when somebody listens, in a thread: a call that nobody listens to costs nothing, and one that somebody
listens to holds up nobody else.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence
from typing import Final

from bot.clock import Clock
from bot.simulator.media import Media, Recording, Stream
from bot.simulator.mixing import Part, mix, parts_of
from bot.simulator.pcm import HEADER_BYTES, RATE, WIDTH, wav_bytes, wav_header

STREAM_STEP: Final = 0.25
"""Seconds of sound that a live stream gives at once."""

_AT_ONCE: Final = 10 * RATE
"""Samples that are mixed at once, so that a long recording takes little memory."""


class RecordedWav:
    """A recording as a wav file.

    Args:
        media: the call that it was made of.
        recording: which one; of one that still runs, what it has so far.
        now: the time, in unix seconds.

    Attributes:
        size: length of the file in bytes.
    """

    def __init__(self, media: Media, recording: Recording, now: float) -> None:
        began = recording.started_at
        seconds = recording.duration(now)
        self._samples = round(seconds * RATE)
        self._parts = parts_of(media, began, began + seconds, origin=began)
        self.size = HEADER_BYTES + self._samples * WIDTH

    async def read(self, first: int, last: int) -> AsyncGenerator[bytes, None]:
        """Yield the bytes from one place to before another."""
        if first < HEADER_BYTES:
            yield wav_header(self._samples * WIDTH)[first:last]
        at = max(first, HEADER_BYTES)
        while at < last:
            sample, skipped = divmod(at - HEADER_BYTES, WIDTH)
            count = min(_AT_ONCE, -(-(last - HEADER_BYTES) // WIDTH) - sample)
            content = await _mixed(self._parts, sample, count)
            yield content[skipped : skipped + last - at]
            at += len(content) - skipped


async def live_wav(media: Media, stream: Stream, clock: Clock) -> AsyncGenerator[bytes, None]:
    """Yield a wav file without a known length, of what is heard from now on until the stream ends.

    Whoever takes its bytes late gets them late, but all of them.
    """
    yield wav_header(None)
    origin = clock.now()
    given = 0
    while True:
        over = stream.ended_at
        ends_at = clock.now() if over is None else over
        count = min(round((ends_at - origin) * RATE) - given, _AT_ONCE)
        if count > 0:
            parts = parts_of(media, origin + given / RATE, ends_at, origin=origin)
            yield await _mixed(parts, given, count)
            given += count
        elif over is not None:
            return
        else:
            await clock.sleep(STREAM_STEP)


async def _mixed(parts: Sequence[Part], first: int, count: int) -> bytes:
    return wav_bytes(await asyncio.to_thread(mix, parts, first, count))
