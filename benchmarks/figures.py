"""Figures, how they are held against targets, and how they are shown."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

_HEADER: Final = ("", "unit", "beside", "bot", "ratio", "target", "met")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One measurement.

    Attributes:
        part: which part of the benchmark it belongs to.
        what: what was measured.
        unit: of both figures.
        beside: the figure that the bot's is compared with.
        bot: the bot's figure.
        ratio: the bot's figure by the other one; from figures taken one right after the other, so it need not
            be that of the two medians.
        least: the least ratio to reach, if that is the target.
        most: the highest ratio to keep to, if that is the target.
        below: what the bot's own figure has to stay below, if that is the target.
        calm: whether the machine did nothing else meanwhile; otherwise the figures say little.
    """

    part: str
    what: str
    unit: str
    beside: float
    bot: float
    ratio: float
    least: float | None = None
    most: float | None = None
    below: float | None = None
    calm: bool = True

    @property
    def met(self) -> bool | None:
        """Whether the target is met; None if there is none."""
        if self.least is not None:
            return self.ratio >= self.least
        if self.most is not None:
            return self.ratio <= self.most
        return None if self.below is None else self.bot < self.below

    @property
    def target(self) -> str:
        """The target in words; empty if there is none."""
        if self.least is not None:
            return f">= {self.least:g}"
        if self.most is not None:
            return f"<= {self.most:g}"
        return "" if self.below is None else f"< {self.below:g} {self.unit}"


def percentile(values: Sequence[float], percent: float) -> float:
    """Return the value that so many percent of the values do not exceed; the values are at least one."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(len(ordered) * percent / 100) - 1)]


def table(rows: Sequence[Row]) -> str:
    """Return rows as a table."""
    verdicts = {True: "yes", False: "NO", None: ""}
    lines = [
        _HEADER,
        *(
            (
                f"({row.part}) {row.what}",
                row.unit,
                _number(row.beside),
                _number(row.bot),
                f"{row.ratio:.2f}",
                row.target,
                verdicts[row.met] + ("" if row.calm else " ?"),
            )
            for row in rows
        ),
    ]
    widths = [max(len(line[column]) for line in lines) for column in range(len(_HEADER))]
    return "\n".join(_aligned(line, widths) for line in lines)


def _aligned(line: Sequence[str], widths: Sequence[int]) -> str:
    words = zip(line, widths, strict=True)
    numbers = {2, 3, 4}
    return "  ".join(
        word.rjust(width) if column in numbers else word.ljust(width) for column, (word, width) in enumerate(words)
    ).rstrip()


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.2f}"  # noqa: PLR2004 - three digits tell enough
