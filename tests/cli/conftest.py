from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.bench import GOOD, Bench


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    """Return a folder with a handlers package, and the variables of a bot that could start."""
    found = Bench(tmp_path)
    found.write("front", GOOD)
    return found
