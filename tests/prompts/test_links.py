from __future__ import annotations

from pathlib import Path

import pytest

from bot.errors import PromptError
from bot.prompts import AudioLink, PromptLibrary, PromptLinks, prompt_url
from tests.prompts.sounds import put, wav


def test_a_link_is_an_address_and_a_duration(tmp_path: Path) -> None:
    put(tmp_path / "en/a.wav", wav(0.5))
    put(tmp_path / "ru/a.wav", wav(0.75))
    library = PromptLibrary.load([tmp_path])
    links = PromptLinks(library, "http://bot.example.com")
    assert links.get("a", "ru") == AudioLink(prompt_url("http://bot.example.com", library.get("a", "ru")), 0.75)
    assert links.get("a").duration == 0.5
    with pytest.raises(PromptError):
        links.get("b")
