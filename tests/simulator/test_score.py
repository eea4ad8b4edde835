"""What people say and press, as pure state: what is heard when."""

from __future__ import annotations

from array import array
from collections.abc import Sequence

import pytest

from bot.simulator.clips import Clip
from bot.simulator.refusal import Refusal
from bot.simulator.score import KEY_GAP, MOST, Score

CLIP = Clip(lambda: array("h", [1]), 1.0)
TONE = Clip(lambda: array("h", [1]), 0.16)


def heard(score: Score, begins: float = 0.0, ends: float = 100.0) -> Sequence[tuple[object, float, float]]:
    return [(utterance.who, since, until) for utterance, since, until in score.heard(begins, ends)]


def test_one_thing_is_said_after_another_by_one_and_at_once_by_two() -> None:
    score = Score()
    assert score.say("anna", CLIP, 2.0, at=10.0)
    assert score.say("boris", CLIP, 2.0, at=10.5)
    assert not score.say("anna", CLIP, 1.0, at=11.0)

    assert heard(score) == [("anna", 10.0, 12.0), ("boris", 10.5, 12.5), ("anna", 12.0, 13.0)]


def test_pieces_that_come_a_little_late_are_heard_without_a_gap() -> None:
    score = Score()
    score.say("anna", CLIP, 1.0, at=10.0)
    assert not score.say("anna", CLIP, 1.0, at=11.25)
    assert score.say("anna", CLIP, 1.0, at=13.0)

    assert heard(score) == [("anna", 10.0, 11.0), ("anna", 11.0, 12.0), ("anna", 13.0, 14.0)]


def test_nobody_is_given_too_much_to_say() -> None:
    score = Score()
    score.say("anna", CLIP, 700.0, at=0.0)

    with pytest.raises(Refusal, match="700 s left to say"):
        score.say("anna", CLIP, 1.0, at=0.0)
    score.say("anna", CLIP, 1.0, at=100.0)


def test_keys_that_are_pressed_at_once_sound_one_after_another() -> None:
    score = Score()
    for at in (1.0, 1.0, 5.0):
        score.press("anna", TONE, at=at)
    score.press("boris", TONE, at=1.0)

    assert [since for _, since, _ in heard(score)] == [1.0, pytest.approx(1.16 + KEY_GAP), 5.0, 1.0]


def test_who_is_held_is_not_heard_meanwhile() -> None:
    score = Score()
    score.say("anna", CLIP, 10.0, at=0.0)
    score.say("boris", CLIP, 10.0, at=0.0)
    score.hush("anna", on=True, at=2.0)
    score.hush("anna", on=True, at=2.5)
    score.hush("anna", on=False, at=3.0)
    score.hush("anna", on=False, at=3.5)
    score.hush("anna", on=True, at=6.0)

    assert heard(score) == [("anna", 0.0, 2.0), ("anna", 3.0, 6.0), ("boris", 0.0, 10.0)]
    assert heard(score, 2.25, 2.75) == [("boris", 2.25, 2.75)]
    assert heard(score, 2.5, 3.5) == [("anna", 3.0, 3.5), ("boris", 2.5, 3.5)]
    assert heard(score, 7.0, 8.0) == [("boris", 7.0, 8.0)]
    assert heard(score, 0.5, 1.0) == [("anna", 0.5, 1.0), ("boris", 0.5, 1.0)]
    assert heard(score, 20.0, 30.0) == []


def test_who_leaves_breaks_off() -> None:
    score = Score()
    score.say("anna", CLIP, 2.0, at=0.0)
    score.say("anna", CLIP, 5.0, at=1.0)
    score.say("anna", CLIP, 5.0, at=1.0)
    score.say("boris", CLIP, 5.0, at=1.0)
    score.press("anna", TONE, at=2.9)
    score.leave("anna", at=3.0)

    assert heard(score) == [("anna", 0.0, 2.0), ("anna", 2.0, 3.0), ("boris", 1.0, 6.0), ("anna", 2.9, 3.0)]


def test_only_so_much_is_remembered() -> None:
    score = Score()
    for number in range(MOST + 5):
        score.press("anna", TONE, at=float(number))

    assert len(heard(score, 0.0, 1e9)) == MOST
    assert heard(score, 0.0, 5.0) == []
