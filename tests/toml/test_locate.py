from __future__ import annotations

import tomllib

import pytest

from bot.toml.locate import Path, locate

HARD = '''# a comment with [brackets] and "quotes"
title = "a # is no comment, nor is ] or }"
"quoted.key" = 1
'literal key' = 2
a.b.c = true

[table]   # trailing
text = """
[not.a.table]
key = "no key" \\""" still text"""
raw = \'\'\'
[[nor.this]]
x = 1\'\'\'
ending = """four quotes""""
list = [
    1,   # one ]
    "two, three",
    [
        4,
        { five = 5, six.seven = [ 7 ] },
    ],

]
empty = []
none = {}
when = 2026-12-24 18:00:00
day = 2026-12-24
[ table . "sub.table" ]
y = -1.5e3

[[items]]
name = "first"
[items.inner]
z = 1
[[items.parts]]
p = 1
[[items.parts]]
p = 2
[[items]]
name = 'second'
[items.inner]
z = 2
[[items.parts]]
p = 3
'''


def _paths(value: object, path: Path = ()) -> list[Path]:
    found = [path] if path else []
    if isinstance(value, dict):
        for key, inner in value.items():
            found += _paths(inner, (*path, key))
    if isinstance(value, list):
        for index, inner in enumerate(value):
            found += _paths(inner, (*path, index))
    return found


def test_everything_has_a_line() -> None:
    places = locate(HARD)
    assert set(places) == set(_paths(tomllib.loads(HARD)))


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (("title",), 'title = "a # is'),
        (("quoted.key",), '"quoted.key"'),
        (("literal key",), "'literal key'"),
        (("a", "b", "c"), "a.b.c"),
        (("table",), "[table]"),
        (("table", "raw"), "raw = "),
        (("table", "list"), "list = ["),
        (("table", "list", 1), '    "two, three"'),
        (("table", "list", 2, 1, "six", "seven", 0), "        { five"),
        (("table", "when"), "when"),
        (("table", "sub.table", "y"), "y = -1.5e3"),
        (("items", 0), "[[items]]"),
        (("items", 0, "parts", 1, "p"), "p = 2"),
        (("items", 1, "name"), "name = 'second'"),
        (("items", 1, "inner", "z"), "z = 2"),
        (("items", 1, "parts", 0, "p"), "p = 3"),
    ],
)
def test_the_line_is_the_right_one(path: Path, line: str) -> None:
    assert HARD.splitlines()[locate(HARD)[path] - 1].startswith(line)


@pytest.mark.parametrize("text", ["", "\n", "# only a comment", "a = 1", "a = [1]\n# end"])
def test_small_files(text: str) -> None:
    assert set(locate(text)) == set(_paths(tomllib.loads(text)))


def test_text_that_is_no_toml_is_refused_with_its_line() -> None:
    with pytest.raises(ValueError, match="line 2"):
        locate('a = 1\n= "no key"\n')
