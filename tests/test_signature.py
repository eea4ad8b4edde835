from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.signature import matches, sign, signed_headers

ANY = st.text(st.characters())


def test_the_signature_is_the_documented_one() -> None:
    expected = hashlib.sha256(b"bot-1" + b"key" + b"1539761084" + b'{"a":1}').hexdigest()

    assert sign("bot-1", "key", "1539761084", b'{"a":1}') == expected
    assert signed_headers("bot-1", "key", "1539761084", b'{"a":1}') == {
        "X-Bot-Id": "bot-1",
        "X-timestamp": "1539761084",
        "X-Signature": expected,
    }


def test_a_text_that_is_not_ascii_is_signed_as_utf_8() -> None:
    expected = hashlib.sha256("bot-\u0421key1".encode() + b"\xff").hexdigest()

    assert sign("bot-\u0421", "key", "1", b"\xff") == expected


@given(ANY, ANY)
def test_texts_match_when_they_are_equal_whatever_they_hold(one: str, other: str) -> None:
    assert matches(one, other) is (one == other)
    assert matches(one, one)


@pytest.mark.parametrize(("one", "other"), [("?", "\ud800"), ("\udcff", "\ud8ff"), ("", "\x00")])
def test_texts_that_look_alike_when_mended_do_not_match(one: str, other: str) -> None:
    assert not matches(one, other)
    assert not matches(other, one)
