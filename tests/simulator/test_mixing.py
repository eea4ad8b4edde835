"""Mixing: what is heard of a call at which time."""

from __future__ import annotations

from array import array

import pytest

from bot.simulator.clips import Clip
from bot.simulator.media import Media, Playback, Sound
from bot.simulator.mixing import mix, parts_of
from bot.simulator.pcm import LOUDEST, RATE


def steady(value: int, seconds: float) -> Clip:
    return Clip(lambda: array("h", [value] * round(seconds * RATE)), seconds)


def play(media: Media, clip: Clip, at: float, *, loop: bool = False, url: str = "") -> Playback:
    sound = Sound(url=url or f"http://bot/{id(clip)}.wav", duration=clip.seconds, clip=clip)
    return media.play(sound, loop=loop, at=at)


def levels(media: Media, begins: float, ends: float, step: float = 0.5) -> list[int]:
    """Return the sample in the middle of every so many seconds."""
    parts = parts_of(media, begins, ends, origin=begins)
    mixed = mix(parts, 0, round((ends - begins) * RATE))
    assert len(mixed) == round((ends - begins) * RATE)
    return list(mixed[round(step * RATE / 2) :: round(step * RATE)])


def test_a_sound_is_heard_from_its_beginning_to_its_end() -> None:
    media = Media()
    play(media, steady(100, 1.0), 10.5)

    assert levels(media, 10.0, 12.0) == [0, 100, 100, 0]
    assert levels(media, 11.0, 12.0) == [100, 0]
    assert levels(media, 9.0, 10.0) == [0, 0]


def test_a_stopped_sound_is_heard_until_then_and_a_loop_until_it_is_stopped() -> None:
    media = Media()
    first = play(media, steady(100, 5.0), 0.0)
    music = play(media, Clip(lambda: array("h", [10] * 8000 + [20] * 4000), 1.5), 1.0, loop=True)
    media.stop(first.sound.url, at=1.5)
    assert levels(media, 0.0, 4.0) == [100, 100, 110, 10, 20, 10, 10, 20]
    media.stop(music.sound.url, at=3.0)
    assert levels(media, 0.0, 4.0) == [100, 100, 110, 10, 20, 10, 0, 0]
    assert levels(media, 2.0, 4.0) == [20, 10, 0, 0]


def test_several_are_heard_at_once_and_too_loud_ones_are_cut_off() -> None:
    media = Media()
    for value in (30000, 20000, -10000):
        play(media, steady(value, 1.0), 0.0)
    play(media, steady(-30000, 0.5), 1.0)
    play(media, steady(-30000, 0.5), 1.0)

    assert levels(media, 0.0, 2.0) == [LOUDEST - 10000, LOUDEST - 10000, -LOUDEST - 1, 0]


def test_a_sound_shorter_than_it_says_is_followed_by_silence() -> None:
    media = Media()
    play(media, Clip(lambda: array("h", [7] * 4000), 2.0), 0.0)
    play(media, Clip(None, 2.0), 0.0)
    play(media, Clip(None, 2.0), 0.0, loop=True)

    assert levels(media, 0.0, 2.0) == [7, 0, 0, 0]


def test_a_loop_of_one_sample_is_heard_for_as_long_as_it_lasts() -> None:
    media = Media()
    play(media, Clip(lambda: array("h", [7]), 1 / 8000), 0.0, loop=True)

    assert levels(media, 0.0, 1.0) == [7, 7]


def test_speech_and_keys_are_heard_beside_sounds() -> None:
    media = Media()
    play(media, steady(1000, 4.0), 0.0)
    media.score.say("anna", steady(100, 0.5), 1.0, at=0.5)
    media.score.press("anna", steady(10, 0.5), at=1.0)
    media.score.hush("anna", on=True, at=1.25)
    media.score.hush("anna", on=False, at=1.5)
    media.score.press("anna", steady(10, 0.5), at=2.0)

    assert levels(media, 0.0, 3.0, 0.25) == [1000, 1000, 1100, 1100, 1110, *[1000] * 3, 1010, 1010, 1000, 1000]


def test_speech_longer_than_its_clip_begins_again_and_other_speech_does_not() -> None:
    media = Media()
    media.score.say("anna", Clip(lambda: array("h", [5] * 4000 + [6] * 4000), 1.0), 2.0, at=0.0)
    media.score.say("boris", Clip(lambda: array("h", [10] * 4000), 1.0), 1.0, at=0.0)

    assert levels(media, 0.0, 2.5) == [15, 6, 5, 6, 0]


@pytest.mark.parametrize("piece", [1, 777, 8000, 100_000])
def test_any_part_of_a_mix_is_that_part_of_the_whole(piece: int) -> None:
    media = Media()
    ramp = Clip(lambda: array("h", range(5000)), 0.625)
    play(media, ramp, 0.1)
    play(media, ramp, 0.2, loop=True, url="http://bot/loop.wav")
    media.score.say("anna", ramp, 0.8, at=0.3)
    parts = parts_of(media, 0.15, 1.4, origin=0.15)
    whole = mix(parts, 0, 10_000)

    first = 5_000 if piece == 1 else 0
    for begin in range(first, first + 3 if piece == 1 else 10_000, piece):
        assert mix(parts, begin, min(piece, 10_000 - begin)) == whole[begin : begin + piece]
