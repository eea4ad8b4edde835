"""JSON, as it goes over the wire and into the journal: the one place that knows which library does it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from math import isfinite
from typing import Final, TypeAlias

import msgspec

JsonValue: TypeAlias = "bool | int | float | str | list[JsonValue] | dict[str, JsonValue] | None"
JsonObject: TypeAlias = Mapping[str, JsonValue]

_DEEPEST: Final = 250
"""Lists and objects inside one another, at most, in what is written."""
_DECODER: Final = msgspec.json.Decoder()
_ENCODER: Final = msgspec.json.Encoder()
_SORTED: Final = msgspec.json.Encoder(order="sorted")


def decode(document: bytes | str) -> JsonValue:
    """Return what a JSON document says.

    Strict: one document in UTF-8, no NaN, no lone surrogates; of equal fields the last counts.

    Raises:
        ValueError: it is none, or is nested deeper than the interpreter goes.
    """
    try:
        value: JsonValue = _DECODER.decode(document)
    except RecursionError as error:
        raise ValueError("it is nested too deeply") from error
    return value


def encode(value: object) -> bytes:
    """Return a JSON value as a document in UTF-8, without spaces; a tuple is written as a list.

    Strict: what would come back as something else (a date, a set, bytes, a number as a name) is refused.

    Raises:
        TypeError: there is something in it that is no JSON, a lone surrogate too, or it is nested too deeply.
    """
    return _encoded(_ENCODER, value)


def encode_sorted(value: object) -> bytes:
    """Return a value as `encode` does, fields in the order of their names: equal values give equal bytes."""
    return _encoded(_SORTED, value)


def _encoded(encoder: msgspec.json.Encoder, value: object) -> bytes:
    try:
        _check(value, _DEEPEST)
        return encoder.encode(value)
    except UnicodeEncodeError as error:
        raise TypeError("a text in it has half a surrogate pair") from error


def _check(value: object, room: int) -> None:
    """Refuse what the library would write although JSON has no such thing."""
    if value is None or isinstance(value, str | int):
        return
    if isinstance(value, float):
        if not isfinite(value):
            raise TypeError(f"{value} is no number of JSON")
        return
    if room == 0:
        raise TypeError("it is nested too deeply")
    for inner in _inside(value):
        _check(inner, room - 1)


def _inside(value: object) -> Iterable[object]:
    if isinstance(value, list | tuple):
        return value
    if not isinstance(value, dict):
        raise TypeError(f"{type(value).__name__} is no type of JSON")
    for name in value:
        if not isinstance(name, str):
            raise TypeError(f"{name!r} is no name of a field: names are strings")
    return value.values()
