"""Shows that an installed wheel is whole: run it with the Python of a clean environment, ``python -I``.

Every module is there and imports with nothing but the runtime lock installed,
the types are marked as such, and the command starts.
"""

from __future__ import annotations

import importlib
import subprocess
import sys
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import Final

_EXTRAS: Final = {"bot.rota.ical": "icalendar", "bot.testing.plugin": "pytest"}
"""Modules that are imported only where an extra is installed, and the package that it brings."""


def modules(package: Path) -> Iterator[str]:
    """Yield the dotted names of a package's modules, but for those that run when imported."""
    for path in sorted(package.rglob("*.py")):
        parts = path.relative_to(package.parent).with_suffix("").parts
        if parts[-1] != "__main__":
            yield ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def faults(source: Path) -> Iterator[str]:
    """Yield what is wrong with the installed package.

    Args:
        source: the package's folder in the repository, which has to be found whole in the wheel.
    """
    installed = Path(str(files(source.name)))
    if installed == source:
        yield f"{source.name} is imported from the repository, not from a wheel"
    if not (installed / "py.typed").is_file():
        yield "py.typed is missing: type checkers would ignore the annotations"
    for path in sorted(source.rglob("*")):
        name = path.relative_to(source)
        if path.is_file() and path.suffix != ".pyc" and not (installed / name).is_file():
            yield f"{name} is missing"
    for module in modules(source):
        try:
            importlib.import_module(module)
        except ImportError as error:
            if module not in _EXTRAS or error.name != _EXTRAS[module]:
                yield f"{module} does not import with the runtime lock: {error}"
    command = Path(sys.executable).with_name("workonflow-bot")
    started = subprocess.run([command, "--help"], capture_output=True, text=True, check=False, timeout=60)  # noqa: S603 - our own command
    if started.returncode:
        yield f"workonflow-bot --help fails: {started.stderr.strip()}"


def main() -> int:
    """Check the wheel of the repository that this file is in; the exit status is 1 when something is wrong."""
    source = Path(__file__).resolve().parent.parent / "bot"
    wrong = list(faults(source))
    for line in wrong:
        print(line, file=sys.stderr)
    if not wrong:
        print(f"The wheel is whole: {sum(1 for _ in modules(source))} modules.")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
