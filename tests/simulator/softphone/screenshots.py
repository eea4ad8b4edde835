"""Makes the pictures of the documentation: ``make screenshots``. No test by its name, so that it runs when asked."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.async_api import Browser

from tests.simulator.softphone.office import ANNA, Office
from tests.simulator.softphone.visitor import DESK, PHONE, Visitor, visitor

pytestmark = pytest.mark.asyncio(loop_scope="module")

FOLDER = Path(__file__).parents[3] / "docs" / "images"


async def take(page: Visitor, name: str) -> None:
    FOLDER.mkdir(exist_ok=True)
    await page.page.screenshot(path=FOLDER / f"softphone-{name}.png", animations="disabled", caret="hide")


async def test_at_a_desk(there: Office, page: Visitor) -> None:
    await take(page, "idle")
    await page.click("#dial")
    await page.hears("main-menu")
    await take(page, "menu")
    await page.click("[data-key='1']")
    await page.hears("ringback")
    await take(page, "ringing")
    await page.acts(ANNA.contact_id, "answer")
    await page.sees("#call-status", "Talking")
    await page.click("#hang-up")
    await page.sees(".recordings audio")
    await page.sees(".records li >> text=Comment.created")
    await page.page.wait_for_load_state("networkidle")
    await take(page, "over")
    assert there.call.ended


async def test_in_the_dark(browser: Browser, there: Office) -> None:
    async with visitor(browser, there.simulator.url, colours="dark", viewport=DESK) as page:
        await page.click("#dial")
        await page.hears("welcome")
        await page.click("[data-key='1']")
        await page.hears("ringback")
        await take(page, "dark")


async def test_on_a_telephone_in_russian(browser: Browser, there: Office) -> None:
    async with visitor(browser, there.simulator.url, locale="ru-RU", viewport=PHONE) as page:
        await page.click("#dial")
        await page.hears("welcome")
        await page.click("[data-key='1']")
        await page.sees(".ringbar", "Anna")
        await page.hears("ringback")
        await take(page, "phone")
