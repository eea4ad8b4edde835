"""The softphone, by real clicks and keys in a real browser, with a real bot behind it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace

import pytest
from playwright.async_api import Browser, Route, expect

from bot.clock import SystemClock
from bot.simulator import Simulator
from tests.simulator.softphone.office import ANNA, BORIS, CONFIG, Office
from tests.simulator.softphone.visitor import PHONE, Visitor, visitor

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def until(condition: Callable[[], bool], seconds: float = 10.0) -> None:
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0.01)


async def test_a_call_from_dialling_to_its_recording(there: Office, page: Visitor) -> None:
    await page.sees("#call-status", "Ready")
    await page.sees(".records .empty")
    await page.page.fill("[name=phone]", "+79990001122")
    await page.click("#dial")
    await page.sees("#call-status", "In a call")
    await page.sees(".badge.rec")
    await page.hears("welcome.wav")
    await page.hears("main-menu.wav")
    await page.click("[data-key='1']")
    await page.sees(".pressed", "1")
    await page.hears("ringback.wav")
    await page.sees(f"[data-contact={ANNA.contact_id}][data-state=ringing]")
    await expect(page.page.locator("[aria-live=assertive]")).to_have_text("The telephone of Anna rings")
    await page.acts(ANNA.contact_id, "answer")
    await page.sees("#call-status", "Talking")
    await page.sees(".display", "With Anna")
    await page.sees(".playing.quiet")
    await page.click("#hang-up")

    await page.sees("#call-status", "Call over")
    await page.sees(".over", "Anna")
    player = page.page.locator(".recordings audio")
    seconds = await player.evaluate(
        "one => one.duration || new Promise(done => one.ondurationchange = () => done(one.duration))"
    )
    assert seconds == pytest.approx(there.call.player.media.recordings[0].duration(0.0), abs=0.05)
    assert there.call.caller.phone == "+79990001122"
    assert there.call.connected == [ANNA.contact_id]


async def test_a_call_is_heard_that_the_feed_tells_of_before_dialling_is_answered(page: Visitor) -> None:
    async def late(route: Route) -> None:
        answer = await route.fetch()
        await page.sees(".records li >> text=call.audio/play welcome")
        await route.fulfill(response=answer)

    await page.page.route("**/simulator/calls", late)
    await page.click("#dial")
    await page.hears("welcome.wav")


async def test_the_timeline_shows_what_went_over_the_wire(there: Office, page: Visitor) -> None:
    await page.click("#dial")
    row = page.page.locator(".records li", has_text="call.audio/play welcome")
    await row.locator("summary").click()
    await expect(row.locator("pre")).to_contain_text(f'"threadId": "{there.call.thread_id}"')
    shown = page.page.locator(".records li")
    await expect(shown.filter(has_text="Call.created")).to_be_visible()
    await page.click(".chip[data-kind=event]")
    await expect(shown.filter(has_text="Call.created")).to_have_count(0)

    other = await there.simulator.place_call()
    await page.sees("#call-status", "In a call")
    await expect(shown.filter(has_text="calls from")).to_have_count(1)
    await page.click(".choice button >> nth=1")
    await expect(shown.filter(has_text="calls from")).to_have_count(2)
    await other.hang_up()


async def test_everything_is_done_with_the_keyboard(there: Office, page: Visitor) -> None:
    await page.presses("?")
    await page.sees("dialog")
    await page.presses("Escape")
    await page.misses("dialog")
    await page.presses("d")
    await page.hears("welcome")
    await page.presses("7", "*", "1")
    await page.sees(".pressed", "7*1")
    await page.sees(f"[data-contact={ANNA.contact_id}][data-state=ringing]")
    await page.presses("x")
    await page.sees(f"[data-contact={BORIS.contact_id}][data-state=ringing]")
    await page.presses("a")
    await page.sees(f"[data-contact={BORIS.contact_id}][data-state=talking]")
    await page.presses("h")
    await page.sees("#call-status", "Call over")
    assert there.happened("Call.Member.dtmf +74951234567, key *")

    await page.presses("?")
    await page.click("dialog [role=switch]")
    await page.presses("Escape", "d")
    await page.sees("#call-status", "Call over")


async def test_every_control_is_reached_by_tab_and_shows_that_it_has_the_focus(page: Visitor) -> None:
    controls = await page.page.evaluate_handle(
        """() => [...document.querySelectorAll("button:enabled, input:enabled, summary, .records")]
            .filter((one) => one.checkVisibility())"""
    )
    count = await controls.evaluate("all => all.length")
    for place in range(count):
        await page.presses("Tab")
        focused, outline = await controls.evaluate(
            "all => [all.indexOf(document.activeElement), getComputedStyle(document.activeElement).outlineStyle]"
        )
        assert (focused, outline) == (place, "solid")


async def test_an_agent_answers_alone_or_is_off_line_as_is_chosen(there: Office, page: Visitor) -> None:
    for contact in (ANNA, BORIS):
        there.simulator.add_contact(replace(contact, by_hand=False, answers_after=0.2))
    await page.click("#dial")
    await page.sees(f"[data-contact={ANNA.contact_id}]", "Answers by itself after 0.2 s")
    await page.agent(ANNA.contact_id).locator("[data-setting=online]").click()
    await page.sees(f"[data-contact={ANNA.contact_id}]", "Off-line")
    await page.agent(BORIS.contact_id).locator("[data-setting=by_hand]").click()
    await until(lambda: there.simulator.contacts[BORIS.contact_id].by_hand)
    assert not there.simulator.contacts[ANNA.contact_id].online
    await page.click("#hang-up")

    await page.agent(ANNA.contact_id).locator("[data-setting=online]").click()
    await page.sees(f"[data-contact={ANNA.contact_id}]", "Free")
    await page.click("#dial")
    await page.hears("welcome")
    await page.click("[data-key='1']")
    await page.sees("#call-status", "Talking")
    await page.acts(ANNA.contact_id, "hang-up")
    await page.sees(f"[data-contact={ANNA.contact_id}]", "Free")


async def test_the_microphone_is_heard_in_the_call_where_it_is_allowed(browser: Browser, there: Office) -> None:
    async with visitor(browser, there.simulator.url, allows=["microphone"]) as page:
        await page.click("#dial")
        await page.sees("#microphone-state", "Off")
        await page.click("#microphone")
        await page.sees("#microphone-state", "On")
        await until(lambda: there.happened("speaks"))
        await page.click("#microphone")
        await page.sees("#microphone-state", "Off")
        await page.click("#hang-up")
        await page.sees("#call-status", "Call over")


async def test_a_microphone_that_is_refused_is_said_to_be(page: Visitor) -> None:
    await page.click("#dial")
    await page.click("#microphone")
    await page.sees("#microphone-state", "The browser does not allow it")
    await expect(page.page.locator("#microphone")).not_to_be_checked()


async def test_what_goes_wrong_is_chosen_on_the_page(there: Office, page: Visitor) -> None:
    await page.click(".faults summary")
    await page.page.fill("[name=duplicated]", "100")
    await page.page.fill("[name=seed]", "7")
    await page.click(".faults [type=submit]")
    await page.sees(".faults", "1 on")
    assert there.simulator.faults.as_json() == {"seed": 7, "duplicated": 1.0}
    await page.click(".faults .outline")
    await page.sees(".faults", "None")
    assert there.simulator.faults.as_json() == {"seed": 7}


async def test_a_refusal_is_shown(there: Office, page: Visitor) -> None:
    there.simulator.connect("")
    await page.click("#dial")
    await page.sees(".trouble", "no bot is connected")
    await page.click(".trouble button")
    await page.misses(".trouble")
    assert page.wrong == ["Failed to load resource: the server responded with a status of 400 (Bad Request)"]
    page.wrong.clear()


async def test_a_page_that_is_opened_anew_goes_on_with_its_call(page: Visitor) -> None:
    await page.click("#dial")
    await page.hears("welcome")
    await page.open()
    await page.sees("#call-status", "In a call")
    await page.click("#listen")
    await page.misses("#listen")
    await page.click("[data-key='1']")
    await page.hears("ringback")


async def test_the_page_comes_back_after_the_platform_does(there: Office, page: Visitor) -> None:
    await page.click("#dial")
    await page.hears("welcome")
    page.outage = True
    await there.simulator.restart(0.3)
    await page.sees("#connection[data-state=lost]")
    await page.sees("#connection[data-state=open]")
    await page.sees("#call-status", "In a call")
    await expect(page.page.locator(".records li", has_text="Call.created")).to_have_count(1)


async def test_the_page_begins_anew_with_a_new_simulator(browser: Browser) -> None:
    first = Simulator(CONFIG, clock=SystemClock())
    async with first:
        first.connect("http://127.0.0.1:9/webhook")
        port = int(first.url.rpartition(":")[2])
        async with visitor(browser, first.url) as page:
            await page.click("#dial")
            await page.sees("#call-status", "In a call")
            page.outage = True
            await first.__aexit__(None, None, None)
            await page.sees(".lost", "does not answer")
            async with Simulator(replace(CONFIG, port=port), clock=SystemClock()):
                await page.sees("#connection[data-state=open]")
                await page.sees(".trouble", "does not know your call")
                await page.sees("#call-status", "Ready")
                await page.sees(".records .empty")


async def test_russian_in_the_dark_on_a_telephone(browser: Browser, there: Office) -> None:
    async with visitor(browser, there.simulator.url, locale="ru-RU", viewport=PHONE, colours="dark") as page:
        await page.sees("#call-status", "Готов")
        await page.sees("h1", "Софтфон")
        assert await _brightness(page) < 60
        await page.click("#theme")
        assert await _brightness(page) > 200
        await page.click("#dial")
        await page.sees("#call-status", "Идёт звонок")
        await page.hears("welcome")
        await page.click("[data-key='1']")
        await page.sees(".ringbar", "Anna")
        assert await page.page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
        await page.click(".ringbar .go")
        await page.sees("#call-status", "Разговор")
        await page.click("button[lang=en]")
        await page.sees("#call-status", "Talking")
        await page.open()
        await page.sees("h1", "Softphone")
        assert await _brightness(page) > 200


async def _brightness(page: Visitor) -> int:
    colour = await page.page.evaluate("getComputedStyle(document.body).backgroundColor")
    return int(str(colour).removeprefix("rgb(").partition(",")[0])
