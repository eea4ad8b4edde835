"""Checking a registration where it is written, so that a mistake stops the start with its file and line."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from pathlib import Path

from bot.dispatch.filters import field_name, typed_fields
from bot.errors import RegistrationError
from bot.events.names import KNOWN, canonical, suggestion


def event_name(event: str, where: str) -> str:
    """Return the current name of an event or a prefix; a misspelt one is a `RegistrationError`."""
    if not event:
        raise RegistrationError("an event's name is a non-empty string, such as 'Call.created'", where)
    name = canonical(event)
    prefix = name.removesuffix("*")
    known = name in KNOWN or (name != prefix and (not prefix or any(one.startswith(prefix) for one in KNOWN)))
    if not known:
        meant = suggestion(name)
        if meant:
            raise RegistrationError(f"there is no event {event!r}; did you mean {meant!r}?", where)
    if "*" in name and (name.count("*") > 1 or (prefix and not prefix.endswith(".")) or name == prefix):
        raise RegistrationError(f"{event!r}: a star stands alone or after the last dot, as in 'Call.*'", where)
    return name


def check_fields(event: str, fields: Iterable[str], where: str) -> None:
    """Refuse fields that the events of a type do not have."""
    known = typed_fields(event)
    if known is None:
        return
    for key in fields:
        if field_name(key) not in known:
            close = get_close_matches(key, known, n=1)
            hint = f"did you mean {close[0]!r}?" if close else f"it has {', '.join(sorted(known))}."
            raise RegistrationError(f"{event} has no field {key!r}; {hint}", where)


def check_filter(predicate: object, where: str) -> None:
    """Refuse a filter that is no plain function."""
    if not callable(predicate) or inspect.iscoroutinefunction(predicate):
        raise RegistrationError(f"a filter is a plain function of the event, not {predicate!r}", where)


def check_function(function: object, where: str, wanted: str = "(event, ctx)") -> str:
    """Refuse a function that is not async or does not take what it is given; return where it is.

    Args:
        function: what was decorated.
        where: ``file:line`` of the decorator.
        wanted: its parameters, as one would write them; empty if they are its own business.
    """
    if not inspect.iscoroutinefunction(function):
        raise RegistrationError(f"{function_name(function)} is not async; write 'async def'", where)
    try:
        if wanted:
            inspect.signature(function).bind(*wanted.split(","))
    except TypeError as error:
        raise RegistrationError(f"{function_name(function)} must take {wanted}: {error}", where) from error
    code = getattr(inspect.unwrap(function), "__code__", None)
    return _short(f"{code.co_filename}:{code.co_firstlineno}") if code else where


def function_name(function: object) -> str:
    """Return a function's name as its module knows it."""
    return str(getattr(function, "__qualname__", function))


def caller() -> str:
    """Return ``file:line`` of whoever called the function that calls this one."""
    frame = sys._getframe(2)  # noqa: SLF001 - the documented way to a caller's line without a traceback's cost
    return _short(f"{frame.f_code.co_filename}:{frame.f_lineno}")


def caller_module() -> str:
    """Return the module of whoever called the function that calls this one."""
    return str(sys._getframe(2).f_globals.get("__name__", "router"))  # noqa: SLF001 - as above


def described(fields: Mapping[str, object], filters: Iterable[object]) -> str:
    """Return conditions as they were written, for people."""
    parts = [f"{field_name(key)}={value!r}" for key, value in fields.items()]
    return ", ".join([*parts, *(str(getattr(one, "__name__", "filter")) for one in filters)])


def _short(where: str) -> str:
    try:
        return str(Path(where).relative_to(Path.cwd()))
    except ValueError:
        return where
