"""Sound files: fetching what the bot wants played, and making what it may listen to."""

from __future__ import annotations

import io
import wave
from typing import Final
from urllib.parse import urlsplit

import aiohttp
from tinytag import TinyTag, TinyTagException

from bot.clock import Clock
from bot.simulator.media import Sound
from bot.simulator.refusal import Refusal

LARGEST: Final = 10_000_000
"""Bytes that a sound may have. The documents say 10 MB; this is the smaller reading of it."""

FETCH_SECONDS: Final = 10.0
"""How long the platform waits for a sound. Not documented."""

RATE: Final = 8_000
"""Samples per second of what the simulator makes, one byte each: telephone quality."""

SILENCE: Final = b"\x80"
"""One sample of silence in 8-bit PCM."""

_MP3_BEGINNINGS: Final = (b"ID3", *(bytes((0xFF, second)) for second in (0xFB, 0xFA, 0xF3, 0xF2, 0xE3, 0xE2)))
"""A tag, or the sync word of a layer III frame of MPEG 1, 2 or 2.5."""

_UNKNOWN_LENGTH: Final = 0xFFFFFFFF


class SoundFetcher:
    """Fetches sounds over HTTP, as the platform does before it plays them.

    Args:
        session: what to fetch with.
        clock: for the time limit.
    """

    def __init__(self, session: aiohttp.ClientSession, clock: Clock) -> None:
        self._session = session
        self._clock = clock

    async def fetch(self, url: str) -> Sound:
        """Return the sound at a URL.

        Source of the rules: the platform's document of ``call.audio/play``.

        Raises:
            Refusal: 400; it is not reachable, not mp3 or wav, or too large.
        """
        suffix = _suffix(url)
        content = await self._content(url)
        if len(content) > LARGEST:
            raise Refusal(400, f"url: the file is larger than {LARGEST} bytes")
        duration = wav_duration(content) if suffix == "wav" else mp3_duration(content)
        return Sound(url=url, duration=duration)

    async def _content(self, url: str) -> bytes:
        try:
            async with self._clock.timeout(FETCH_SECONDS), self._session.get(url) as response:
                if response.status != 200:  # noqa: PLR2004 - HTTP's OK
                    raise Refusal(400, f"url: the file is not there (HTTP {response.status})")
                return await _read_up_to(response.content, LARGEST + 1)
        except (aiohttp.ClientError, TimeoutError, ValueError) as error:
            raise Refusal(400, f"url: the file is not reachable ({type(error).__name__})") from error


def wav_duration(content: bytes) -> float:
    """Return the length of a wav file in seconds.

    Raises:
        Refusal: 400, it is no wav file.
    """
    try:
        with wave.open(io.BytesIO(content)) as sound:
            duration: float = sound.getnframes() / sound.getframerate()
    except (wave.Error, EOFError, ZeroDivisionError) as error:
        raise Refusal(400, f"url: not a wav file ({error})") from error
    return duration


def mp3_duration(content: bytes) -> float:
    """Return the length of an mp3 file in seconds.

    Raises:
        Refusal: 400, it is no mp3 file.
    """
    if not content.startswith(_MP3_BEGINNINGS):
        raise Refusal(400, "url: not an mp3 file (it begins with neither a tag nor a frame)")
    try:
        duration = TinyTag.get("sound.mp3", file_obj=io.BytesIO(content), tags=False, check_magic_bytes=False).duration
    except TinyTagException as error:
        raise Refusal(400, f"url: not an mp3 file ({error})") from error
    if not duration:
        raise Refusal(400, "url: not an mp3 file (it has no sound in it)")
    return duration


def silent_wav(seconds: float) -> bytes:
    """Return a wav file of silence."""
    target = io.BytesIO()
    with wave.open(target, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(1)
        sound.setframerate(RATE)
        sound.writeframes(SILENCE * round(seconds * RATE))
    return target.getvalue()


def endless_wav_header() -> bytes:
    """Return the header of a wav file whose length is not known yet, as live audio has it."""
    unknown = _UNKNOWN_LENGTH.to_bytes(4, "little")
    header = silent_wav(0)
    return header[:4] + unknown + header[8:40] + unknown


def _suffix(url: str) -> str:
    try:
        parts = urlsplit(url)
    except ValueError as error:
        raise Refusal(400, f"url: not a URL ({error})") from error
    suffix = parts.path.rpartition(".")[2].lower()
    if parts.scheme not in ("http", "https") or not parts.netloc:
        raise Refusal(400, "url: must begin with http:// or https://")
    if suffix not in ("mp3", "wav"):
        raise Refusal(400, "url: the file must be mp3 or wav")
    return suffix


async def _read_up_to(stream: aiohttp.StreamReader, limit: int) -> bytes:
    content = bytearray()
    async for chunk in stream.iter_any():
        content += chunk
        if len(content) >= limit:
            break
    return bytes(content)
