"""The journal in one SQLite file, for a bot that runs as one process."""

from bot.journal.sqlite.journal import SqliteJournal

__all__ = ["SqliteJournal"]
