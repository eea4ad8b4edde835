"""What rendering remembers of each file, in ``rendered.json`` beside the prompts."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from bot.errors import PromptError
from bot.prompts.audio import content_digest
from bot.prompts.library import LANGUAGE, NAME

MANIFEST_NAME = "rendered.json"
"""The manifest's file name."""

_FILE = re.compile(rf"(?:(?i:{LANGUAGE.pattern})/)?{NAME.pattern}\.wav")


@dataclass(frozen=True, slots=True)
class Entry:
    """What is remembered of a file.

    Attributes:
        recipe: a digest of what it was made from, the engine aside.
        engine: what made it.
        content: a digest of what came out.
    """

    recipe: str
    engine: str
    content: str


class Manifest:
    """The memory of a folder of prompts; made by `read`.

    Args:
        folder: the folder.
        entries: what is remembered, by the file's path within the folder.
    """

    def __init__(self, folder: Path, entries: dict[str, Entry]) -> None:
        self.folder = folder
        self.entries = entries

    @classmethod
    def read(cls, folder: Path) -> Manifest:
        """Read the manifest of a folder; a folder without one has an empty one.

        Raises:
            PromptError: it cannot be read, or is not a manifest.
        """
        path = folder / MANIFEST_NAME
        try:
            document = json.loads(path.read_text(encoding="utf-8"))
            entries = {_checked(file): Entry(**entry) for file, entry in document.items()}
        except FileNotFoundError:
            return cls(folder, {})
        except OSError as error:
            raise PromptError(f"{path}: cannot be read: {error.strerror}") from error
        except (ValueError, TypeError, AttributeError) as error:
            raise PromptError(f"{path}: not a manifest of rendered prompts ({error}); delete it") from error
        return cls(folder, entries)

    def holds(self, file: str) -> bool:
        """Tell whether a file that is there and remembered still has the content that was made.

        Raises:
            PromptError: it cannot be read.
        """
        path = self.folder / file
        with _explained(path, "read"):
            return content_digest(path.read_bytes()) == self.entries[file].content

    def note(self, file: str, entry: Entry) -> None:
        """Remember a file, on disk too."""
        self.entries[file] = entry
        self._write()

    def delete(self, file: str) -> None:
        """Delete a file and forget it.

        Raises:
            PromptError: it cannot be deleted.
        """
        path = self.folder / file
        with _explained(path, "deleted"):
            path.unlink()
        self.forget(file)

    def forget(self, file: str) -> None:
        """Forget a file, on disk too, whatever became of it."""
        del self.entries[file]
        self._write()

    def _write(self) -> None:
        document = {file: asdict(entry) for file, entry in sorted(self.entries.items())}
        write_whole(self.folder / MANIFEST_NAME, (json.dumps(document, indent=2) + "\n").encode())


def write_whole(path: Path, content: bytes) -> None:
    """Write a file whole or not at all, and the folders that it needs.

    Raises:
        PromptError: it cannot be written.
    """
    part = path.with_name(f".{path.name}.part")
    with _explained(path, "written"):
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            part.write_bytes(content)
            part.replace(path)
        finally:
            part.unlink(missing_ok=True)


@contextmanager
def _explained(path: Path, done: str) -> Iterator[None]:
    """Translate the errors of the file system."""
    try:
        yield
    except OSError as error:
        raise PromptError(f"{path}: cannot be {done}: {error.strerror}") from error


def _checked(file: str) -> str:
    """Refuse a path that rendering would not have written: files are deleted on the manifest's word."""
    if not _FILE.fullmatch(file):
        raise ValueError(f"{file!r} is not a prompt's file")
    return file
