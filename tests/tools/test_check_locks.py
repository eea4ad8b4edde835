from __future__ import annotations

from pathlib import Path

import pytest

from tools.check_locks import Pin, Project, WrongVersionError, check, differences, faults, installed_requires, read_pins

HASH = "    --hash=sha256:aaaa"


def lock(*pins: str) -> str:
    return "# made by: make lock\n" + "".join(f"{pin} \\\n{HASH} \\\n{HASH}\n    # via something\n" for pin in pins)


def project(*dependencies: str, **extras: tuple[str, ...]) -> Project:
    return Project("my-bot", dependencies, extras, ("maker>=1",), ("3.11", "3.12", "3.13"))


class Packages:
    """Stands for an environment: what each package requires."""

    def __init__(self, **packages: list[str]) -> None:
        self._packages = packages

    def __call__(self, name: str, version: str) -> list[str]:
        del version
        return self._packages.get(name, [])


def test_pins_are_read_with_version_and_hash() -> None:
    pins = read_pins(lock("Some.Thing==1.2", 'other==3 ; sys_platform != "win32"') + "bare==4\n")
    assert pins == {
        "some-thing": Pin("1.2", hashed=True),
        "other": Pin("3", hashed=True),
        "bare": Pin("4", hashed=False),
    }


def test_a_whole_lock_has_no_fault() -> None:
    text = lock("web==2.1", "loop==1", "parts==9")
    asked = project("web>=2,<3", fast=("loop>=1; sys_platform != 'win32'",))
    assert faults(text, ["my-bot[fast]"], asked, Packages(web=["parts"], parts=["web"])) == []


@pytest.mark.parametrize(
    ("pins", "requires", "said"),
    [
        (["web==1.9"], [], ["web>=2 is required, but pinned at 1.9"]),
        (["web==2"], ["old; python_version < '3.12'"], ["old is required, but not pinned (Python 3.11)"]),
        (["web==2"], ["new>3; python_full_version >= '3.13'"], ["new>3 is required, but not pinned (Python 3.13)"]),
        (["web==2"], ["windows; sys_platform == 'win32'", "more; extra == 'all'"], []),
        (["web==2", "left==1"], [], ["left is pinned, and nothing requires it"]),
    ],
)
def test_a_fault_is_named(pins: list[str], requires: list[str], said: list[str]) -> None:
    assert faults(lock(*pins), ["my-bot"], project("web>=2"), Packages(web=requires)) == said


def test_an_extra_asks_for_what_it_brings() -> None:
    packages = Packages(web=["fast; extra == 'speed'"])
    found = faults(lock("web==2"), ["my-bot"], project("web[speed]"), packages)
    assert found == [f"fast is required, but not pinned (Python {python})" for python in ("3.11", "3.12", "3.13")]


def test_a_pin_without_hash_is_a_fault() -> None:
    assert faults("web==2\n", ["my-bot"], project("web"), Packages()) == ["web has no hash"]


@pytest.mark.parametrize(
    "line",
    [
        "--index-url https://packages.example.com/simple",
        "-f wheels",
        "--trusted-host packages.example.com",
        "#    pip-compile --output-file=/home/me/bot/requirements.lock",
        "    # via -r /home/me/bot/other.in",
        "web @ file:///home/me/web.whl",
        "# from https://packages.example.com",
    ],
)
def test_what_tells_of_the_machine_is_a_fault(line: str) -> None:
    found = faults(lock("web==2") + line + "\n", ["my-bot"], project("web"), Packages())
    assert found == [f"tells where it was made: {line.strip()}"]


def test_another_version_in_the_environment_is_a_fault() -> None:
    def requires(name: str, version: str) -> list[str]:
        raise WrongVersionError(f"{name} 1 is installed, the lock has {version}")

    assert faults(lock("web==2"), ["my-bot"], project("web"), requires) == ["web 1 is installed, the lock has 2"]


def test_the_environment_says_what_is_required() -> None:
    assert any(line.startswith("iniconfig") for line in installed_requires("pytest", pytest.__version__))
    with pytest.raises(WrongVersionError, match=r"the lock has 0\.0"):
        installed_requires("pytest", "0.0")
    with pytest.raises(WrongVersionError, match="is not installed"):
        installed_requires("no-such-package-of-mine", "1")


def test_locks_have_to_agree() -> None:
    whole = lock("web==2", "loop==1")
    assert differences(lock("web==2"), whole) == []
    assert differences(lock("web==3", "other==1"), whole) == [
        "web is 3 here and 2 in the development lock",
        "other is 1 here and absent in the development lock",
    ]


def test_all_locks_of_a_folder_are_checked(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text(PYPROJECT)
    (tmp_path / "requirements-dev.lock").write_text(lock("web==2", "loop==1", "days==3", "tester==5", "maker==1"))
    (tmp_path / "requirements.lock").write_text(lock("web==2", "loop==1"))
    (tmp_path / "requirements-calendars.lock").write_text(lock("web==2", "loop==1", "days==3"))
    (tmp_path / "requirements-build.lock").write_text(lock("maker==2"))
    assert check(tmp_path, Packages()) == [
        "requirements-build.lock: maker is 2 here and 1 in the development lock",
    ]


PYPROJECT = """
[build-system]
requires = ["maker>=1"]
[project]
name = "My_Bot"
classifiers = ["Programming Language :: Python :: 3.11", "Typing :: Typed"]
dependencies = ["web"]
[project.optional-dependencies]
speed = ["loop"]
calendars = ["days"]
dev = ["my-bot[calendars,speed]", "tester"]
"""
