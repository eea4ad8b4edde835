from __future__ import annotations

from pathlib import Path

import pytest

from bot.errors import PromptError
from bot.prompts import PromptLibrary
from bot.prompts.commands import list_lines, render_folder, report_lines
from tests.prompts.sounds import ToneEngine, put, wav


def test_a_folder_is_rendered_and_reported(tmp_path: Path) -> None:
    put(tmp_path / "prompts.toml", b'tones = ["beep"]\n[prompts.a]\nen = "One"')
    assert report_lines(render_folder(tmp_path, ToneEngine())) == [
        f"made     {tmp_path}/en/a.wav",
        f"made     {tmp_path}/beep.wav",
        "2 made",
    ]
    put(tmp_path / "prompts.toml", b'[prompts.a]\nen = "One"')
    assert report_lines(render_folder(tmp_path, ToneEngine())) == [
        f"orphan   {tmp_path}/beep.wav",
        "1 unchanged, 1 orphan",
    ]


def test_espeak_is_the_engine_unless_another_is_given(tmp_path: Path) -> None:
    put(tmp_path / "prompts.toml", b'[prompts.a]\nen = "One"')
    assert report_lines(render_folder(tmp_path))[-1] == "1 made"
    assert 0.3 < PromptLibrary.load([tmp_path]).get("a").duration < 1.5


def test_an_empty_script_is_nothing_to_render(tmp_path: Path) -> None:
    put(tmp_path / "prompts.toml", b"")
    assert report_lines(render_folder(tmp_path, ToneEngine())) == ["nothing to render"]


def test_a_folder_without_script_is_named(tmp_path: Path) -> None:
    with pytest.raises(PromptError, match=r"prompts\.toml: there is no such script"):
        render_folder(tmp_path)


def test_prompts_are_listed(tmp_path: Path) -> None:
    put(tmp_path / "en/welcome.wav", wav(1.25))
    put(tmp_path / "beep.wav", wav(0.5))
    assert list_lines(PromptLibrary.load([tmp_path])) == [
        "NAME     LANGUAGE  SECONDS  KB  FILE",
        f"beep     -             0.5   8  {tmp_path}/beep.wav",
        f"welcome  en            1.2  20  {tmp_path}/en/welcome.wav",
        "2 files, 2 prompts, 0.0 MB",
    ]
