"""What SQLite's errors mean for the journal.

An error is either the store's (the disk is full, the file is locked, damaged,
not writable), and then everything that waits fails with it, or it belongs to
one operation (a constraint, a value that cannot be stored), and then the others
of its transaction must not suffer.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Final

from bot.errors import JournalBroken, JournalError, JournalUnavailable

_OF_THE_OPERATION: Final = frozenset(
    {sqlite3.SQLITE_CONSTRAINT, sqlite3.SQLITE_MISMATCH, sqlite3.SQLITE_TOOBIG, sqlite3.SQLITE_RANGE}
)
_REASONS: Final = {
    sqlite3.SQLITE_BUSY: "another process keeps it locked",
    sqlite3.SQLITE_LOCKED: "another process keeps it locked",
    sqlite3.SQLITE_FULL: "the disk is full",
    sqlite3.SQLITE_IOERR: "reading or writing the disk failed",
    sqlite3.SQLITE_READONLY: "it may not be written to; check its owner and permissions",
    sqlite3.SQLITE_PERM: "it may not be opened; check its owner and permissions",
    sqlite3.SQLITE_CANTOPEN: "it cannot be opened; check that the path, its owner and its permissions are right",
    sqlite3.SQLITE_CORRUPT: "it is damaged; restore it from a backup, or move it away to begin anew",
    sqlite3.SQLITE_NOTADB: "it is not a SQLite database",
}
_BROKEN: Final = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})


def of_the_store(error: Exception) -> bool:
    """Tell whether an error concerns the store as a whole, and not just the operation that met it."""
    code = _code(error)
    return code is not None and code not in _OF_THE_OPERATION


def unavailable(path: Path, error: Exception) -> JournalUnavailable:
    """Return the error for a caller whose operation the store could not take.

    A new one for each caller, because an exception remembers where it was raised.

    Args:
        path: the journal's file.
        error: what happened; becomes the cause.
    """
    raised = JournalUnavailable(_sentence(path, error))
    raised.__cause__ = error
    return raised


def unstorable(error: Exception) -> Exception:
    """Return the error for the caller whose own operation was refused: what it raised itself, or a `JournalError`.

    Args:
        error: what the operation raised.
    """
    if not isinstance(error, sqlite3.Error | UnicodeError | OverflowError):
        return error
    raised = JournalError(f"the journal cannot store this: {error}")
    raised.__cause__ = error
    return raised


def on_opening(path: Path, error: sqlite3.Error | OSError) -> JournalError:
    """Return the error of `Journal.open`: broken where waiting does not help, else unavailable."""
    kind = JournalBroken if _code(error) in _BROKEN else JournalUnavailable
    return kind(_sentence(path, error))


def _code(error: Exception) -> int | None:
    """Return SQLite's primary error code; None for what did not come from SQLite itself."""
    code: object = getattr(error, "sqlite_errorcode", None)
    return code & 0xFF if isinstance(code, int) else None


def _sentence(path: Path, error: Exception) -> str:
    code = _code(error)
    reason = _REASONS.get(code) if code is not None else None
    return f"the journal {path}: {reason} ({error})" if reason else f"the journal {path}: {error}"
