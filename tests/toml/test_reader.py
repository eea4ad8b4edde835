"""What the rota's tests do not show of reading TOML."""

from __future__ import annotations

import pytest

from bot.toml import parse_toml


class _Wrong(Exception):
    def __init__(self, problems: object) -> None:
        super().__init__(problems)
        self.problems = problems


def test_every_mistake_is_told_with_its_line() -> None:
    table = parse_toml('a = 1\n\n[b]\nname = ""\nunknown = 2\n', "some.toml", _Wrong)
    table.get("a", str, "a text")
    inner = table.table("b")
    assert inner is not None
    inner.text("name", "a name")
    inner.finish()
    with pytest.raises(_Wrong) as raised:
        table.problems.check()
    assert raised.value.problems == [
        "some.toml:1: a is 1. Write a text.",
        "some.toml:4: name is empty. Write a name, or leave it out.",
        "some.toml:5: 'unknown' means nothing here. Known are name.",
    ]


def test_what_is_no_toml_is_told_with_its_line() -> None:
    with pytest.raises(_Wrong) as raised:
        parse_toml("a = 1\nb = = 2\n", "some.toml", _Wrong)
    assert raised.value.problems == [
        "some.toml:2: this is no TOML: Invalid value. Mend the line, or the one before it."
    ]
