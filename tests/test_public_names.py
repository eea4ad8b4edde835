from __future__ import annotations

import ast
import importlib
import inspect
import pkgutil
from types import ModuleType

import pytest

import bot

PACKAGES = [
    found.name for found in pkgutil.walk_packages(bot.__path__, "bot.") if found.ispkg and found.name != "bot.cli"
]


def public(package: ModuleType) -> list[str]:
    """Return the names of a package that are not its modules, nor what pytest puts into a package with a plugin."""
    return sorted(
        name
        for name, value in vars(package).items()
        if name.isidentifier()
        and not name.startswith("_")
        and not (inspect.ismodule(value) and value.__name__.startswith("bot."))
    )


def test_what_handlers_import_is_listed_in_order_and_there_is_nothing_else() -> None:
    assert bot.__all__ == sorted(set(bot.__all__)) == public(bot)


def test_what_handlers_import_has_a_description() -> None:
    assert all(inspect.getdoc(getattr(bot, name)) for name in bot.__all__ if inspect.isclass(getattr(bot, name)))


def test_a_star_import_gives_what_is_listed() -> None:
    names: dict[str, object] = {}
    exec("from bot import *", names)  # noqa: S102 - the form that __all__ is for

    assert sorted(name for name in names if name != "__builtins__") == bot.__all__


def passed_on(package: ModuleType) -> list[str]:
    """Return the names of a package that it imports in the form ``from module import name as name``."""
    aliases = [
        alias
        for node in ast.walk(ast.parse(inspect.getsource(package)))
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    ]
    return [alias.name for alias in aliases if alias.name == alias.asname]


@pytest.mark.parametrize("name", PACKAGES)
def test_every_package_lists_what_it_offers(name: str) -> None:
    package = importlib.import_module(name)
    listed = [*getattr(package, "__all__", []), *passed_on(package)]

    assert package.__doc__
    assert sorted(listed) == public(package)
    assert len(set(listed)) == len(listed)
