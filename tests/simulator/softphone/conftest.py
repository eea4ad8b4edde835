"""A real browser for the softphone."""

from __future__ import annotations

import os
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, async_playwright

from tests.simulator.softphone.office import Office, office
from tests.simulator.softphone.visitor import Visitor, visitor

REQUIRED = "BOT_TEST_BROWSER"
"""Set to ``required``, it makes the tests fail, rather than be skipped, where there is no browser."""

_ARGUMENTS = (
    "--no-sandbox",  # Chromium refuses to run as root with it, and continuous integration is root
    "--use-fake-device-for-media-stream",  # a microphone that beeps
)


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def browser() -> AsyncIterator[Browser]:
    program = shutil.which("chromium") or shutil.which("google-chrome")
    if program is None:
        missing = "there is no browser: install chromium (on Debian: apt-get install chromium)"
        if os.environ.get(REQUIRED) == "required":
            pytest.fail(missing)
        pytest.skip(missing)
    async with async_playwright() as playwright:
        running = await playwright.chromium.launch(executable_path=program, args=_ARGUMENTS)
        yield running
        await running.close()


@pytest_asyncio.fixture(loop_scope="module")
async def there(tmp_path: Path) -> AsyncIterator[Office]:
    async with office(tmp_path) as running:
        yield running


@pytest_asyncio.fixture(loop_scope="module")
async def page(browser: Browser, there: Office) -> AsyncIterator[Visitor]:
    async with visitor(browser, there.simulator.url) as one:
        yield one
