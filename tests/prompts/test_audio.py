from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import PromptError
from bot.prompts.audio import MAX_BYTES, mp3_duration, read_audio, wav_duration
from tests.prompts.sounds import MP3_FRAME_SECONDS, mp3, mp3_with_count, put, wav


def test_a_wav_file_is_read(tmp_path: Path) -> None:
    path = put(tmp_path / "a.wav", wav(1.25, rate=16000, channels=2))
    audio = read_audio(path)
    assert (audio.media_type, audio.duration, audio.size) == ("audio/wav", 1.25, path.stat().st_size)
    assert audio.digest == hashlib.sha256(path.read_bytes()).hexdigest()[:16]
    assert audio.modified == path.stat().st_mtime_ns


def test_an_mp3_file_is_read(tmp_path: Path) -> None:
    audio = read_audio(put(tmp_path / "a.MP3", mp3(40)))
    assert audio.media_type == "audio/mpeg"
    assert audio.duration == pytest.approx(40 * MP3_FRAME_SECONDS)


def test_the_count_of_frames_is_believed_where_it_is_true() -> None:
    assert mp3_duration(mp3_with_count(100, promised=100)) == pytest.approx(100 * MP3_FRAME_SECONDS)


def test_a_tag_before_the_sound_is_no_sound() -> None:
    tag = b"ID3\x04\x00\x00\x00\x00\x07\x76" + bytes(1014)
    assert mp3_duration(tag + mp3(40)) == pytest.approx(40 * MP3_FRAME_SECONDS, abs=MP3_FRAME_SECONDS)


@pytest.mark.parametrize(
    ("name", "content", "problem"),
    [
        ("a.wav", b"", "it is empty"),
        ("a.wav", b"hello, this is text", "not a wav file"),
        ("a.wav", mp3(), "not a wav file"),
        ("a.wav", b"OggS" + bytes(100), "looks like ogg"),
        ("a.wav", b"<!doctype html>", "looks like a web page"),
        ("a.wav", b"RIFF\x04\x00\x00\x00WAVE", "cannot be read as wav"),
        ("a.wav", wav()[:20], "cut short"),
        ("a.wav", wav(0), "it holds no sound"),
        ("a.wav", wav(rate=0, promised=8), "sampling rate of 0"),
        ("a.wav", wav(channels=0), "channels"),
        ("a.wav", wav(encoding=6), r"A-law \(format 6\); convert it to 16-bit PCM"),
        ("a.wav", wav(encoding=999), "unknown"),
        ("a.wav", wav(promised=0xFFFFFFF0), "promises 4294967280 bytes of sound and 8000 are there"),
        ("a.mp3", wav(), "not an mp3 file; it looks like wav"),
        ("a.mp3", b"hello, this is text", "not an mp3 file"),
        ("a.mp3", b"\xff\xfb" + bytes(200), "it holds no mp3 sound"),
        ("a.mp3", b"ID3\x04\x00\x00\x00\x00\x00\x00fLaC" + bytes(60), "mp3"),
        ("a.mp3", mp3_with_count(1, promised=1)[:28], "cannot be read as mp3"),
        ("a.mp3", mp3_with_count(10, promised=4000), "promises 1667583 bytes of sound"),
        ("a.ogg", b"OggS", "wav and mp3 only"),
    ],
)
def test_what_is_no_prompt_is_refused_with_its_name(tmp_path: Path, name: str, content: bytes, problem: str) -> None:
    with pytest.raises(PromptError, match=problem) as caught:
        read_audio(put(tmp_path / name, content))
    assert str(caught.value).startswith(str(tmp_path / name))


def test_a_file_of_the_largest_size_is_read_and_a_larger_one_is_not(tmp_path: Path) -> None:
    largest = wav((MAX_BYTES - 44) / 16000)
    assert read_audio(put(tmp_path / "a.wav", largest)).size == MAX_BYTES
    with pytest.raises(PromptError, match="larger than 10 MB"):
        read_audio(put(tmp_path / "b.wav", largest + b"\0"))


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(PromptError, match=r"gone\.wav: cannot be read: No such file"):
        read_audio(tmp_path / "gone.wav")


@given(st.integers(0, 60), st.binary(max_size=8))
def test_a_broken_wav_header_gives_a_duration_or_a_clear_error(where: int, bytes_: bytes) -> None:
    whole = wav(0.1)
    try:
        duration = wav_duration(whole[:where] + bytes_ + whole[where + len(bytes_) :])
    except PromptError:
        return
    assert duration > 0


@given(st.binary(max_size=2000))
def test_arbitrary_bytes_after_an_mp3_start_give_a_duration_or_a_clear_error(content: bytes) -> None:
    try:
        duration = mp3_duration(b"\xff\xfb" + content)
    except PromptError:
        return
    assert duration > 0
