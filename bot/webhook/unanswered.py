"""Which deliveries are being answered, kept where the death of the process does not reach.

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
from pathlib import Path
from typing import Final

from bot.errors import JournalUnavailable

DIGEST_SIZE: Final = 16
"""Bytes that stand for a delivery."""

_FREE: Final = bytes(DIGEST_SIZE)


class Unanswered:
    """The deliveries that are being answered; made by `unanswered_in`.

    Args:
        memory: where they are kept.

    Attributes:
        left: the digests of those that an earlier process did not come to answer.
    """

    def __init__(self, memory: mmap.mmap) -> None:
        self._memory = memory
        places = range(0, len(memory), DIGEST_SIZE)
        self.left = frozenset(memory[at : at + DIGEST_SIZE] for at in places) - {_FREE}
        memory[:] = bytes(len(memory))
        self._free = list(places)

    def add(self, digest: bytes) -> int | None:
        """Note a delivery before it is stored.

        Returns:
            Its place, for `remove`; None if there is none left.
        """
        if not self._free:
            return None
        place = self._free.pop()
        self._memory[place : place + DIGEST_SIZE] = digest
        return place

    def remove(self, place: int) -> None:
        """Forget a delivery that has been answered."""
        if not self._memory.closed:
            self._memory[place : place + DIGEST_SIZE] = _FREE
            self._free.append(place)


@contextmanager
def unanswered_in(path: Path, most: int) -> Iterator[Unanswered]:
    """Open the file of the deliveries that are being answered.

    Args:
        path: the file, used by one process at a time; it is made where it is missing.
        most: how many are answered at once, at least 1.

    Raises:
        JournalUnavailable: it cannot be opened or made.
    """
    try:
        memory = _mapped(path, most * DIGEST_SIZE)
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
