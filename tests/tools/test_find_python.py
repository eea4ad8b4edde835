"""The search for a Python is run as `make` runs it, on a path of made-up commands."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / "tools" / "find-python"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A folder to be the whole path, with nothing in it but what the script itself uses."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for tool in ("cat", "head"):
        _command(folder, tool, f'PATH=/usr/bin:/bin exec {tool} "$@"')
    return folder


def _command(folder: Path, name: str, body: str) -> None:
    file = folder / name
    file.write_text(f"#!/bin/sh\n{body}\n")
    file.chmod(0o755)


def _find(path: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = ["/bin/sh", str(SCRIPT), *arguments]
    return subprocess.run(command, env={"PATH": str(path)}, capture_output=True, text=True, check=False, timeout=30)  # noqa: S603 - the script under test


def test_a_shim_that_does_not_run_is_passed_over(path: Path) -> None:
    _command(path, "python3.13", "echo 'python3.13: command not found' >&2; exit 127")
    _command(path, "python3", f'exec "{sys.executable}" "$@"')
    found = _find(path)
    assert (found.stdout, found.returncode) == ("python3\n", 0)


def test_without_a_suitable_one_it_says_what_it_tried_and_what_to_do(path: Path) -> None:
    _command(path, "python3", "echo 'it is Python 3.9' >&2; exit 1")
    found = _find(path)
    assert found.returncode == 1
    assert found.stdout == ""
    assert "python3: it is Python 3.9" in found.stderr
    assert "python3.12: not found" in found.stderr
    assert "make PYTHON=" in found.stderr


def test_a_named_one_is_the_only_candidate(path: Path) -> None:
    _command(path, "python3", f'exec "{sys.executable}" "$@"')
    _command(path, "mine", "echo 'it is Python 3.9' >&2; exit 1")
    assert _find(path, "mine").returncode == 1
    assert _find(path, str(sys.executable)).stdout == f"{sys.executable}\n"
