"""Clips, and the memory that they take."""

from __future__ import annotations

import sys
from array import array

import pytest

from bot.simulator.clips import Clip, Shelf
from bot.simulator.decoding import find_mp3_decoder, samples_of_mp3
from tests.simulator.sound_tools import MP3_TONE, strength, tone


def test_samples_are_made_once_and_only_when_somebody_listens() -> None:
    made: list[int] = []

    def make() -> array[int]:
        made.append(1)
        return array("h", [5])

    clip = Clip(make, 1.0)
    assert (clip.audible, made) == (True, [])
    assert clip.samples() is clip.samples()
    assert made == [1]


def test_what_cannot_be_decoded_is_silent() -> None:
    shelf = Shelf(samples_of_mp3)

    assert shelf.mp3(b"\xff\xfbnothing", 1.0).samples() == array("h")
    assert shelf.wav(b"nothing", 1.0).samples() == array("h")


def test_equal_content_is_one_clip() -> None:
    shelf = Shelf(None)

    assert shelf.wav(b"one", 1.0) is shelf.wav(b"one", 1.0)
    assert shelf.wav(b"one", 1.0) is not shelf.wav(b"two", 1.0)
    assert shelf.key("1") is shelf.key("1")
    assert shelf.voice("anna") is not shelf.voice("boris")


def test_the_longest_unused_clips_are_forgotten_when_memory_is_full() -> None:
    shelf = Shelf(None, kept_bytes=70_000)
    first, second = (shelf.wav(tone(frequency, 1.0), 1.0) for frequency in (400, 500))
    shelf.wav(tone(400, 1.0), 1.0)
    for clip in (first, second):
        assert len(clip.samples()) == 8000
    third = shelf.wav(tone(600, 0.4), 0.4)

    assert (first.audible, second.audible, third.audible) == (True, False, True)
    assert len(second.samples()) == 0
    assert shelf.wav(tone(500, 1.0), 1.0) is not second


def test_a_clip_too_large_for_the_shelf_is_heard_while_it_is_the_last() -> None:
    shelf = Shelf(None, kept_bytes=10)
    clip = shelf.wav(tone(400, 1.0), 1.0)
    assert clip.audible
    shelf.key("1")
    assert not clip.audible


def test_a_clip_that_is_forgotten_while_it_is_made_is_not_kept() -> None:
    def make() -> array[int]:
        clip.forget()
        return array("h", [1])

    clip = Clip(make, 1.0)
    assert clip.samples() == array("h", [1])
    assert clip.samples() == array("h")


def test_mp3_is_silent_without_the_library_for_it() -> None:
    clip = Shelf(None).mp3(MP3_TONE.read_bytes(), 1.0)

    assert (clip.audible, clip.samples(), clip.seconds) == (False, array("h"), 1.0)


def test_mp3_is_heard_with_the_library_for_it() -> None:
    pytest.importorskip("miniaudio", reason="needs the extra: pip install 'workonflow-bot[simulator]'")
    decoder = find_mp3_decoder()
    assert decoder is not None
    samples = Shelf(decoder).mp3(MP3_TONE.read_bytes(), 1.0).samples()

    assert len(samples) == pytest.approx(8000, abs=800)
    assert strength(samples, 440, 0.4, 0.2) == pytest.approx(0.366, rel=0.1)
    assert len(samples_of_mp3(MP3_TONE.read_bytes(), longest=0.25)) == 2000


def test_without_the_library_there_is_no_decoder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "miniaudio", None)

    assert find_mp3_decoder() is None
