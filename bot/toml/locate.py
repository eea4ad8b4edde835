"""Finding the line of every key and value in TOML text, which the standard library's parser does not tell.

The text is one that `tomllib` has accepted, so that this needs to know only where things begin and end.
"""

from __future__ import annotations

import re
import tomllib
from bisect import bisect_right
from collections.abc import Iterator

Path = tuple[str | int, ...]

_BLANK = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_KEY = re.compile(r"""[ \t]*("(?:[^"\\\n]|\\.)*"|'[^'\n]*'|[A-Za-z0-9_-]+)[ \t]*""")
_STRING = re.compile(
    r'''"""(?:[^\\]|\\.)*?"{3,5}|\'\'\'.*?'{3,5}|"(?:[^"\\\n]|\\.)*"|'[^'\n]*\'''',
    re.DOTALL,
)
_BARE = re.compile(r"[^,\]}#\n]+")


def locate(text: str) -> dict[Path, int]:
    """Return the line, counted from 1, on which each key, table and array element begins.

    Args:
        text: TOML that `tomllib` has accepted.
    """
    return _Scanner(text).run()


class _Scanner:
    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._lines = [0, *(found.end() for found in re.finditer("\n", text))]
        self._places: dict[Path, int] = {}
        self._arrays: dict[Path, int] = {}

    def run(self) -> dict[Path, int]:
        table: Path = ()
        self._skip(_BLANK)
        while self._at < len(self._text):
            if self._text[self._at] == "[":
                table = self._header()
            else:
                self._pair(table)
            self._skip(_BLANK)
        return self._places

    def _header(self) -> Path:
        start = self._at
        brackets = 2 if self._text.startswith("[[", start) else 1
        self._at += brackets
        *parents, last = self._keys()
        self._at += brackets
        path = self._inside((), parents, start)
        path = (*path, last)
        if brackets == 2:  # noqa: PLR2004 - [[ ]] adds an element to an array of tables
            self._note(path, start)
            self._arrays[path] = self._arrays.get(path, -1) + 1
            path = (*path, self._arrays[path])
        self._note(path, start)
        return path

    def _pair(self, table: Path) -> None:
        start = self._at
        *parents, last = self._keys()
        self._at += 1  # the equals sign
        path = (*self._inside(table, parents, start), last)
        self._note(path, start)
        self._skip(re.compile(r"[ \t]*"))
        self._value(path)

    def _inside(self, path: Path, keys: list[str], start: int) -> Path:
        """Return the path of a table below another, which for an array of tables is its last element."""
        for key in keys:
            path = (*path, key)
            self._note(path, start)
            if path in self._arrays:
                path = (*path, self._arrays[path])
        return path

    def _keys(self) -> list[str]:
        keys = [self._key()]
        while self._text[self._at] == ".":
            self._at += 1
            keys.append(self._key())
        return keys

    def _key(self) -> str:
        raw = self._skip(_KEY).strip()
        return str(tomllib.loads(f"key = {raw}")["key"]) if raw[0] in "\"'" else raw

    def _value(self, path: Path) -> None:
        match self._text[self._at]:
            case "[":
                self._array(path)
            case "{":
                self._inline(path)
            case '"' | "'":
                self._skip(_STRING)
            case _:
                self._skip(_BARE)

    def _array(self, path: Path) -> None:
        for index in self._elements("]"):
            self._note((*path, index), self._at)
            self._value((*path, index))

    def _inline(self, path: Path) -> None:
        for _ in self._elements("}"):
            self._pair(path)

    def _elements(self, closing: str) -> Iterator[int]:
        self._at += 1
        self._skip(_BLANK)
        index = 0
        while self._text[self._at] != closing:
            yield index
            index += 1
            self._skip(_BLANK)
            if self._text[self._at] == ",":
                self._at += 1
                self._skip(_BLANK)
        self._at += 1

    def _skip(self, pattern: re.Pattern[str]) -> str:
        found = pattern.match(self._text, self._at)
        if found is None:
            raise ValueError(f"line {bisect_right(self._lines, self._at)} is not the TOML that it should be")
        self._at = found.end()
        return found[0]

    def _note(self, path: Path, start: int) -> None:
        self._places.setdefault(path, bisect_right(self._lines, start))
