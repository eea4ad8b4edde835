"""The pytest plugin: the fixture ``phone``, and what it is made of.

Loaded by an entry point wherever the bot is installed beside pytest. That is before pytest-cov begins to measure: who
measures the bot itself switches it off (``-p no:workonflow-bot``) and names it in a ``conftest.py``.
"""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator, Generator, Mapping
from pathlib import Path
from typing import Final

import pytest
import pytest_asyncio

from bot.dispatch import Handlers, load_handlers
from bot.testing.phone import Phone, telephone
from bot.testing.timeline import Golden

_FAILED: Final = pytest.StashKey[bool]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add what can be set."""
    group = parser.getgroup("workonflow-bot")
    group.addoption("--update-golden", action="store_true", help="write golden timelines instead of comparing them")
    parser.addini("bot_handlers", "modules and packages whose handlers are tested", type="args", default=["handlers"])


def pytest_configure(config: pytest.Config) -> None:
    """Name the markers."""
    config.addinivalue_line("markers", "bot_handlers(*names): the modules or packages whose handlers the bot runs")
    config.addinivalue_line("markers", "bot_settings(**settings): settings of the bot, such as handler_timeout=15.0")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Tell with every failure what happened in the calls, unless it tells that itself."""
    report = yield
    if report.when == "call" and report.failed:
        item.stash[_FAILED] = True
        phone: Phone | None = getattr(item, "funcargs", {}).get("phone")
        if phone is not None and (story := phone.world.story()) and story not in report.longreprtext:
            report.sections.append(("calls", story))
    return report


@pytest.fixture
def bot_handlers(request: pytest.FixtureRequest) -> Handlers:
    """Return the handlers that the bot runs: those of the marker, or of the ini option; override it for others."""
    marker = request.node.get_closest_marker("bot_handlers")
    root = str(request.config.rootpath)
    if root not in sys.path:
        sys.path.insert(0, root)
    return load_handlers(list(marker.args) if marker else request.config.getini("bot_handlers"))


@pytest.fixture
def bot_settings() -> Mapping[str, object]:
    """Return settings of the bot that differ from the defaults; override it to set some for many tests."""
    return {}


@pytest_asyncio.fixture
async def phone(
    request: pytest.FixtureRequest, tmp_path: Path, bot_handlers: Handlers, bot_settings: Mapping[str, object]
) -> AsyncIterator[Phone]:
    """Start a bot and a platform for it; in the end nothing may have failed in the bot that was not expected to."""
    marker = request.node.get_closest_marker("bot_settings")
    settings = {**bot_settings, **(marker.kwargs if marker else {})}
    golden = Golden(request.path.parent / "golden", update=bool(request.config.getoption("update_golden")))
    async with telephone(tmp_path, bot_handlers, golden=golden, **settings) as found:
        yield found
        if not request.node.stash.get(_FAILED, False):
            await found.check()
