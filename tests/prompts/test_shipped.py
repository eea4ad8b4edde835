"""The prompts that come with the examples."""

from __future__ import annotations

import json
import wave
from pathlib import Path

import pytest

import handlers
from bot.prompts import PromptLibrary
from bot.prompts.render import line_recipe
from bot.prompts.script import read_script

FOLDER = Path(handlers.__file__).parent / "prompts"

SPOKEN = [
    "all-busy",
    "callback-check",
    "callback-confirmed",
    "callback-number",
    "callback-offer",
    "callback-other",
    "closed",
    "conference-welcome",
    "confirm-accept",
    *(f"digit-{digit}" for digit in range(10)),
    "enter-pin",
    "goodbye",
    "invalid-choice",
    "leave-a-message",
    "main-menu",
    "no-input",
    "please-hold",
    "sales-hold",
    "survey-question",
    "survey-thanks",
    "welcome",
    "wrong-pin",
]
TONES = ["beep", "busy", "hold-music", "ringback"]


@pytest.fixture(scope="module")
def library() -> PromptLibrary:
    return PromptLibrary.load([FOLDER])


def test_all_are_there_in_both_languages(library: PromptLibrary) -> None:
    assert sorted(library.names()) == sorted([*SPOKEN, *TONES])
    assert {name for name in library.names() if library.languages(name) == ("en", "ru")} == set(SPOKEN)


def test_they_are_fit_for_a_telephone_and_small(library: PromptLibrary) -> None:
    for prompt in library:
        with wave.open(str(prompt.path)) as reader:
            assert reader.getparams()[:3] == (1, 2, 8000)
        assert 0.3 < prompt.duration <= 16
    assert sum(prompt.size for prompt in library) < 4_000_000


def test_they_are_what_the_script_says() -> None:
    rendered = json.loads((FOLDER / "rendered.json").read_text())
    wanted = {
        f"{line.language}/{line.name}.wav": line_recipe(line) for line in read_script(FOLDER / "prompts.toml").lines
    }
    assert {file: entry["recipe"] for file, entry in rendered.items() if "/" in file} == wanted


def test_the_caller_is_told_of_the_recording() -> None:
    texts = {(line.name, line.language): line.text for line in read_script(FOLDER / "prompts.toml").lines}
    for name in ("welcome", "conference-welcome"):
        assert "recorded" in texts[name, "en"]
        assert "записывается" in texts[name, "ru"]
