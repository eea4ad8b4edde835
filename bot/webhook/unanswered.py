"""Which deliveries may not have been answered, kept where the death of the process does not reach.

A process that is killed between storing a delivery and answering it leaves an
event that the platform delivers once more. The journal cannot tell it from one
that was answered; a few bytes of shared memory, backed by a file, can: what was
written there stays when the process dies, and costs no system call. A power cut
may lose it, after which a copy is taken for a new event.
"""

from __future__ import annotations

import mmap
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bot.errors import JournalUnavailable

DIGEST_SIZE: Final = 16
"""Bytes that stand for a delivery."""

_SLOT: Final = DIGEST_SIZE + 1
_FREE, _NOTED, _STORED = range(3)


@dataclass(frozen=True, slots=True)
class Left:
    """A delivery that an earlier process did not come to answer.

    Attributes:
        digest: stands for it.
        place: where it is noted.
        stored: whether it is known to be stored.
    """

    digest: bytes
    place: int
    stored: bool


class Unanswered:
    """The deliveries that may not have been answered; made by `unanswered_in`.

    Args:
        memory: where they are kept.

    Attributes:
        left: what an earlier process did not come to answer; it stays noted until it is removed.
    """

    def __init__(self, memory: mmap.mmap) -> None:
        self._memory = memory
        places = range(0, len(memory), _SLOT)
        self.left = [
            Left(memory[at + 1 : at + _SLOT], at, stored=memory[at] == _STORED) for at in places if memory[at] != _FREE
        ]
        self._free = [at for at in places if memory[at] == _FREE]

    def add(self, digest: bytes) -> int | None:
        """Note a delivery before it is stored.

        Returns:
            Its place; None if there is none left.
        """
        if not self._free:
            return None
        place = self._free.pop()
        self._memory[place + 1 : place + _SLOT] = digest
        self._memory[place] = _NOTED
        return place

    def confirm(self, place: int) -> None:
        """Note that a delivery is stored."""
        if not self._memory.closed:
            self._memory[place] = _STORED

    def remove(self, place: int) -> None:
        """Forget a delivery that has been answered."""
        if not self._memory.closed:
            self._memory[place] = _FREE
            self._free.append(place)


@contextmanager
def unanswered_in(path: Path, most: int) -> Iterator[Unanswered]:
    """Open the file of the deliveries that may not have been answered.

    Args:
        path: the file, used by one process at a time; it is made where it is missing.
        most: how many are noted at once, at least 1.

    Raises:
        JournalUnavailable: it cannot be opened or made.
    """
    try:
        memory = _mapped(path, most * _SLOT)
    except OSError as error:
        raise JournalUnavailable(f"{path} cannot be used: {error.strerror}") from error
    with memory:
        yield Unanswered(memory)


def _mapped(path: Path, size: int) -> mmap.mmap:
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        os.ftruncate(descriptor, size)
        return mmap.mmap(descriptor, size)
    finally:
        os.close(descriptor)
