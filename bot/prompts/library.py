"""The prompts that a bot has: found in folders, checked at start, looked up by name and language."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.errors import PromptError
from bot.prompts.audio import MEDIA_TYPES, read_audio

DEFAULT_LANGUAGE = "en"
"""The language tried when the wanted one is missing, unless another is given."""

ANY_LANGUAGE = "any"
"""What stands in a URL where a language-neutral prompt has no language."""

NAME = re.compile(r"[a-z0-9](?:[a-z0-9_-]*[a-z0-9])?")
"""What a prompt may be called; the name is part of a URL."""

LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[a-z0-9]{2,8})*", re.IGNORECASE)
"""What a language may look like: a tag of BCP 47, such as ``en`` or ``pt-BR``."""

_FILE = re.compile(r"(?P<name>[^.]+)(?:\.(?P<digest>[0-9a-f]{16}))?(?P<suffix>\.(?:wav|mp3))")

# Audio that people try and the platform does not play; anything else in the folder is none of ours.
_NOT_PLAYED = frozenset({".aac", ".aif", ".aiff", ".flac", ".gsm", ".m4a", ".ogg", ".opus", ".wma"})


@dataclass(frozen=True, slots=True)
class Prompt:
    """A named piece of audio in one language.

    Attributes:
        name: its name, such as ``welcome``.
        language: its language tag as the folder spells it, or None for one without language (a tone, music).
        path: the file.
        duration: seconds, above 0.
        size: bytes.
        digest: the first 16 hexadecimal digits of the SHA-256 of the content.
        media_type: ``audio/wav`` or ``audio/mpeg``.
        modified: the file's time of change when it was read, nanoseconds since the epoch.
    """

    name: str
    language: str | None
    path: Path
    duration: float
    size: int
    digest: str
    media_type: str
    modified: int


@dataclass(frozen=True, slots=True)
class Found:
    """What a URL names.

    Attributes:
        prompt: the prompt.
        exact: whether the URL carries the digest of the prompt's content.
    """

    prompt: Prompt
    exact: bool


class PromptLibrary:
    """The prompts of a bot; made by `load`.

    Args:
        prompts: the prompts, no two of the same name and language.
        default_language: the language tried when the wanted one is missing; None tries none.

    Raises:
        PromptError: two prompts have the same name and language.
    """

    def __init__(self, prompts: Iterable[Prompt] = (), *, default_language: str | None = DEFAULT_LANGUAGE) -> None:
        self._default = default_language
        self._prompts: dict[tuple[str, str | None], Prompt] = {}
        for prompt in prompts:
            key = (prompt.name, _normal(prompt.language))
            other = self._prompts.setdefault(key, prompt)
            if other is not prompt:
                raise PromptError(f"{prompt.path}: the prompt {_called(prompt)} is in {other.path} already")

    @classmethod
    def load(cls, folders: Sequence[Path], *, default_language: str | None = DEFAULT_LANGUAGE) -> PromptLibrary:
        """Read and check every prompt of some folders.

        A folder holds language-neutral prompts, and a folder per language with the prompts in it. Hidden files and
        files that are not audio are passed over.

        Args:
            folders: the folders; each must exist.
            default_language: the language tried when the wanted one is missing; None tries none.

        Raises:
            PromptError: a folder does not exist, a name is not allowed, a file is not audio that the platform plays
                or is too large, or two prompts have the same name and language; names the file and the problem.
        """
        prompts = [prompt for folder in folders for prompt in _scan(folder)]
        return cls(prompts, default_language=default_language)

    def get(self, name: str, language: str | None = None) -> Prompt:
        """Return a prompt in the best language there is.

        Tried in order: the language, what remains of it when its last parts are dropped (``pt-BR``, then ``pt``), the
        same of the default language, and the prompt without language.

        Args:
            name: the prompt's name.
            language: a language tag, in any case; None asks for the default language.

        Raises:
            PromptError: there is none; suggests names that are close, or says in which languages it exists.
        """
        for candidate in (*_narrowing(language), *_narrowing(self._default), None):
            prompt = self._prompts.get((name, candidate))
            if prompt is not None:
                return prompt
        raise PromptError(self._missing(name, language))

    def names(self) -> tuple[str, ...]:
        """Return the names of all prompts, each once, in alphabetical order."""
        return tuple(sorted({name for name, _ in self._prompts}))

    def languages(self, name: str) -> tuple[str, ...]:
        """Return the languages in which a prompt exists, in alphabetical order; none for one without language."""
        return tuple(sorted(prompt.language for prompt in self if prompt.name == name and prompt.language))

    def find(self, language: str, file: str) -> Found | None:
        """Return what the last two parts of a URL's path name, or None if they name no prompt.

        Nothing of the URL reaches the file system: it is looked up among the prompts that were loaded.

        Args:
            language: a language tag, or ``any`` for a prompt without language.
            file: ``welcome.wav``, or with the content's digest ``welcome.0123456789abcdef.wav``.
        """
        parts = _FILE.fullmatch(file)
        if parts is None:
            return None
        prompt = self._prompts.get((parts["name"], None if language == ANY_LANGUAGE else _normal(language)))
        if prompt is None or parts["suffix"] != prompt.path.suffix.lower():
            return None
        return Found(prompt, exact=parts["digest"] == prompt.digest)

    def __iter__(self) -> Iterator[Prompt]:
        return iter(sorted(self._prompts.values(), key=lambda prompt: (prompt.name, prompt.language or "")))

    def __len__(self) -> int:
        return len(self._prompts)

    def _missing(self, name: str, language: str | None) -> str:
        languages = self.languages(name)
        if languages:
            wanted = language or self._default or "no language"
            return f"prompt {name!r} does not exist for {wanted}; it exists in {', '.join(languages)}"
        close = difflib.get_close_matches(name, self.names(), n=3)
        if close:
            return f"there is no prompt {name!r}; did you mean {' or '.join(map(repr, close))}?"
        return f"there is no prompt {name!r}, nor one of a similar name; there are {len(self.names())} prompts"


def _scan(folder: Path) -> Iterator[Prompt]:
    for entry in _entries(folder):
        if entry.is_dir():
            if not LANGUAGE.fullmatch(entry.name) or entry.name.lower() == ANY_LANGUAGE:
                raise PromptError(f"{entry}: a folder among prompts is named by a language, such as en or pt-BR")
            yield from _files(entry, entry.name)
    yield from _files(folder, None)


def _files(folder: Path, language: str | None) -> Iterator[Prompt]:
    for path in _entries(folder):
        if path.is_dir() or path.suffix.lower() not in MEDIA_TYPES.keys() | _NOT_PLAYED:
            continue
        if not NAME.fullmatch(path.stem):
            raise PromptError(f"{path}: a prompt's name is made of small letters, digits, '-' and '_'")
        audio = read_audio(path)
        yield Prompt(
            name=path.stem,
            language=language,
            path=path,
            duration=audio.duration,
            size=audio.size,
            digest=audio.digest,
            media_type=audio.media_type,
            modified=audio.modified,
        )


def _entries(folder: Path) -> list[Path]:
    """List a folder without what is hidden, in order."""
    try:
        return sorted(entry for entry in folder.iterdir() if not entry.name.startswith((".", "_")))
    except OSError as error:
        raise PromptError(f"{folder}: cannot be read: {error.strerror}") from error


def _narrowing(language: str | None) -> Iterator[str]:
    """Give a language tag, and what is left of it as its last parts are dropped."""
    rest = _normal(language) or ""
    while rest:
        yield rest
        rest = rest.rpartition("-")[0]


def _normal(language: str | None) -> str | None:
    """Return the form in which language tags are compared; people write ``en_GB`` too."""
    return None if language is None else language.lower().replace("_", "-")


def _called(prompt: Prompt) -> str:
    return repr(prompt.name) if prompt.language is None else f"{prompt.name!r} in {prompt.language}"
