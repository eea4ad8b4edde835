"""Sound files that come from outside: fetching what the bot wants played, and looking at what people say."""

from __future__ import annotations

import io
import wave
from typing import Final
from urllib.parse import urlsplit

import aiohttp
from tinytag import TinyTag, TinyTagException

from bot.clock import Clock
from bot.simulator.clips import Clip, Shelf
from bot.simulator.media import Sound
from bot.simulator.refusal import Refusal

LARGEST: Final = 10_000_000
"""Bytes that a sound may have. The documents say 10 MB; this is the smaller reading of it."""

FETCH_SECONDS: Final = 10.0
"""How long the platform waits for a sound. Not documented."""

LONGEST_SPEECH: Final = 60.0
"""Seconds that one piece of speech may have."""

_MP3_BEGINNINGS: Final = (b"ID3", *(bytes((0xFF, second)) for second in (0xFB, 0xFA, 0xF3, 0xF2, 0xE3, 0xE2)))
"""A tag, or the sync word of a layer III frame of MPEG 1, 2 or 2.5."""


class SoundFetcher:
    """Fetches sounds over HTTP, as the platform does before it plays them.

    Args:
        session: what to fetch with.
        clock: for the time limit.
        shelf: keeps what is in them.
    """

    def __init__(self, session: aiohttp.ClientSession, clock: Clock, shelf: Shelf) -> None:
        self._session = session
        self._clock = clock
        self._shelf = shelf

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
        try:
            if suffix == "wav":
                clip = self._shelf.wav(content, wav_duration(content))
            else:
                clip = self._shelf.mp3(content, mp3_duration(content))
        except ValueError as error:
            raise Refusal(400, f"url: {error}") from error
        return Sound(url=url, duration=clip.seconds, clip=clip)

    async def _content(self, url: str) -> bytes:
        try:
            async with self._clock.timeout(FETCH_SECONDS), self._session.get(url) as response:
                if response.status != 200:  # noqa: PLR2004 - HTTP's OK
                    raise Refusal(400, f"url: the file is not there (HTTP {response.status})")
                return await _read_up_to(response.content, LARGEST + 1)
        except (aiohttp.ClientError, TimeoutError, ValueError) as error:
            raise Refusal(400, f"url: the file is not reachable ({type(error).__name__})") from error


def speech_clip(shelf: Shelf, content: bytes) -> Clip:
    """Return the clip of something that somebody says.

    Args:
        shelf: where it is kept.
        content: a wav file.

    Raises:
        Refusal: 400; it is no wav file, there is nothing in it, or it is longer than `LONGEST_SPEECH`.
    """
    try:
        seconds = wav_duration(content)
    except ValueError as error:
        raise Refusal(400, f"the speech is {error}") from error
    if not 0 < seconds <= LONGEST_SPEECH:
        raise Refusal(400, f"the speech is {seconds:g} s long; send up to {LONGEST_SPEECH:g} s at once")
    return shelf.wav(content, seconds)


def wav_duration(content: bytes) -> float:
    """Return the length of a wav file in seconds; of one that is cut short, the length of what is there.

    Raises:
        ValueError: it is no wav file.
    """
    try:
        with wave.open(io.BytesIO(content)) as sound:
            there = len(content) // (sound.getnchannels() * sound.getsampwidth())
            duration: float = min(sound.getnframes(), there) / sound.getframerate()
    except (wave.Error, EOFError, RuntimeError, ZeroDivisionError) as error:
        raise ValueError(f"not a wav file ({str(error) or 'it ends too early'})") from error
    return duration


def mp3_duration(content: bytes) -> float:
    """Return the length of an mp3 file in seconds.

    Raises:
        ValueError: it is no mp3 file.
    """
    if not content.startswith(_MP3_BEGINNINGS):
        raise ValueError("not an mp3 file (it begins with neither a tag nor a frame)")
    try:
        duration = TinyTag.get("sound.mp3", file_obj=io.BytesIO(content), tags=False, check_magic_bytes=False).duration
    except TinyTagException as error:
        raise ValueError(f"not an mp3 file ({error})") from error
    if not duration:
        raise ValueError("not an mp3 file (it has no sound in it)")
    return duration


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
