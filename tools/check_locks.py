"""Holds the lock files to pyproject.toml, without asking any registry.

A lock is right when it is exactly what the project asks for: every requirement
is pinned, on every supported version of Python, at a version that the
requirement allows; no pin is left over; every pin has its hashes; and nothing
in the file says where the packages came from. What a package requires is read
from the environment that was installed from the lock.
"""

from __future__ import annotations

import re
import sys
import tomllib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Final

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

_PIN: Final = re.compile(r"(?P<name>[A-Za-z0-9][A-Za-z0-9._-]*)==(?P<version>[^\s;\\]+)")
_ADDRESS: Final = re.compile(r"://|\bfile:/|\s@\s|(?:^|[\s'\"=])(?:/|~/|[A-Za-z]:\\)\w")
_OPTION: Final = re.compile(r"-{1,2}[A-Za-z]")

Requires = Callable[[str, str], list[str]]
"""Returns what a package of a name and version requires."""


class WrongVersionError(Exception):
    """The environment holds another version of a package than the lock, or none."""


@dataclass(frozen=True, slots=True)
class Pin:
    """One package of a lock: its version, and whether hashes stand with it."""

    version: str
    hashed: bool


@dataclass(frozen=True, slots=True)
class Project:
    """What pyproject.toml says that matters to locks.

    Args:
        name: the project's canonical name.
        dependencies: requirements of the project itself.
        extras: requirements of each extra.
        build: requirements of the build.
        pythons: supported versions of Python, such as ``3.11``.
    """

    name: str
    dependencies: tuple[str, ...]
    extras: dict[str, tuple[str, ...]]
    build: tuple[str, ...]
    pythons: tuple[str, ...]

    @classmethod
    def read(cls, path: Path) -> Project:
        """Read it from pyproject.toml; the versions of Python are those of the classifiers."""
        data = tomllib.loads(path.read_text(encoding="utf-8"))
        project = data["project"]
        marks = [re.fullmatch(r"Programming Language :: Python :: (3\.\d+)", line) for line in project["classifiers"]]
        return cls(
            name=canonicalize_name(project["name"]),
            dependencies=tuple(project["dependencies"]),
            extras={name: tuple(lines) for name, lines in project.get("optional-dependencies", {}).items()},
            build=tuple(data["build-system"]["requires"]),
            pythons=tuple(mark[1] for mark in marks if mark),
        )


def read_pins(text: str) -> dict[str, Pin]:
    """Return the pins of a lock's text by canonical name."""
    pins: dict[str, Pin] = {}
    for line in text.replace("\\\n", " ").splitlines():
        if match := _PIN.match(line):
            pins[canonicalize_name(match["name"])] = Pin(match["version"], "--hash=sha256:" in line)
    return pins


def telltales(text: str) -> list[str]:
    """Return the lines of a lock that are options, or tell an address or a path of a machine."""
    lines = [line for line in text.splitlines() if not line.startswith("    --hash=")]
    return [line.strip() for line in lines if _ADDRESS.search(line) or _OPTION.match(line)]


def installed_requires(name: str, version: str) -> list[str]:
    """Return what an installed package requires.

    Raises:
        WrongVersionError: it is not installed in that version.
    """
    try:
        found = metadata.distribution(name)
    except metadata.PackageNotFoundError:
        raise WrongVersionError(f"{name} {version} is not installed") from None
    if found.version != version:
        raise WrongVersionError(f"{name} {found.version} is installed, the lock has {version}")
    return found.requires or []


def faults(text: str, roots: Iterable[str], project: Project, requires: Requires = installed_requires) -> list[str]:
    """Return what is wrong with a lock.

    Args:
        text: the lock.
        roots: the requirements that it was made from; one of the project itself, with extras, stands for theirs.
        project: the project.
        requires: says what a package requires.
    """
    pins = read_pins(text)
    found = [f"tells where it was made: {line}" for line in telltales(text)]
    found += [f"{name} has no hash" for name, pin in pins.items() if not pin.hashed]
    needed: set[str] = set()
    roots = list(roots)
    for python in project.pythons:
        for name, problem in _walk(roots, project, python, pins, requires):
            needed.add(name)
            if problem:
                found.append(problem)
    found += [f"{name} is pinned, and nothing requires it" for name in sorted(pins.keys() - needed)]
    return list(dict.fromkeys(found))


def _walk(
    roots: list[str], project: Project, python: str, pins: dict[str, Pin], requires: Requires
) -> Iterator[tuple[str, str | None]]:
    """Yield the name of every requirement met from the roots on, with what is wrong about it."""
    todo = [(Requirement(line), "") for line in roots]
    done: set[tuple[str, str]] = set()
    while todo:
        requirement, extra = todo.pop()
        if not _applies(requirement, python, extra):
            continue
        name = canonicalize_name(requirement.name)
        extras = {"", *requirement.extras}
        if name == project.name:
            lines = [*project.dependencies, *(line for each in requirement.extras for line in project.extras[each])]
            todo += [(Requirement(line), "") for line in lines if (line, "") not in done]
            done |= {(line, "") for line in lines}
            continue
        problem, lines = _look_up(requirement, name, python, pins, requires)
        yield name, problem
        todo += [(Requirement(line), each) for each in extras if (name, each) not in done for line in lines]
        done |= {(name, each) for each in extras}


def _look_up(
    requirement: Requirement, name: str, python: str, pins: dict[str, Pin], requires: Requires
) -> tuple[str | None, list[str]]:
    """Return what is wrong about a requirement's pin, and what the pinned package requires."""
    pin = pins.get(name)
    if pin is None:
        return f"{name}{requirement.specifier} is required, but not pinned (Python {python})", []
    if not requirement.specifier.contains(pin.version, prereleases=True):
        return f"{name}{requirement.specifier} is required, but pinned at {pin.version}", []
    try:
        return None, requires(name, pin.version)
    except WrongVersionError as error:
        return str(error), []


def _applies(requirement: Requirement, python: str, extra: str) -> bool:
    """Say whether a requirement's marker holds for a version of Python, on a machine like this one."""
    environment = {"extra": extra, "python_version": python, "python_full_version": f"{python}.0"}
    return requirement.marker is None or requirement.marker.evaluate(environment)


def differences(part: str, whole: str) -> list[str]:
    """Return the pins of one lock that another has in another version, or not at all."""
    others = {name: pin.version for name, pin in read_pins(whole).items()}
    return [
        f"{name} is {pin.version} here and {others.get(name, 'absent')} in the development lock"
        for name, pin in read_pins(part).items()
        if others.get(name) != pin.version
    ]


def check(root: Path, requires: Requires = installed_requires) -> list[str]:
    """Return what is wrong with the locks in a project's folder; each line begins with the file's name."""
    project = Project.read(root / "pyproject.toml")
    sources = {
        "requirements-dev.lock": [f"{project.name}[dev]", *project.build],
        "requirements.lock": [f"{project.name}[speed]"],
        "requirements-calendars.lock": [f"{project.name}[calendars,speed]"],
        "requirements-build.lock": list(project.build),
    }
    texts = {name: (root / name).read_text(encoding="utf-8") for name in sources}
    whole = texts["requirements-dev.lock"]
    return [
        f"{name}: {line}"
        for name, roots in sources.items()
        for line in [*faults(texts[name], roots, project, requires), *differences(texts[name], whole)]
    ]


def main() -> int:
    """Check the locks of the project in the current folder; the exit status is 1 when something is wrong."""
    wrong = check(Path.cwd())
    for line in wrong:
        print(line, file=sys.stderr)
    print("The locks are stale; run: make lock" if wrong else "The locks are up to date.")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
