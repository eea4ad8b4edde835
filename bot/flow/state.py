"""The small store that a call carries along."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, MutableMapping
from typing import TypeVar

from bot import wire
from bot.events import JsonValue

T = TypeVar("T", str, int, float, bool)


class CallState(MutableMapping[str, JsonValue]):
    """JSON values by name, kept with the call over restarts and transfers.

    A value is saved with the next step. It is copied on its way in, so that a change of the original changes
    nothing here: assign it again.

    Args:
        values: what it holds at first.
    """

    __slots__ = ("_values",)

    def __init__(self, values: Mapping[str, JsonValue] | None = None) -> None:
        self._values: dict[str, JsonValue] = dict(values or {})

    def __getitem__(self, name: str) -> JsonValue:
        return self._values[name]

    def __setitem__(self, name: str, value: JsonValue) -> None:
        """Keep a value.

        Raises:
            TypeError: it is no JSON.
        """
        try:
            self._values[name] = wire.decode(wire.encode(value))
        except TypeError as error:
            raise TypeError(f"call.state keeps JSON values only, and {name!r} is none: {error}") from error

    def __delitem__(self, name: str) -> None:
        del self._values[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __repr__(self) -> str:
        # Values may be what a caller has pressed.
        return f"CallState({', '.join(self._values)})"

    def read(self, name: str, default: T) -> T:
        """Return a value of the type of the default, or the default where there is none.

        Raises:
            TypeError: there is a value of another type.
        """
        value = self._values.get(name, default)
        if type(value) is not type(default):
            raise TypeError(f"call.state[{name!r}] is {type(value).__name__}, not {type(default).__name__}")
        return value

    def as_json(self) -> bytes:
        """Return the whole store."""
        return wire.encode(self._values)
