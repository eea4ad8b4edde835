"""What an audio file is: its format, its duration, its size; or why the platform could not play it.

The platform plays mp3 and wav of at most 10 MB (its documentation of
``call.audio/play``). It never says when a prompt is over, so the duration read
here is what a flow waits for: a file whose duration cannot be trusted is refused.
"""

from __future__ import annotations

import hashlib
import io
import os
import wave
from dataclasses import dataclass
from pathlib import Path

from tinytag import TinyTag, TinyTagException

from bot.errors import PromptError

MAX_BYTES = 10_000_000
"""The largest file that the platform plays; 10 MB, taken in its narrower sense."""

MEDIA_TYPES = {".wav": "audio/wav", ".mp3": "audio/mpeg"}
"""The media type of each file name ending that is played."""

_DIGEST_LENGTH = 16

# Registered numbers of wav encodings that people do meet (RFC 2361); the rest are named by number.
_WAV_ENCODINGS = {
    2: "ADPCM",
    3: "floating point",
    6: "A-law",
    7: "mu-law",
    17: "IMA ADPCM",
    49: "GSM 6.10",
    85: "MP3",
    65534: "extensible",
}


@dataclass(frozen=True, slots=True)
class Audio:
    """What a file of audio is.

    Attributes:
        media_type: ``audio/wav`` or ``audio/mpeg``.
        duration: seconds, above 0.
        size: bytes, 1 to `MAX_BYTES`.
        digest: the first 16 hexadecimal digits of the SHA-256 of the content.
        modified: the file's time of change when it was read, nanoseconds since the epoch.
    """

    media_type: str
    duration: float
    size: int
    digest: str
    modified: int


def read_audio(path: Path) -> Audio:
    """Read a wav or mp3 file whole and say what it is.

    Args:
        path: the file; its ending, in any case, says which format it must have.

    Returns:
        What the file is.

    Raises:
        PromptError: it cannot be read, is empty or larger than `MAX_BYTES`, has another format than its name says,
            is not audio, is cut short, or is encoded in a way that is not supported; names the file and the problem.
    """
    suffix = path.suffix.lower()
    if suffix not in MEDIA_TYPES:
        raise PromptError(f"{path}: the platform plays wav and mp3 only")
    content, modified = _read(path)
    try:
        duration = wav_duration(content) if suffix == ".wav" else mp3_duration(content)
    except PromptError as error:
        raise PromptError(f"{path}: {error}") from error.__cause__
    return Audio(MEDIA_TYPES[suffix], duration, len(content), content_digest(content), modified)


def content_digest(content: bytes) -> str:
    """Return the first 16 hexadecimal digits of the SHA-256 of some content."""
    return hashlib.sha256(content).hexdigest()[:_DIGEST_LENGTH]


def wav_duration(content: bytes) -> float:
    """Return the seconds of a wav file's content.

    Raises:
        PromptError: it is not wav, holds no sound, is cut short, or is encoded otherwise than PCM.
    """
    if not (content.startswith(b"RIFF") and content[8:12] == b"WAVE"):
        raise PromptError(f"not a wav file{_resemblance(content)}")
    try:
        with wave.open(io.BytesIO(content), "rb") as reader:
            frames, rate = reader.getnframes(), reader.getframerate()
            expected = frames * reader.getnchannels() * reader.getsampwidth()
            held = len(reader.readframes(frames))
    except (wave.Error, EOFError, RuntimeError) as error:
        raise PromptError(f"cannot be read as wav: {_explain(error)}") from error
    if rate == 0:
        raise PromptError("its header gives a sampling rate of 0; write the file anew")
    if frames == 0:
        raise PromptError("it holds no sound")
    if held < expected:
        raise PromptError(f"its header promises {expected} bytes of sound and {held} are there; write the file anew")
    return frames / rate


def mp3_duration(content: bytes) -> float:
    """Return the seconds of an mp3 file's content.

    Raises:
        PromptError: it is not mp3, holds no sound, or is cut short.
    """
    # The parser skips whatever comes before a frame, so that it would find "frames" in arbitrary bytes.
    if not (content.startswith(b"ID3") or (content[:1] == b"\xff" and content[1:2] >= b"\xe0")):
        raise PromptError(f"not an mp3 file{_resemblance(content)}")
    try:
        tag = TinyTag.get("prompt.mp3", io.BytesIO(content), tags=False, check_magic_bytes=False)
    except TinyTagException as error:
        raise PromptError(f"cannot be read as mp3: {error}") from error
    if tag.mime_type != "audio/mpeg" or not tag.duration or not tag.bitrate:
        raise PromptError("it holds no mp3 sound")
    expected = int(tag.duration * tag.bitrate * 1000 / 8)
    # The first frame, which carries the count of frames, is not always counted itself: hence the tolerance.
    if expected > len(content) * 1.05 + 4096:
        raise PromptError(
            f"its header promises {expected} bytes of sound and {len(content)} are there; write the file anew"
        )
    return float(tag.duration)


def _read(path: Path) -> tuple[bytes, int]:
    try:
        with path.open("rb") as file:
            modified = os.fstat(file.fileno()).st_mtime_ns
            content = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise PromptError(f"{path}: cannot be read: {error.strerror}") from error
    if not content:
        raise PromptError(f"{path}: it is empty")
    if len(content) > MAX_BYTES:
        raise PromptError(f"{path}: larger than {MAX_BYTES // 1_000_000} MB, which is the most that the platform plays")
    return content, modified


def _explain(error: Exception) -> str:
    """Put the wave module's words into those of somebody who has to mend the file."""
    problem = str(error)
    if isinstance(error, EOFError):
        return "it is cut short"
    if problem.startswith("unknown format: "):
        number = problem.removeprefix("unknown format: ")
        name = _WAV_ENCODINGS.get(int(number), "unknown") if number.isdigit() else "unknown"
        return f"its encoding is {name} (format {number}); convert it to 16-bit PCM"
    return problem


def _resemblance(content: bytes) -> str:
    """Say what a file with the wrong content looks like, where that is plain."""
    if content.startswith(b"RIFF") and content[8:12] == b"WAVE":
        return "; it looks like wav"
    looks = {b"ID3": "mp3", b"OggS": "ogg", b"fLaC": "flac", b"<": "a web page or XML"}
    for start, name in looks.items():
        if content.startswith(start):
            return f"; it looks like {name}"
    return ""
