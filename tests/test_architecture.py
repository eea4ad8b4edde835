"""The rules of the house, read off the source: who may import whom, and how long a module may be."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
MODULES = sorted(
    path.relative_to(ROOT).as_posix() for folder in ("bot", "handlers") for path in ROOT.glob(f"{folder}/**/*.py")
)
LONGEST = 300

BASE = {"clock", "errors", "metrics", "signature", "wire"}
_JOURNAL = {*BASE, "events", "log"}
_FLOW = {*_JOURNAL, "api", "journal", "prompts", "rota"}
_DISPATCH = {*_FLOW, "flow"}
_ASSEMBLY = {*_DISPATCH, "config", "dispatch", "health", "server", "settings", "webhook"}
MAY_IMPORT = {
    # The base: values, and what everybody needs.
    "clock": set(),
    "errors": set(),
    "masking": set(),
    "metrics": set(),
    "signature": set(),
    "stack": set(),
    "wire": set(),
    "toml": set(),
    "events": {"errors", "wire"},
    "log": {"events", "masking"},
    # What stands on it.
    "api": {*BASE, "events", "log"},
    "journal": _JOURNAL,
    "prompts": {*BASE, "log"},
    "rota": {*BASE, "log", "toml"},
    "flow": _FLOW,
    "dispatch": _DISPATCH,
    "webhook": {*BASE, "events", "journal", "log"},
    "health": BASE,
    "blocked": {"metrics", "stack"},
    "server": {"errors"},
    # Where everything comes together, and the only ones that know the settings.
    "settings": {"errors"},
    "config": {"errors", "settings"},
    "assembly": _ASSEMBLY,
    "app": {*_ASSEMBLY, "assembly", "blocked"},
    "cli": {*_ASSEMBLY, "app", "assembly", "fuzz", "masking", "simulator", "testing"},
    "__main__": {"cli"},
    # What handlers see.
    "__init__": {"api", "dispatch", "errors", "events", "flow"},
    # The platform, which must not lean on what it is there to test.
    "simulator": {"clock", "errors", "events", "signature", "toml", "wire"},
    # Tests of calls, the users' and our own: everything in one process.
    "testing": {*_ASSEMBLY, "app", "simulator"},
    # Random people and faults, who make their worlds of the same stuff.
    "fuzz": {*_ASSEMBLY, "app", "simulator", "testing"},
}
READ_THE_ENVIRONMENT = ("bot/settings.py", "bot/cli/")


@cache
def tree(module: str) -> ast.Module:
    return ast.parse((ROOT / module).read_text(encoding="utf-8"), module)


def part(module: str) -> str:
    """Return the part of the bot that a file belongs to."""
    return Path(module).with_suffix("").parts[1]


def imported(node: ast.AST) -> list[str]:
    """Return the full names that a statement imports."""
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        assert node.level == 0, "imports name the whole path"
        return [f"{node.module}.{alias.name}" for alias in node.names]
    return []


def imports(module: str) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree(module)):
        for name in imported(node):
            yield getattr(node, "lineno", 0), name


@pytest.mark.parametrize("module", [module for module in MODULES if module.startswith("bot/")])
def test_imports_point_one_way(module: str) -> None:
    own = part(module)
    assert own in MAY_IMPORT, f"say in {Path(__file__).name} what bot.{own} may import"
    wrong = [
        f"{module}:{line} imports {name}"
        for line, name in imports(module)
        if name.split(".")[0] == "bot" and name.split(".")[1] not in {own, *MAY_IMPORT[own]}
    ]

    assert not wrong


def test_the_rules_have_no_circle() -> None:
    order: list[str] = []
    while len(order) < len(MAY_IMPORT):
        free = [name for name, needs in MAY_IMPORT.items() if name not in order and needs <= set(order)]
        assert free, f"a circle among {sorted(set(MAY_IMPORT) - set(order))}"
        order += free


def test_the_rules_name_what_is_there_and_nothing_else() -> None:
    assert set(MAY_IMPORT) == {part(module) for module in MODULES if module.startswith("bot/")}


@pytest.mark.parametrize("module", MODULES)
def test_nothing_names_handlers_tests_or_tools(module: str) -> None:
    outside = {"tests", "tools", "benchmarks"} | (set() if module.startswith("handlers/") else {"handlers"})

    assert not [name for _, name in imports(module) if name.split(".")[0] in outside]


@pytest.mark.parametrize("module", [module for module in MODULES if module.startswith("handlers/")])
def test_handlers_import_the_public_names_only(module: str) -> None:
    ours = [node for node in ast.walk(tree(module)) if any(name.split(".")[0] == "bot" for name in imported(node))]

    assert all(isinstance(node, ast.ImportFrom) and node.module == "bot" for node in ours)


@pytest.mark.parametrize("module", MODULES)
def test_an_import_inside_a_function_gives_its_reason(module: str) -> None:
    lines = (ROOT / module).read_text(encoding="utf-8").splitlines()
    functions = [node for node in ast.walk(tree(module)) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    hidden = {
        inner.lineno for node in functions for inner in ast.walk(node) if imported(inner) and hasattr(inner, "lineno")
    }

    assert not [f"{module}:{line}" for line in sorted(hidden) if "#" not in lines[line - 1] + lines[line - 2]]


@pytest.mark.parametrize("module", MODULES)
def test_no_module_changes_its_own_globals(module: str) -> None:
    assert not [node.lineno for node in ast.walk(tree(module)) if isinstance(node, ast.Global)]


@pytest.mark.parametrize("module", [module for module in MODULES if not module.startswith(READ_THE_ENVIRONMENT)])
def test_only_the_settings_and_the_command_line_read_the_environment(module: str) -> None:
    names = {node.attr for node in ast.walk(tree(module)) if isinstance(node, ast.Attribute)}
    names |= {name.rpartition(".")[2] for _, name in imports(module)}

    assert not names & {"environ", "environb", "getenv", "getenvb", "dotenv"}


@pytest.mark.parametrize("module", MODULES)
def test_a_module_is_short_and_says_what_it_is(module: str) -> None:
    text = (ROOT / module).read_text(encoding="utf-8")

    assert len(text.splitlines()) <= LONGEST
    assert ast.get_docstring(tree(module))
