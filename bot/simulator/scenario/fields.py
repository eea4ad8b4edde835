"""Reading the fields of a scenario file; what is wrong is noted and counts as left out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from bot.simulator.steps import check_seconds
from bot.toml import Table

_T = TypeVar("_T")
_SECONDS = "a number of seconds from 0, such as 2.5"
_SPANS = "a list such as [[12.5, 3]]: when it begins and how long it lasts, in seconds"


def read_seconds(fields: Table, key: str) -> float | None:
    """Return a field that is a number of seconds."""
    value = fields.raw(key)
    if value is None:
        return None
    if isinstance(value, int | float) and not isinstance(value, bool):
        try:
            check_seconds(value)
        except ValueError as error:
            fields.wrong(key, f"{key} is {value}, and {error}", f"Write {_SECONDS}.")
            return None
        return float(value)
    fields.wrong(key, f"{key} is {value!r}", f"Write {_SECONDS}.")
    return None


def read_spans(fields: Table, key: str) -> Sequence[tuple[float, float]]:
    """Return a field that is a list of pairs of seconds: when something begins, and how long it lasts."""
    found: list[tuple[float, float]] = []
    for index, entry in enumerate(fields.get(key, list, _SPANS) or []):
        match entry:
            case [int() | float() as began, int() | float() as lasts] if _are_seconds(began, lasts):
                found.append((float(began), float(lasts)))
            case _:
                fields.problems.add((*fields.path, key, index), f"{key} holds {entry!r}", f"Write {_SPANS}.")
    return found


def _are_seconds(*times: float) -> bool:
    try:
        check_seconds(*times)
    except ValueError:
        return False
    return not any(isinstance(time, bool) for time in times)


def read_whole(fields: Table, key: str) -> int:
    """Return a field that is a whole number; 0 if it is absent."""
    return fields.get(key, int, "a whole number") or 0


def read_texts(fields: Table, key: str, wanted: str) -> Sequence[str]:
    """Return a field that is a list of texts, or one text alone.

    Args:
        fields: the table.
        key: the field.
        wanted: what it should be, for the message.
    """
    return read_each(fields, key, wanted, str)


def read_each(fields: Table, key: str, wanted: str, read: Callable[[str], _T]) -> Sequence[_T]:
    """Return what is read from each text of a list, or from one text alone.

    Args:
        fields: the table.
        key: the field.
        wanted: what it should be, for the message.
        read: makes something of a text; its ValueError is a sentence without a full stop.
    """
    value = fields.raw(key)
    entries = [value] if isinstance(value, str) else value
    if entries is None:
        return []
    if not isinstance(entries, list):
        fields.wrong(key, f"{key} is {value!r}", f"Write {wanted}.")
        return []
    found = []
    for index, entry in enumerate(entries):
        path = (*fields.path, key, index)
        if not isinstance(entry, str) or not entry.strip():
            fields.problems.add(path, f"{key} holds {entry!r}", f"Write {wanted}.")
            continue
        try:
            found.append(read(entry))
        except ValueError as error:
            problem, _, fix = str(error).partition("; ")
            fields.problems.add(path, problem, f"{fix[:1].upper()}{fix[1:]}." if fix else f"Write {wanted}.")
    return found
