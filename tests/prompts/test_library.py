from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import PromptError
from bot.prompts import PromptLibrary
from tests.prompts.sounds import mp3, put, wav

Shelf = Callable[..., PromptLibrary]


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    def build(*files: str, default_language: str | None = "en") -> PromptLibrary:
        for file in files:
            put(tmp_path / file, mp3() if file.endswith("mp3") else wav())
        return PromptLibrary.load([tmp_path], default_language=default_language)

    return build


def test_prompts_are_found_by_folder(shelf: Shelf, tmp_path: Path) -> None:
    library = shelf("beep.wav", "en/welcome.wav", "ru/welcome.mp3", "ru/closed.wav")
    assert library.names() == ("beep", "closed", "welcome")
    assert library.languages("welcome") == ("en", "ru")
    assert library.languages("beep") == ()
    assert len(library) == 4
    assert [(p.name, p.language) for p in library] == [
        ("beep", None),
        ("closed", "ru"),
        ("welcome", "en"),
        ("welcome", "ru"),
    ]
    assert library.get("welcome", "ru").path == tmp_path / "ru/welcome.mp3"
    assert library.get("welcome").duration == 0.5


@pytest.mark.parametrize(
    ("files", "asked", "expected"),
    [
        (["en/x.wav", "en-GB/x.wav"], "en-gb", "en-GB"),
        (["en/x.wav", "en-GB/x.wav"], "en_GB", "en-GB"),
        (["en/x.wav", "ru/x.wav"], "ru-RU", "ru"),
        (["zh/x.wav", "zh-Hans/x.wav"], "zh-Hans-CN", "zh-Hans"),
        (["en/x.wav", "ru/x.wav"], "de", "en"),
        (["en/x.wav", "x.wav"], None, "en"),
        (["ru/x.wav", "x.wav"], "de", None),
        (["ru/x.wav", "x.wav"], "ru", "ru"),
    ],
)
def test_the_nearest_language_is_taken(shelf: Shelf, files: list[str], asked: str | None, expected: str | None) -> None:
    assert shelf(*files).get("x", asked).language == expected


def test_the_default_language_can_be_chosen_and_can_be_none(shelf: Shelf) -> None:
    assert shelf("en/x.wav", "ru/x.wav", default_language="ru-RU").get("x", "de").language == "ru"
    with pytest.raises(PromptError, match="does not exist for no language; it exists in en, ru"):
        shelf(default_language=None).get("x")


def test_a_missing_prompt_is_answered_with_help(shelf: Shelf) -> None:
    library = shelf("en/welcome.wav", "ru/closed.wav")
    with pytest.raises(PromptError, match="no prompt 'welcom'; did you mean 'welcome'"):
        library.get("welcom")
    with pytest.raises(PromptError, match="nor one of a similar name; there are 2 prompts"):
        library.get("zzz")
    with pytest.raises(PromptError, match="'closed' does not exist for de; it exists in ru"):
        library.get("closed", "de")


def test_folders_are_put_together(tmp_path: Path) -> None:
    put(tmp_path / "one/en/a.wav", wav())
    put(tmp_path / "two/en/b.wav", wav())
    assert PromptLibrary.load([tmp_path / "one", tmp_path / "two"]).names() == ("a", "b")
    put(tmp_path / "two/en/a.wav", wav())
    with pytest.raises(PromptError, match=r"two/en/a\.wav: the prompt 'a' in en is in .*one/en/a\.wav already"):
        PromptLibrary.load([tmp_path / "one", tmp_path / "two"])


def test_one_prompt_in_two_formats_is_refused(shelf: Shelf) -> None:
    with pytest.raises(PromptError, match="the prompt 'a' is in"):
        shelf("a.wav", "a.mp3")


@pytest.mark.parametrize("file", ["Welcome.wav", "wel come.wav", "en/-a.wav", "привет.wav", "a.b.wav"])
def test_a_name_that_is_no_part_of_a_url_is_refused(shelf: Shelf, file: str) -> None:
    with pytest.raises(PromptError, match="small letters"):
        shelf(file)


@pytest.mark.parametrize("folder", ["music", "any", "e"])
def test_a_folder_that_is_no_language_is_refused(shelf: Shelf, folder: str) -> None:
    with pytest.raises(PromptError, match="named by a language"):
        shelf(f"{folder}/a.wav")


def test_a_format_that_is_not_played_is_refused(shelf: Shelf) -> None:
    with pytest.raises(PromptError, match=r"a\.ogg: the platform plays wav and mp3 only"):
        shelf("a.ogg")


def test_what_is_no_audio_is_passed_over(shelf: Shelf) -> None:
    assert shelf(
        "prompts.toml", "README.md", ".a.wav.part", "en/.hidden.wav", "__pycache__/x.wav", "a.wav"
    ).names() == ("a",)


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(PromptError, match="nowhere: cannot be read"):
        PromptLibrary.load([tmp_path / "nowhere"])


def test_a_broken_prompt_stops_the_loading_with_its_name(tmp_path: Path) -> None:
    put(tmp_path / "en/broken.wav", b"nothing")
    with pytest.raises(PromptError, match=r"en/broken\.wav: not a wav file"):
        PromptLibrary.load([tmp_path])


def test_an_empty_library_has_nothing() -> None:
    assert PromptLibrary().names() == ()


@given(st.text(max_size=20), st.text(max_size=40))
def test_no_url_is_too_odd_to_be_looked_up(language: str, file: str) -> None:
    assert PromptLibrary().find(language, file) is None
