"""What happened in a call, as lines that one can read, compare, and keep."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Final

from bot.simulator import Record

_NORMAL: Final = (
    (re.compile(r"http://(?:127\.0\.0\.1|localhost|\[::1\]):\d+"), "http://host"),
    (re.compile(r"(?<=\.)[0-9a-f]{8,64}(?=\.(?:wav|mp3)\b)"), "hash"),
    (re.compile(r"\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b"), "id"),
    (re.compile(r"(?<![0-9a-f])(?=[0-9a-f]*[a-f])[0-9a-f]{24}(?![0-9a-f])"), "id"),
)
"""What differs from run to run, and what stands in its place."""
_NAME: Final = re.compile(r"[\w-]+(?:/[\w-]+)*")


@dataclass(frozen=True, slots=True)
class Golden:
    """Where a test's golden timelines are.

    Attributes:
        folder: with a file ``<name>.txt`` each.
        update: whether they are written anew instead of compared.
    """

    folder: Path
    update: bool = False


class Timeline:
    """What happened in a call, up to now; as a string, a line for each thing.

    A line says when, in seconds since the call began, who, and what. What differs from run to run (ids, ports, and
    hashes in the names of files) is left out; answers of the platform are there only if they are errors.

    Args:
        records: the call's.
        golden: where the golden timelines are.
    """

    def __init__(self, records: Iterable[Record], golden: Golden) -> None:
        self.lines: Sequence[str] = [_line(one) for one in records if not (one.kind == "answer" and _is_ok(one))]
        self._golden = golden

    def __str__(self) -> str:
        return "\n".join(self.lines)

    def matches(self, name: str) -> bool:
        """Compare with a golden timeline; the order of what happened at the same moment does not count.

        With ``pytest --update-golden`` the file is written instead.

        Args:
            name: of the file, without ``.txt``; it is in the folder ``golden`` beside the test.

        Returns:
            True: it is the same.

        Raises:
            AssertionError: it is not, or there is no such file.
            ValueError: this can be no name.
        """
        __tracebackhide__ = True
        if not _NAME.fullmatch(name):
            raise ValueError(f"{name!r} can be no name of a golden timeline: letters, digits, - and _ may stand in it")
        path = self._golden.folder / f"{name}.txt"
        if self._golden.update:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(f"{self}\n", encoding="utf-8")
            return True
        if not path.is_file():
            raise AssertionError(f"there is no {path}; pytest --update-golden writes it. It would be:\n{self}")
        wanted = path.read_text(encoding="utf-8").splitlines()
        if _in_any_order(wanted) == _in_any_order(self.lines):
            return True
        diff = difflib.unified_diff(wanted, list(self.lines), str(path), "what happened now", lineterm="")
        text = "\n".join(diff)
        raise AssertionError(f"the timeline is another one; pytest --update-golden takes it:\n{text}")


def _line(record: Record) -> str:
    text = record.text
    for pattern, normal in _NORMAL:
        text = pattern.sub(normal, text)
    return f"{record.elapsed:8.1f}  {record.who:<10}  {text}".rstrip()


def _is_ok(record: Record) -> bool:
    return record.text == "200 OK"


def _in_any_order(lines: Sequence[str]) -> Sequence[Sequence[str]]:
    """Return the lines with those of one moment sorted."""
    return [sorted(moment) for _, moment in groupby(lines, key=lambda line: line.split(maxsplit=1)[:1])]
