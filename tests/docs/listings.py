"""The listings of a page of documentation."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

DOCS: Final = Path(__file__).parents[2] / "docs"
_BLOCK: Final = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_FILE: Final = re.compile(r"# ([\w./-]+\.(?:py|toml))\n")


@dataclass(frozen=True, slots=True)
class Listing:
    """A block of code.

    Attributes:
        language: as the page says.
        text: its content.
        line: where it begins in the page.
    """

    language: str
    text: str
    line: int

    @property
    def path(self) -> str | None:
        """The file that it is, if its first line says so."""
        found = _FILE.match(self.text)
        return found[1] if found else None

    @property
    def commands(self) -> Sequence[tuple[str, Sequence[str]]]:
        """Commands, and the lines that each says."""
        found: list[tuple[str, list[str]]] = []
        for line in self.text.splitlines():
            if line.startswith("$ "):
                found.append((line[2:], []))
            elif line:
                found[-1][1].append(line)
        return found


def listings(page: str) -> Sequence[Listing]:
    """Return the listings of a page, in order."""
    text = (DOCS / page).read_text(encoding="utf-8")
    return [Listing(found[1], found[2], text.count("\n", 0, found.start()) + 2) for found in _BLOCK.finditer(text)]


def pages() -> Sequence[str]:
    """Return the names of all pages."""
    return sorted(path.name for path in DOCS.glob("*.md"))
