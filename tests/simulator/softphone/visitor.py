"""Somebody with a browser, who notices whatever is wrong with a page."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Literal

from playwright.async_api import Browser, Locator, Page, ViewportSize, expect

_PATIENCE = 20_000.0
"""Milliseconds; a machine that does much else at the same time is slow."""

PHONE: ViewportSize = {"width": 390, "height": 844}
DESK: ViewportSize = {"width": 1360, "height": 860}


class Visitor:
    """A page in a browser of its own.

    Args:
        page: the page.
        home: the address that it may ask, and no other.

    Attributes:
        page: the page.
        wrong: what the browser complained of.
        strangers: addresses elsewhere that were asked.
        outage: whether the simulator may be away, of which browsers complain.
    """

    def __init__(self, page: Page, home: str) -> None:
        self.page = page
        self.wrong: list[str] = []
        self.strangers: list[str] = []
        self.outage = False
        self._home = home
        page.on("console", lambda message: self._note(message.type, message.text))
        page.on("pageerror", lambda error: self.wrong.append(str(error)))
        page.on("request", lambda request: self._look(request.url))

    async def open(self) -> None:
        """Open the page and wait until it knows the simulator."""
        await self.page.goto(self._home)
        await expect(self.page.locator("main[data-known=true]")).to_be_visible()

    async def click(self, selector: str) -> None:
        """Click on something."""
        await self.page.locator(selector).click()

    async def sees(self, selector: str, text: str | None = None) -> None:
        """Wait until something is in sight, with a text in it if one is given."""
        found = self.page.locator(selector).first
        await expect(found).to_be_visible()
        if text is not None:
            await expect(found).to_contain_text(text)

    async def misses(self, selector: str) -> None:
        """Wait until something is not there."""
        await expect(self.page.locator(selector)).to_have_count(0)

    async def hears(self, name: str) -> None:
        """Wait until a sound plays, and is really heard in the browser."""
        playing = self.page.locator(".playing[data-heard=true]", has_text=name)
        await expect(playing).to_be_visible()
        await expect(playing.locator("[role=meter]")).not_to_have_attribute("aria-valuenow", "0")

    async def presses(self, *keys: str) -> None:
        """Press keys of the keyboard."""
        for key in keys:
            await self.page.keyboard.press(key)

    def agent(self, contact_id: str) -> Locator:
        """Return what the page has of an agent."""
        return self.page.locator(f".agent[data-contact={contact_id}]")

    async def acts(self, contact_id: str, action: str) -> None:
        """Act for an agent: answer, decline, hang-up."""
        await self.agent(contact_id).locator(f"[data-action={action}]").click()

    def _note(self, kind: str, text: str) -> None:
        if kind in ("error", "warning") and not (self.outage and "net::ERR_" in text):
            self.wrong.append(text)

    def _look(self, url: str) -> None:
        if not url.startswith((f"{self._home}/", "data:")):
            self.strangers.append(url)


@asynccontextmanager
async def visitor(
    browser: Browser,
    home: str,
    *,
    locale: str = "en-GB",
    viewport: ViewportSize = DESK,
    colours: Literal["light", "dark"] = "light",
    allows: Sequence[str] = (),
) -> AsyncIterator[Visitor]:
    """Open the softphone.

    Args:
        browser: the browser.
        home: the simulator's address.
        locale: what the person reads.
        viewport: the size of the window.
        colours: what the system has.
        allows: what the person allows the page, such as ``microphone``.
    """
    context = await browser.new_context(
        locale=locale, viewport=viewport, color_scheme=colours, permissions=allows, reduced_motion="reduce"
    )
    context.set_default_timeout(_PATIENCE)
    expect.set_options(timeout=_PATIENCE)
    try:
        one = Visitor(await context.new_page(), home)
        await one.open()
        yield one
    finally:
        await context.close()
    assert not one.strangers
    assert not one.wrong
