from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from textwrap import dedent

import pytest

from bot.dispatch import load_handlers
from bot.errors import LoadError, RegistrationError

GOOD = """
    from bot import Router
    router = Router()

    @router.on("Call.created")
    async def greet(event, ctx):
        pass
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Give a folder on the path, and forget afterwards what was imported from it."""
    monkeypatch.syspath_prepend(str(tmp_path))
    before = set(sys.modules)
    yield tmp_path
    for name in set(sys.modules) - before:
        if str(getattr(sys.modules[name], "__file__", "")).startswith(str(tmp_path)):
            del sys.modules[name]


def write(folder: Path, **modules: str) -> None:
    folder.mkdir(exist_ok=True)
    (folder / "__init__.py").touch()
    for name, text in modules.items():
        (folder / f"{name}.py").write_text(dedent(text))


def test_all_modules_of_a_package_in_order_of_their_names(project: Path) -> None:
    write(project / "pkg1", b=GOOD, a=GOOD, _helper="x = 1")
    handlers = load_handlers(["pkg1"])
    assert [route.name for route in handlers.router.routes()] == ["pkg1.a.greet", "pkg1.b.greet"]
    assert [route.where.rpartition("/")[2] for route in handlers.router.routes()] == ["a.py:5", "b.py:5"]


def test_single_modules_in_the_order_given(project: Path) -> None:
    write(project / "pkg2", b=GOOD, a=GOOD)
    names = [route.name for route in load_handlers(["pkg2.b", "pkg2.a"]).router.routes()]
    assert names == ["pkg2.b.greet", "pkg2.a.greet"]


def test_a_package_may_export_one_router_itself(project: Path) -> None:
    write(project / "pkg3", inside=GOOD)
    (project / "pkg3" / "__init__.py").write_text("from pkg3.inside import router\n")
    assert [route.name for route in load_handlers(["pkg3"]).router.routes()] == ["pkg3.inside.greet"]


def test_prompts_are_found_beside_the_modules(project: Path) -> None:
    write(project / "pkg4", a=GOOD, b=GOOD)
    (project / "pkg4" / "prompts").mkdir()
    assert load_handlers(["pkg4"]).prompt_folders == [project / "pkg4" / "prompts"]


def test_a_module_that_is_not_there(project: Path) -> None:
    assert project.exists()
    with pytest.raises(LoadError, match=r"there is no module 'nowhere\.handlers'. Set BOT_HANDLERS"):
        load_handlers(["nowhere.handlers"])


def test_a_module_that_imports_what_is_not_there(project: Path) -> None:
    write(project / "pkg5", a="import nowhere_to_be_found\n")
    with pytest.raises(LoadError, match=r"(?s)pkg5\.a does not import:.*a\.py\", line 1.*nowhere_to_be_found"):
        load_handlers(["pkg5"])


def test_a_module_with_an_error(project: Path) -> None:
    write(project / "pkg6", a="x = 1\ny = x / 0\n")
    with pytest.raises(LoadError) as caught:
        load_handlers(["pkg6"])
    text = str(caught.value)
    assert 'a.py", line 2' in text
    assert "ZeroDivisionError" in text
    assert "importlib" not in text


def test_a_module_without_a_router(project: Path) -> None:
    write(project / "pkg7", a="x = 1\n")
    with pytest.raises(LoadError, match=r"pkg7\.a exports no router"):
        load_handlers(["pkg7"])


def test_an_empty_package(project: Path) -> None:
    write(project / "pkg8")
    with pytest.raises(LoadError, match="holds no handler modules"):
        load_handlers(["pkg8"])


def test_a_wrong_registration_names_file_and_line(project: Path) -> None:
    write(project / "pkg9", a=GOOD.replace("Call.created", "Call.craeted"))
    with pytest.raises(RegistrationError, match=r"a\.py:5: there is no event 'Call.craeted'; did you mean"):
        load_handlers(["pkg9"])
