"""Audio files made by hand, and an engine that speaks in tones."""

from __future__ import annotations

import math
import struct
from dataclasses import dataclass, field
from pathlib import Path

from bot.prompts.speech import Speech

MP3_FRAME_SECONDS = 1152 / 44100

# A frame of MPEG 1 layer III at 128 kbit/s, 44.1 kHz, mono, whose empty side information makes it silence.
_MP3_FRAME = b"\xff\xfb\x90\xc0" + bytes(413)


def wav(
    seconds: float = 0.5, *, rate: int = 8000, encoding: int = 1, channels: int = 1, promised: int | None = None
) -> bytes:
    """Return a wav file of silence; ``promised`` is what its header says of the bytes of sound."""
    sound = bytes(round(seconds * rate) * 2 * channels)
    size = len(sound) if promised is None else promised
    form = struct.pack("<HHIIHH", encoding, channels, rate, rate * 2 * channels, 2 * channels, 16)
    body = b"WAVEfmt " + struct.pack("<I", len(form)) + form + b"data" + struct.pack("<I", size) + sound
    return b"RIFF" + struct.pack("<I", min(len(body), 0xFFFFFFFF)) + body


def mp3(frames: int = 40) -> bytes:
    """Return an mp3 file of silence with a constant bit rate."""
    return _MP3_FRAME * frames


def mp3_with_count(frames: int, promised: int) -> bytes:
    """Return an mp3 file whose first frame says how many frames and bytes it has."""
    info = struct.pack(">4sIII", b"Xing", 3, promised, promised * len(_MP3_FRAME))
    first = _MP3_FRAME[:21] + info + bytes(len(_MP3_FRAME) - 21 - len(info))
    return first + _MP3_FRAME * frames


def put(path: Path, content: bytes) -> Path:
    """Write a file and the folders that it needs."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def sine(frequency: float, seconds: float, rate: int, volume: float = 0.5) -> list[float]:
    """Return a tone."""
    return [volume * math.sin(2 * math.pi * frequency * index / rate) for index in range(round(seconds * rate))]


@dataclass
class ToneEngine:
    """Says a text as a tone that lasts a tenth of a second for each character."""

    identity: str = "tones 1"
    said: list[tuple[str, str, int]] = field(default_factory=list)

    def speak(self, text: str, *, voice: str, speed: int) -> Speech:
        self.said.append((text, voice, speed))
        return Speech(sine(500, len(text) / 10, 16000), 16000)
