"""docs/call.md names everything that a call can do, and nothing else; listings of all pages are sound."""

from __future__ import annotations

import ast
import inspect
import re
from textwrap import indent
from typing import Final

import pytest

from bot import Call
from bot.dispatch import Router
from bot.flow import RotaView
from tests.docs.listings import DOCS, Listing, listings, pages

TEXT: Final = (DOCS / "call.md").read_text(encoding="utf-8")
_HEADING: Final = re.compile(r"^### `(\w+)\((.*)\)`$", re.MULTILINE)
_ROTA: Final = re.compile(r"`(?:await )?call\.rota\.(\w+)\(group\)`")
_ATTRIBUTE: Final = re.compile(r"^\| ((?:`\w+`(?:, )?)+) \|", re.MULTILINE)


def public(kind: type) -> dict[str, object]:
    return {name: inspect.getattr_static(kind, name) for name in dir(kind) if not name.startswith("_")}


def parameters(function: object) -> str:
    """Return a signature as a page has it: without ``self`` and types."""
    assert callable(function)
    found = [one.replace(annotation=one.empty) for one in inspect.signature(function).parameters.values()][1:]
    return str(inspect.Signature(found)).removeprefix("(").removesuffix(")")


METHODS: Final = {name: parameters(value) for name, value in public(Call).items() if inspect.isfunction(value)}


def test_every_operation_has_its_heading_with_all_parameters() -> None:
    assert dict(_HEADING.findall(TEXT)) == METHODS
    assert len(METHODS) > 20


def test_every_attribute_is_named() -> None:
    section = TEXT.partition("## About the call")[2].partition("\n## ")[0]
    named = set(re.findall(r"`(\w+)`", " ".join(_ATTRIBUTE.findall(section))))
    properties = {name for name, value in public(Call).items() if isinstance(value, property)}
    own = re.search(r"Attributes:\n(.*)", inspect.getdoc(Call.__mro__[-2]) or "", re.DOTALL)
    assert own is not None
    assert named == properties | set(re.findall(r"^ +(\w+):", own[1], re.MULTILINE))


def test_the_rota_of_a_call_is_described() -> None:
    assert set(_ROTA.findall(TEXT)) == set(public(RotaView))


LISTINGS: Final = [
    pytest.param(listing, id=f"{page}:{listing.line}")
    for page in pages()
    for listing in listings(page)
    if listing.language == "python"
]


@pytest.mark.parametrize("listing", LISTINGS)
def test_listings_are_python(listing: Listing) -> None:
    """A part of a function is one, too."""
    try:
        ast.parse(listing.text)
    except SyntaxError:
        ast.parse(f"async def part():\n{indent(listing.text, '    ')}")


MODULES: Final = [listing for listing in LISTINGS if "router = Router()" in getattr(listing.values[0], "text", "")]


@pytest.mark.parametrize("listing", MODULES)
def test_whole_modules_register_what_they_say(listing: Listing) -> None:
    names: dict[str, object] = {"__name__": "listing"}
    exec(compile(listing.text, f"listing of line {listing.line}", "exec"), names)  # noqa: S102 - it is our own page
    router = names["router"]
    assert isinstance(router, Router)
    assert [*router.flows(), *router.routes()]
