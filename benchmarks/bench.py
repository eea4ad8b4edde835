"""What all measurements share: the platform, the cores, the disk, and how long they may take."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

from benchmarks.contender import BenchmarkError, Contender
from benchmarks.platform import Platform
from benchmarks.rounds import Run
from benchmarks.server import Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """One run of the benchmark.

    Attributes:
        platform: where API requests go.
        folder: where journals lie.
        core: the core of the contenders; None leaves them to the system.
        rounds: how often each contender shall have its turn, at least 1.
        seconds: how long each turn takes, at least 1.
    """

    platform: Platform
    folder: Path
    core: int | None
    rounds: int
    seconds: int

    def contender(self, name: str, kind: Kind, *, posts: bool) -> Contender:
        """Return a contender, not yet started.

        Args:
            name: for messages, and of its journal.
            kind: which one.
            posts: whether each event leads to an API request.
        """
        return Contender(name, kind, api_url=self.platform.url, posts=posts, folder=self.folder, core=self.core)

    def check_signed(self, kind: str, signed: int, events: int) -> None:
        """Make sure that each of the bot's events led to one request with a right signature.

        Raises:
            BenchmarkError: it did not.
        """
        if kind == "bot" and signed != events:
            raise BenchmarkError(f"{events} events led to {signed} signed requests")
        if self.platform.strange:
            raise BenchmarkError(f"{self.platform.strange} requests were not what they should be")


def check(name: str, run: Run) -> None:
    """Make sure that a run may be counted.

    Raises:
        BenchmarkError: an event was refused, or never done.
    """
    if run.refused:
        raise BenchmarkError(f"{name} refused {run.refused} of {run.events} events")
    if run.done != run.events:
        raise BenchmarkError(f"{name} was done with {run.done} of {run.events} events only")


def tell(text: str) -> None:
    """Say how far the benchmark is."""
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()
