from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import wire

TEXT = st.text(st.characters(exclude_categories=["Cs"]))
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=12,
)


@given(VALUES)
def test_a_value_comes_back_as_it_was(value: wire.JsonValue) -> None:
    assert wire.decode(wire.encode(value)) == value
    assert wire.decode(wire.encode_sorted(value)) == value


def test_equal_values_are_written_equally() -> None:
    assert wire.encode_sorted({"b": 1, "a": [{"d": 2, "c": 3}]}) == b'{"a":[{"c":3,"d":2}],"b":1}'
    assert wire.encode((1, 2)) == b"[1,2]"


@pytest.mark.parametrize(
    "document",
    [
        b"",
        b"{",
        b"{} x",
        b"NaN",
        b'{"a":Infinity}',
        b"1e999",
        b'"\\ud800"',
        b'"\xff"',
        b"\xef\xbb\xbf{}",
        b"[" * 100_000,
    ],
)
def test_what_is_no_document(document: bytes) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        wire.decode(document)


@pytest.mark.parametrize(
    ("value", "why"),
    [
        (datetime(2026, 1, 1, tzinfo=UTC), "datetime is no type of JSON"),
        (b"bytes", "bytes is no type of JSON"),
        ({1, 2}, "set is no type of JSON"),
        ([float("nan")], "nan is no number of JSON"),
        ({"a": float("inf")}, "inf is no number of JSON"),
        ({1: "a"}, "1 is no name of a field"),
        ("\ud800", "half a surrogate pair"),
        ({"\udfff": 1}, "half a surrogate pair"),
    ],
)
def test_what_cannot_be_written(value: object, why: str) -> None:
    with pytest.raises(TypeError, match=why):
        wire.encode(value)


def test_what_is_nested_too_deeply_cannot_be_written() -> None:
    value: list[object] = []
    for _ in range(100_000):
        value = [value]
    with pytest.raises(TypeError, match="too deeply"):
        wire.encode(value)
