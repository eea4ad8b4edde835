from __future__ import annotations

import json
from pathlib import Path

import pytest

from bot.errors import PromptError
from bot.prompts import PromptLibrary
from bot.prompts.render import Action, RenderReport, render
from bot.prompts.speech import Speech
from tests.prompts.sounds import ToneEngine, mp3, put, wav

SCRIPT = """
tones = ["beep"]
[prompts.welcome]
en = "Hello"
ru = "Привет"
[prompts.leave-a-message]
en = "Speak"
tone = "beep"
"""


class Studio:
    """A folder of prompts, its script, and an engine."""

    def __init__(self, root: Path) -> None:
        self.script = root / "prompts.toml"
        self.target = root / "prompts"
        self.engine = ToneEngine()
        self.write(SCRIPT)

    def write(self, script: str) -> None:
        self.script.write_text(script, encoding="utf-8")

    def render(self, *, prune: bool = False, force: bool = False) -> RenderReport:
        self.engine.said.clear()
        return render(self.script, self.target, self.engine, prune=prune, force=force)

    def actions(self, *, prune: bool = False, force: bool = False) -> dict[str, Action]:
        report = self.render(prune=prune, force=force)
        return {str(file.path.relative_to(self.target)): file.action for file in report.files}

    @property
    def said(self) -> list[str]:
        return [text for text, _, _ in self.engine.said]


@pytest.fixture
def studio(tmp_path: Path) -> Studio:
    return Studio(tmp_path)


def test_everything_is_made_once(studio: Studio) -> None:
    files = {"en/welcome.wav", "ru/welcome.wav", "en/leave-a-message.wav", "beep.wav"}
    assert studio.actions() == dict.fromkeys(files, Action.MADE)
    assert studio.engine.said == [("Hello", "en", 150), ("Привет", "ru", 150), ("Speak", "en", 150)]
    assert studio.actions() == dict.fromkeys(files, Action.UNCHANGED)
    assert studio.said == []


def test_what_is_made_is_a_library(studio: Studio) -> None:
    studio.render()
    library = PromptLibrary.load([studio.target])
    assert library.get("welcome").duration == pytest.approx(0.1 + 0.5 + 0.15, abs=0.02)
    assert library.get("leave-a-message").duration == pytest.approx(0.75 + 0.25 + 0.35, abs=0.02)
    assert library.get("beep").duration == pytest.approx(0.35)


@pytest.mark.parametrize(
    ("old", "new", "made"),
    [
        ('"Hello"', '"Hello!"', {"en/welcome.wav"}),
        ('"Hello"', '{ text = "Hello", speed = 100 }', {"en/welcome.wav"}),
        ('"Hello"', '{ text = "Hello", voice = "en-us" }', {"en/welcome.wav"}),
        ('tone = "beep"', 'tone = "busy"', {"en/leave-a-message.wav"}),
        ("[prompts.welcome]", "[languages.ru]\nspeed = 100\n[prompts.welcome]", {"ru/welcome.wav"}),
    ],
)
def test_only_what_changed_is_made_again(studio: Studio, old: str, new: str, made: set[str]) -> None:
    studio.render()
    studio.write(SCRIPT.replace(old, new))
    assert {file for file, action in studio.actions().items() if action is Action.MADE} == made


def test_another_engine_makes_all_speech_again_and_no_tone(studio: Studio) -> None:
    studio.render()
    studio.engine.identity = "tones 2"
    actions = studio.actions()
    assert actions.pop("beep.wav") is Action.UNCHANGED
    assert set(actions.values()) == {Action.MADE}


def test_a_deleted_file_is_made_again(studio: Studio) -> None:
    studio.render()
    (studio.target / "en/welcome.wav").unlink()
    assert studio.actions()["en/welcome.wav"] is Action.MADE


def test_a_recording_is_left_alone(studio: Studio) -> None:
    before = put(studio.target / "ru/welcome.wav", wav(2))
    mp3_instead = put(studio.target / "en/leave-a-message.MP3", mp3())
    studio.render()
    after = put(studio.target / "en/welcome.wav", wav(2))
    actions = studio.actions()
    assert {actions[f] for f in ("ru/welcome.wav", "en/leave-a-message.wav", "en/welcome.wav")} == {Action.KEPT}
    assert before.read_bytes() == after.read_bytes() == wav(2)
    assert mp3_instead.exists()
    assert not mp3_instead.with_suffix(".wav").exists()


def test_force_makes_everything_again(studio: Studio) -> None:
    studio.render()
    put(studio.target / "en/welcome.wav", wav(2))
    assert set(studio.actions(force=True).values()) == {Action.MADE}
    assert set(studio.actions().values()) == {Action.UNCHANGED}


def test_orphans_are_removed_only_when_asked(studio: Studio) -> None:
    studio.render()
    studio.write('[prompts.welcome]\nen = "Hello"')
    assert studio.actions() == {
        "en/welcome.wav": Action.UNCHANGED,
        "beep.wav": Action.ORPHAN,
        "en/leave-a-message.wav": Action.ORPHAN,
        "ru/welcome.wav": Action.ORPHAN,
    }
    put(studio.target / "ru/welcome.wav", wav(2))
    (studio.target / "beep.wav").unlink()
    assert studio.actions(prune=True) == {
        "en/welcome.wav": Action.UNCHANGED,
        "en/leave-a-message.wav": Action.REMOVED,
        "ru/welcome.wav": Action.KEPT,
    }
    assert not (studio.target / "en/leave-a-message.wav").exists()
    assert (studio.target / "ru/welcome.wav").exists()
    assert studio.actions(prune=True) == {"en/welcome.wav": Action.UNCHANGED}


def test_what_was_made_before_a_failure_is_remembered(studio: Studio) -> None:
    class Hoarse(ToneEngine):
        def speak(self, text: str, *, voice: str, speed: int) -> Speech:
            if text == "Привет":
                return Speech([0] * 100, 8000)
            return super().speak(text, voice=voice, speed=speed)

    with pytest.raises(PromptError, match="tones 1 said nothing for 'Привет'"):
        render(studio.script, studio.target, Hoarse())
    assert studio.actions()["en/welcome.wav"] is Action.UNCHANGED


@pytest.mark.parametrize(
    "manifest", ["[]", "{", '{"en/a.wav": 1}', '{"en/a.wav": {"x": 1}}', '{"../../a.wav": {}}', '{"/etc/a.wav": {}}']
)
def test_what_is_no_manifest_is_refused(studio: Studio, manifest: str) -> None:
    put(studio.target / "rendered.json", manifest.encode())
    with pytest.raises(PromptError, match=r"rendered\.json: not a manifest .*delete it"):
        studio.render()


def test_files_that_cannot_be_read_or_written_are_named(studio: Studio) -> None:
    (studio.target / "rendered.json").mkdir(parents=True)
    with pytest.raises(PromptError, match=r"rendered\.json: cannot be read"):
        studio.render()
    (studio.target / "rendered.json").rmdir()
    put(studio.target / "en", b"a file where a folder should be")
    with pytest.raises(PromptError, match=r"en/welcome\.wav: cannot be written"):
        studio.render()


def test_a_folder_in_the_place_of_a_file_is_named(studio: Studio) -> None:
    studio.render()
    (studio.target / "en/welcome.wav").unlink()
    (studio.target / "en/welcome.wav").mkdir()
    with pytest.raises(PromptError, match=r"en/welcome\.wav: cannot be read"):
        studio.render()


def test_the_manifest_is_written_in_order(studio: Studio) -> None:
    studio.render()
    document = json.loads((studio.target / "rendered.json").read_text())
    assert list(document) == sorted(document)
    assert document["beep.wav"]["engine"] == "tones 1"
    assert not list(studio.target.rglob("*.part"))
