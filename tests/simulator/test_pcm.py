"""Samples: what any wav file becomes, and the wav files made of them."""

from __future__ import annotations

import io
import struct
import wave
from array import array

import pytest

from bot.simulator.pcm import HEADER_BYTES, samples_of_wav, silence, wav_bytes, wav_header
from tests.simulator.sound_tools import samples_of, strength, tone


@pytest.mark.parametrize("width", [1, 2, 3, 4])
@pytest.mark.parametrize("channels", [1, 2, 3])
@pytest.mark.parametrize("rate", [4000, 6000, 8000, 11025, 16000, 22050, 44100, 48000])
def test_a_wav_file_of_any_kind_keeps_its_tone_and_its_length(rate: int, channels: int, width: int) -> None:
    samples = samples_of_wav(tone(500, 0.2, rate=rate, channels=channels, width=width))

    assert len(samples) == pytest.approx(1600, abs=2)
    assert strength(samples, 500, 0.02) == pytest.approx(0.3 / channels, rel=0.12)
    assert strength(samples, 1500, 0.02) < 0.03


def test_channels_are_put_together() -> None:
    left, right = array("h", [1000, -3000, 7]), array("h", [2000, -1000, 7])
    content = io.BytesIO()
    with wave.open(content, "wb") as sound:
        sound.setnchannels(2)
        sound.setsampwidth(2)
        sound.setframerate(8000)
        sound.writeframes(b"".join(struct.pack("<hh", *pair) for pair in zip(left, right, strict=True)))

    assert samples_of_wav(content.getvalue()) == array("h", [1500, -2000, 7])


def test_the_loudest_values_stay_what_they_are() -> None:
    loud = wav_header(4) + struct.pack("<hh", 32767, -32768)
    assert samples_of_wav(loud) == array("h", [32767, -32768])
    faster = bytearray(loud)
    faster[24:28] = struct.pack("<I", 16000)
    assert samples_of_wav(bytes(faster)) == array("h", [-1])


@pytest.mark.parametrize("count", [0, 1, 2, 5])
def test_a_few_samples_of_another_rate_are_no_trouble(count: int) -> None:
    for rate in (1, 7999, 8001, 4_000_000_000):
        content = bytearray(wav_header(2 * count) + bytes(2 * count))
        content[24:28] = struct.pack("<I", rate)
        samples = samples_of_wav(bytes(content), longest=3.0)
        assert not any(samples)
        assert len(samples) <= 24000


def test_only_so_much_of_a_file_is_read() -> None:
    assert len(samples_of_wav(tone(500, 3.0), longest=2.0)) == 16000


def test_a_file_that_is_cut_short_gives_what_is_there() -> None:
    assert len(samples_of_wav(tone(500, 1.0, channels=2)[: 44 + 403])) == 100


@pytest.mark.parametrize(
    "content",
    [b"", b"hello", b"RIFF\x00\x00", tone(500, 0.1)[:30], tone(500, 0.1)[:24] + bytes(4) + tone(500, 0.1)[28:]],
)
def test_what_is_no_wav_file_is_refused(content: bytes) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        samples_of_wav(content)


def test_a_header_makes_a_file_of_samples() -> None:
    samples = array("h", [0, 1, -1, 32767, -32768])
    header = wav_header(2 * len(samples))

    assert len(header) == HEADER_BYTES
    assert samples_of(header + wav_bytes(samples)) == samples
    assert struct.unpack("<I", header[4:8])[0] == len(header) + 10 - 8


def test_a_header_of_what_has_no_length_yet_says_so() -> None:
    header = wav_header(None)

    assert header[4:8] == header[40:44] == b"\xff\xff\xff\xff"
    assert len(wav_header(2**40)) == HEADER_BYTES


def test_silence_is_silent() -> None:
    assert silence(3) == array("h", [0, 0, 0])
