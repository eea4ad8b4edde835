"""The script: the text of all prompts, in one TOML file that people write.

::

    tones = ["beep", "hold-music"]

    [languages.en]
    voice = "en"
    speed = 150

    [prompts.welcome]
    en = "Welcome."

    [prompts.leave-a-message]
    en = { text = "Please leave a message after the tone.", speed = 140 }
    tone = "beep"
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from bot.errors import PromptError
from bot.prompts.library import ANY_LANGUAGE, LANGUAGE, NAME
from bot.prompts.tones import TONES

DEFAULT_SPEED = 150
"""Words per minute, where the script gives none."""

SLOWEST, FASTEST = 80, 400
"""The least and most words per minute."""

LONGEST_TEXT = 2000
"""The most characters of one prompt; at the slowest speed that is about five minutes, 5 MB."""


@dataclass(frozen=True, slots=True)
class Line:
    """One prompt in one language.

    Attributes:
        name: the prompt's name.
        language: its language tag.
        text: what is said.
        voice: the engine's voice that says it.
        speed: words per minute.
        tone: the tone that follows, one of `TONES`, or None.
    """

    name: str
    language: str
    text: str
    voice: str
    speed: int
    tone: str | None


@dataclass(frozen=True, slots=True)
class Script:
    """What is to be rendered.

    Attributes:
        lines: what is spoken, in the order of the file.
        tones: names of `TONES` that become prompts without language.
    """

    lines: tuple[Line, ...]
    tones: tuple[str, ...]


def read_script(path: Path) -> Script:
    """Read a script.

    Args:
        path: the TOML file.

    Raises:
        PromptError: it cannot be read, is not TOML (names the line), or says something that is not understood (names
            the entry).
    """
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise PromptError(f"{path}: cannot be read: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise PromptError(f"{path}: not TOML: {error}") from error
    try:
        return _script(document)
    except PromptError as error:
        raise PromptError(f"{path}: {error}") from None


def _script(document: Mapping[str, object]) -> Script:
    _only(document, {"tones", "languages", "prompts"}, "the file")
    names = document.get("tones", [])
    if not isinstance(names, list):
        raise PromptError("tones must be a list of names")
    tones = tuple(_tone(name, "tones") for name in names)
    voices = dict(_voices(_table(document.get("languages", {}), "languages")))
    prompts = _table(document.get("prompts", {}), "prompts")
    lines = tuple(line for name, entry in prompts.items() for line in _lines(name, entry, voices))
    clash = next((line.name for line in lines if line.name in tones), None)
    if clash is not None:
        raise PromptError(f"prompts.{clash}: a tone has that name")
    return Script(lines, tones)


def _voices(languages: Mapping[str, object]) -> Iterator[tuple[str, tuple[str, int]]]:
    for language, entry in languages.items():
        where = f"languages.{language}"
        _language(language, where)
        settings = _table(entry, where)
        _only(settings, {"voice", "speed"}, where)
        voice = _text(settings.get("voice", language.lower()), f"{where}.voice")
        yield language, (voice, _speed(settings.get("speed", DEFAULT_SPEED), f"{where}.speed"))


def _lines(name: str, entry: object, voices: Mapping[str, tuple[str, int]]) -> Iterator[Line]:
    where = f"prompts.{name}"
    if not NAME.fullmatch(name):
        raise PromptError(f"{where}: a prompt's name is made of small letters, digits, '-' and '_'")
    texts = dict(_table(entry, where))
    tone = _tone(texts.pop("tone"), f"{where}.tone") if "tone" in texts else None
    if not texts:
        raise PromptError(f"{where}: it has no text in any language")
    for language, spoken in texts.items():
        place = f"{where}.{language}"
        _language(language, place)
        settings = {"text": spoken} if isinstance(spoken, str) else _table(spoken, place)
        _only(settings, {"text", "voice", "speed"}, place)
        voice, speed = voices.get(language, (language.lower(), DEFAULT_SPEED))
        yield Line(
            name=name,
            language=language,
            text=_text(settings.get("text"), place),
            voice=_text(settings.get("voice", voice), f"{place}.voice"),
            speed=_speed(settings.get("speed", speed), f"{place}.speed"),
            tone=tone,
        )


def _table(value: object, where: str) -> Mapping[str, object]:
    if not isinstance(value, dict):
        raise PromptError(f"{where} must be a table")
    return value


def _only(table: Mapping[str, object], known: set[str], where: str) -> None:
    unknown = sorted(table.keys() - known)
    if unknown:
        raise PromptError(f"{where} has an unknown entry {unknown[0]!r}; known are {', '.join(sorted(known))}")


def _language(value: str, where: str) -> None:
    if not LANGUAGE.fullmatch(value) or value.lower() == ANY_LANGUAGE:
        raise PromptError(f"{where}: {value!r} is not a language, such as en or pt-BR")


def _text(value: object, where: str) -> str:
    if not isinstance(value, str) or not value.strip():
        raise PromptError(f"{where} must be a text that is not empty")
    if len(value) > LONGEST_TEXT:
        raise PromptError(f"{where} has {len(value)} characters; at most {LONGEST_TEXT} are allowed")
    if "\0" in value:
        raise PromptError(f"{where} has a character that cannot be spoken")
    return " ".join(value.split())


def _speed(value: object, where: str) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not SLOWEST <= value <= FASTEST:
        raise PromptError(f"{where} must be a whole number of words per minute from {SLOWEST} to {FASTEST}")
    return value


def _tone(value: object, where: str) -> str:
    if not isinstance(value, str) or value not in TONES:
        raise PromptError(f"{where}: there is no tone {value!r}; there are {', '.join(sorted(TONES))}")
    return value
