"""Reading TOML files that people write: every mistake is told with its line, all of them at once."""

from bot.toml.reader import Failure, Problems, Table, parse_toml, read_toml, suggestion

__all__ = ["Failure", "Problems", "Table", "parse_toml", "read_toml", "suggestion"]
