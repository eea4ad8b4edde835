from __future__ import annotations

from pathlib import Path

import pytest

from bot.errors import PromptError
from bot.prompts.script import Line, Script, read_script

WHOLE = """
tones = ["beep", "busy"]

[languages.en]
voice = "en-us"

[languages.ru]
speed = 130

[prompts.welcome]
en = '''Welcome
  to us.'''
ru = { text = "Здравствуйте", speed = 120 }
pt-BR = { text = "Bem-vindo", voice = "pt" }

[prompts.leave-a-message]
en = "Speak."
tone = "beep"
"""


def read(tmp_path: Path, text: str) -> Script:
    path = tmp_path / "prompts.toml"
    path.write_text(text, encoding="utf-8")
    return read_script(path)


def test_a_script_is_read(tmp_path: Path) -> None:
    assert read(tmp_path, WHOLE) == Script(
        lines=(
            Line("welcome", "en", "Welcome to us.", "en-us", 150, None),
            Line("welcome", "ru", "Здравствуйте", "ru", 120, None),
            Line("welcome", "pt-BR", "Bem-vindo", "pt", 150, None),
            Line("leave-a-message", "en", "Speak.", "en-us", 150, "beep"),
        ),
        tones=("beep", "busy"),
    )


def test_an_empty_script_says_nothing(tmp_path: Path) -> None:
    assert read(tmp_path, "") == Script((), ())


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("[prompts\nx = 1", r"not TOML: .*line 1"),
        ("promts = 1", "the file has an unknown entry 'promts'; known are languages, prompts, tones"),
        ("tones = 1", "tones must be a list"),
        ("tones = ['bep']", "tones: there is no tone 'bep'; there are beep, busy, hold-music, ringback"),
        ("tones = [1]", "there is no tone 1"),
        ("prompts = 1", "prompts must be a table"),
        ("[prompts]\na = 'x'", "prompts.a must be a table"),
        ("[prompts.A]\nen = 'x'", "prompts.A: a prompt's name"),
        ("[prompts.a]", "prompts.a: it has no text"),
        ("[prompts.a]\ntone = 'beep'", "prompts.a: it has no text"),
        ("[prompts.a]\ntone = 'x'\nen = 'x'", "prompts.a.tone: there is no tone 'x'"),
        ("[prompts.a]\nenglish = 'x'", "prompts.a.english: 'english' is not a language"),
        ("[prompts.a]\nany = 'x'", "'any' is not a language"),
        ("[prompts.a]\nen = ' '", "prompts.a.en must be a text that is not empty"),
        ("[prompts.a]\nen = 1", "prompts.a.en must be a table"),
        ("[prompts.a]\nen = { speed = 100 }", "prompts.a.en must be a text"),
        ("[prompts.a]\nen = { text = 'x', pitch = 1 }", "prompts.a.en has an unknown entry 'pitch'"),
        ("[prompts.a]\nen = { text = 'x', speed = 20 }", "prompts.a.en.speed must be a whole number"),
        ("[prompts.a]\nen = { text = 'x', speed = true }", "prompts.a.en.speed must be a whole number"),
        ("[prompts.a]\nen = { text = 'x', voice = '' }", "prompts.a.en.voice must be a text"),
        ('[prompts.a]\nen = "x\\u0000"', "cannot be spoken"),
        (f"[prompts.a]\nen = '{'x' * 2001}'", "has 2001 characters; at most 2000"),
        ("tones = ['beep']\n[prompts.beep]\nen = 'x'", "prompts.beep: a tone has that name"),
        ("[languages.english]", "'english' is not a language"),
        ("[languages.en]\nspeed = 'fast'", "languages.en.speed must be a whole number"),
        ("[languages.en]\npitch = 1", "languages.en has an unknown entry 'pitch'"),
    ],
)
def test_a_mistake_is_named_with_its_place(tmp_path: Path, text: str, problem: str) -> None:
    with pytest.raises(PromptError, match=problem) as caught:
        read(tmp_path, text)
    assert str(caught.value).startswith(str(tmp_path / "prompts.toml"))


def test_a_script_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(PromptError, match=r"prompts\.toml: cannot be read"):
        read_script(tmp_path / "prompts.toml")


def test_a_script_in_another_encoding_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "prompts.toml"
    path.write_bytes("[prompts.a]\nru = 'Привет'".encode("cp1251"))
    with pytest.raises(PromptError, match="not TOML"):
        read_script(path)
