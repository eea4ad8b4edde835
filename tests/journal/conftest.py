from __future__ import annotations

from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path

import pytest

from bot.journal.sqlite import SqliteJournal
from bot.testing.clock import ManualClock
from tests.journal.support import Engine, WholeJournal, running


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture(params=["sqlite"])
def engine(request: pytest.FixtureRequest, tmp_path: Path, clock: ManualClock) -> Engine:
    engines: dict[str, Engine] = {"sqlite": partial(SqliteJournal, tmp_path / "journal.sqlite3", clock=clock)}
    return engines[request.param]


@pytest.fixture
async def journal(engine: Engine) -> AsyncIterator[WholeJournal]:
    async with running(engine()) as journal:
        yield journal
