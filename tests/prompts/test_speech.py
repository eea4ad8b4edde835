from __future__ import annotations

import importlib
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from bot.errors import PromptError
from bot.prompts.pcm import trim
from bot.prompts.speech import EspeakEngine


@pytest.mark.parametrize(("voice", "text"), [("en", "Hello, how are you?"), ("ru", "Здравствуйте, как дела?")])
def test_espeak_speaks(voice: str, text: str) -> None:
    engine = EspeakEngine()
    slow = engine.speak(text, voice=voice, speed=100)
    quick = engine.speak(text, voice=voice, speed=200)
    assert engine.identity.startswith("espeak-ng 1.")
    assert slow.rate == quick.rate == 22050
    assert 0.5 < len(quick.samples) / quick.rate < 0.8 * len(slow.samples) / slow.rate < 4
    assert max(quick.samples) > 5000
    assert trim(quick.samples)


def test_a_voice_and_speed_leave_no_trace() -> None:
    first = EspeakEngine().speak("One, two.", voice="en", speed=150)
    EspeakEngine().speak("One, two.", voice="ru", speed=300)
    again = EspeakEngine().speak("One, two.", voice="en", speed=150)
    assert len(again.samples) == pytest.approx(len(first.samples), rel=0.01)


def test_an_unknown_voice_is_named() -> None:
    engine = EspeakEngine()
    with pytest.raises(PromptError, match="no voice 'nobody'"):
        engine.speak("Hello", voice="nobody", speed=150)
    assert engine.speak("Hello", voice="en", speed=150).samples


def test_punctuation_alone_is_silence() -> None:
    assert trim(EspeakEngine().speak("...", voice="en", speed=150).samples) == []


def test_without_the_extra_the_error_names_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "espeakng_loader", None)
    with pytest.raises(PromptError, match=r"workonflow-bot\[speech\]"):
        EspeakEngine()


def install(monkeypatch: pytest.MonkeyPatch, library: str, data: str) -> None:
    """Put another package of the engine, as broken as one can be on a machine, in the place of the real one."""
    package = SimpleNamespace(get_library_path=lambda: library, get_data_path=lambda: data)
    monkeypatch.setitem(sys.modules, "espeakng_loader", package)


def test_a_library_that_does_not_load_is_explained(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    install(monkeypatch, str(tmp_path / "none.so"), str(tmp_path))
    with pytest.raises(PromptError, match=r"does not load on this machine: .*none\.so"):
        EspeakEngine()


def test_missing_data_is_explained(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    real = importlib.import_module("espeakng_loader")
    install(monkeypatch, real.get_library_path(), str(tmp_path))
    with pytest.raises(PromptError, match="lacks its data in"):
        EspeakEngine()
