"""One bot per journal: a lock that the system releases when its process dies, however it dies."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bot.errors import JournalBroken


def lock_path(path: Path) -> Path:
    """Return where the lock of a journal lies: beside it."""
    return path.with_name(path.name + ".lock")


@contextmanager
def held(path: Path) -> Iterator[None]:
    """Hold the lock of a journal.

    The file stays when the lock is released: removing it would let two
    processes lock two files of one name.

    Args:
        path: the journal's file; its directory exists.

    Raises:
        JournalBroken: another process holds the lock.
        OSError: the lock's file cannot be written.
    """
    descriptor = os.open(lock_path(path), os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            holder = os.pread(descriptor, 20, 0).decode("ascii", "replace").strip() or "unknown"
            raise JournalBroken(
                f"the journal {path} is in use by another bot (process {holder}); "
                "stop that one, or give this one a journal of its own"
            ) from error
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"{os.getpid()}\n".encode("ascii"), 0)
        yield
    finally:
        os.close(descriptor)
