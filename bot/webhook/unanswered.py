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
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bot.errors import JournalUnavailable

DIGEST_SIZE: Final = 16
"""Bytes that stand for a delivery."""

LANE_SIZE: Final = 8
"""Bytes that stand for the call that a delivery is about."""

_SLOT: Final = struct.Struct(f"={DIGEST_SIZE}s{LANE_SIZE}sdB")
_FREE, _NOTED, _STORED, _ANSWERING = range(4)


@dataclass(frozen=True, slots=True)
class Left:
    """A delivery that an earlier process did not come to answer.

    Attributes:
        digest: stands for it.
        lane: stands for its call.
        received_at: when it arrived, unix seconds.
        place: where it is noted.
        stored: whether it is known to be stored.
        answering: whether the process died so close to writing the answer that it may have been written.
    """

    digest: bytes
    lane: bytes
    received_at: float
    place: int
    stored: bool
    answering: bool


class Unanswered:
    """The deliveries that may not have been answered; made by `unanswered_in`.

    Args:
        memory: where they are kept.

    Attributes:
        left: what an earlier process did not come to answer; it stays noted until it is removed.
    """

    def __init__(self, memory: mmap.mmap) -> None:
        self._memory = memory
        self._free: list[int] = []
        self.left: list[Left] = []
        for place in range(0, len(memory), _SLOT.size):
            digest, lane, received_at, state = _SLOT.unpack_from(memory, place)
            if state == _FREE:
                self._free.append(place)
            else:
                stored, answering = state in (_STORED, _ANSWERING), state == _ANSWERING
                self.left.append(Left(digest, lane, received_at, place, stored=stored, answering=answering))

    def add(self, digest: bytes, lane: bytes, received_at: float) -> int | None:
        """Note a delivery before it is stored.

        Args:
            digest: stands for it.
            lane: stands for its call.
            received_at: when it arrived, unix seconds; tells it from an equal one.

        Returns:
            Its place; None if there is none left.
        """
        if not self._free:
            return None
        place = self._free.pop()
        _SLOT.pack_into(self._memory, place, digest, lane, received_at, _NOTED)
        return place

    def confirm(self, place: int) -> None:
        """Note that a delivery is stored."""
        self._set(place, _STORED)

    def answering(self, place: int) -> None:
        """Note that the answer to a stored delivery is being written."""
        self._set(place, _ANSWERING)

    def remove(self, place: int) -> None:
        """Forget a delivery that has been answered."""
        self._set(place, _FREE)
        self._free.append(place)

    def _set(self, place: int, state: int) -> None:
        if not self._memory.closed:
            self._memory[place + _SLOT.size - 1] = state


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
        memory = _mapped(path, most * _SLOT.size)
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
