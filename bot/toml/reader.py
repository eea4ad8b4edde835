"""Reading tables of a TOML file by field, noting every mistake with its line instead of stopping at the first."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import date, datetime
from difflib import get_close_matches
from pathlib import Path as FilePath
from typing import TypeAlias, TypeVar

from bot.toml.locate import Path, locate

_T = TypeVar("_T")
Failure: TypeAlias = Callable[[Sequence[str]], Exception]
"""Makes the error of a file from all that is wrong in it, each a line ``file:line: problem. fix``."""
_AT_LINE = re.compile(r"^(?P<problem>.*) \(at (?:line (?P<line>\d+), column \d+|end of document)\)$", re.DOTALL)


class Problems:
    """The mistakes found in a file.

    Args:
        file: the file's name, for people.
        places: the line of everything in it.
        failure: makes the error that `check` raises.
    """

    def __init__(self, file: str, places: Mapping[Path, int], failure: Failure) -> None:
        self._file = file
        self._places = places
        self._failure = failure
        self._found: list[tuple[int, str]] = []

    def add(self, path: Path, problem: str, fix: str) -> None:
        """Note a mistake.

        Args:
            path: where it is; what has no line of its own counts to what it stands in.
            problem: what is wrong, without a full stop.
            fix: what to do, a sentence.
        """
        while path not in self._places and path:
            path = path[:-1]
        line = self._places.get(path, 1)
        self._found.append((line, f"{self._file}:{line}: {problem}. {fix}"))

    def check(self) -> None:
        """Raise all mistakes that were noted, in order of their lines.

        Raises:
            Exception: there are some; the one that the constructor was given.
        """
        if self._found:
            raise self._failure([text for _, text in sorted(self._found, key=lambda found: found[0])])


class Table:
    """A table of the file, read field by field.

    A getter returns None when the field is absent, and also when it is wrong, which is noted.

    Args:
        data: the table as `tomllib` gives it.
        path: where it stands.
        problems: where mistakes are noted.
    """

    def __init__(self, data: Mapping[str, object], path: Path, problems: Problems) -> None:
        self._data = data
        self._read: set[str] = set()
        self.path = path
        self.problems = problems

    def __contains__(self, key: str) -> bool:
        return key in self._data

    def keys(self) -> list[str]:
        """Return the keys in the file's order."""
        return list(self._data)

    def get(self, key: str, kind: type[_T], wanted: str) -> _T | None:
        """Return a field of a type.

        Args:
            key: its name.
            kind: the type that it must have; a boolean is no integer.
            wanted: what it should be, for the message: "a text such as ...".
        """
        self._read.add(key)
        value = self._data.get(key)
        if value is None:
            return None
        if isinstance(value, kind) and (not isinstance(value, bool) or kind is bool):
            return value
        self.wrong(key, f"{key} is {value!r}", f"Write {wanted}.")
        return None

    def text(self, key: str, wanted: str) -> str | None:
        """Return a field that is text and not empty."""
        value = self.get(key, str, wanted)
        if value is not None and not value.strip():
            self.wrong(key, f"{key} is empty", f"Write {wanted}, or leave it out.")
            return None
        return value.strip() if value is not None else None

    def raw(self, key: str) -> object:
        """Return a field whatever it is, None if it is absent."""
        self._read.add(key)
        return self._data.get(key)

    def day(self, key: str, wanted: str) -> date | None:
        """Return a field that is a date without a time."""
        value = self.get(key, date, wanted)
        if isinstance(value, datetime):
            self.wrong(key, f"{key} has a time", f"Write {wanted}.")
            return None
        return value

    def one_of(self, key: str, choices: Collection[str], wanted: str) -> str | None:
        """Return a field that is one of some words; a close one is suggested."""
        value = self.text(key, wanted)
        if value is None or value in choices:
            return value
        self.wrong(key, f"{key} is {value!r}", f"{suggestion(value, choices)}Write one of {', '.join(choices)}.")
        return None

    def table(self, key: str) -> Table | None:
        """Return a table in this one."""
        value = self.get(key, dict, "a table")
        return None if value is None else Table(value, (*self.path, key), self.problems)

    def tables(self, key: str) -> Iterator[Table]:
        """Yield the tables of a list in this one."""
        values = self.get(key, list, f"a list of tables, each under [[{'.'.join(map(str, (*self.path, key)))}]]")
        for index, value in enumerate(values or []):
            path = (*self.path, key, index)
            if isinstance(value, dict):
                yield Table(value, path, self.problems)
            else:
                self.problems.add(path, f"{value!r} is no table", f"Write [[{'.'.join(map(str, (*self.path, key)))}]].")

    def wrong(self, key: str, problem: str, fix: str) -> None:
        """Note a mistake in a field."""
        self.problems.add((*self.path, key), problem, fix)

    def finish(self) -> None:
        """Note the fields that nobody asked for."""
        for key in self._data:
            if key not in self._read:
                known = ", ".join(sorted(self._read))
                self.wrong(key, f"{key!r} means nothing here", f"{suggestion(key, self._read)}Known are {known}.")


def suggestion(word: str, choices: Collection[str]) -> str:
    """Return a sentence that offers a word close to one that is wrong, or nothing."""
    close = get_close_matches(word, choices, n=1)
    return f"Did you mean {close[0]!r}? " if close else ""


def read_toml(path: FilePath, what: str, failure: Failure) -> Table:
    """Read a file as the table of its top level.

    Args:
        path: the file.
        what: what it is, for people: "the rota".
        failure: makes the error that is raised when it cannot be read or is no TOML, and by `Problems.check`.
    """
    try:
        text = path.read_text("utf-8-sig").replace("\r\n", "\n")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not in UTF-8"
        raise failure([f"{path}:1: {what} cannot be read: {reason}. Check the file's name and rights."]) from error
    return parse_toml(text, str(path), failure)


def parse_toml(text: str, name: str, failure: Failure) -> Table:
    """Return text as the table of its top level; parameters and errors as for `read_toml`, ``name`` for people."""
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        found = _AT_LINE.match(str(error))
        line = (found["line"] if found else None) or text.count("\n") + 1
        problem = found["problem"] if found else str(error)
        raise failure([f"{name}:{line}: this is no TOML: {problem}. Mend the line, or the one before it."]) from error
    return Table(data, (), Problems(name, locate(text), failure))
