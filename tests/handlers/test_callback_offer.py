"""The callback offer; it is reached from the reception by a group that does not answer."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from bot.simulator import Caller
from bot.simulator.people import KeyPresses
from tests.handlers.office import comments, invited, office, sounds, told
from tests.scenarios.people import ANNA, BORIS, absent

AWAY = absent(ANNA)
PHONE = "+78125550123"


def calling(*presses: tuple[float, str], hangs_up_after: float | None = None) -> Caller:
    """Return somebody who chooses sales, which rings in vain from 5 to 25 s; the first offer comes after a minute."""
    return Caller(phone=PHONE, presses=[(5.0, "1"), *presses], hangs_up_after=hangs_up_after)


async def test_the_number_is_read_out_and_the_wish_reaches_the_group(tmp_path: Path) -> None:
    async with office(tmp_path, [AWAY, BORIS]) as there:
        call = await there.simulator.place_call(calling((92.0, "1"), (105.0, "1")))
        await there.over(call)
        heard = sounds(call)
        after = heard[heard.index("callback-offer") + 1 :]
        digits = [f"digit-{digit}" for digit in PHONE[1:]]
        assert after == ["callback-number", *digits, "callback-check", "callback-confirmed"]
        wish = f"Please call back: {PHONE} (sales)"
        assert comments(call) == [wish]
        assert told(there) == [f"agent-anna: {wish}, call {call.thread_id}"]


NEW: KeyPresses = [(111.0 + number / 2, key) for number, key in enumerate("8125550199#")]


@pytest.mark.parametrize(
    ("entered", "number"), [(NEW, "8125550199"), ([(111.0, "1"), (112.0, "#")], PHONE)], ids=["another", "too short"]
)
async def test_another_number_may_be_given(tmp_path: Path, entered: KeyPresses, number: str) -> None:
    async with office(tmp_path, [AWAY, BORIS]) as there:
        call = await there.simulator.place_call(calling((92.0, "1"), (105.0, "2"), *entered))
        await there.over(call)
        assert comments(call) == [f"Please call back: {number} (sales)"]
        assert "callback-other" in sounds(call)


@pytest.mark.parametrize("seconds", [92.5, 100.0])
async def test_who_hangs_up_after_the_wish_is_called_back(tmp_path: Path, seconds: float) -> None:
    async with office(tmp_path, [AWAY, BORIS]) as there:
        call = await there.simulator.place_call(calling((92.0, "1"), hangs_up_after=seconds))
        await there.over(call)
        assert comments(call) == [f"Please call back: {PHONE} (sales)"]
        assert len(told(there)) == 1


async def test_who_waits_on_may_leave_a_message_in_the_end(tmp_path: Path) -> None:
    async with office(tmp_path, [AWAY, BORIS]) as there:
        call = await there.simulator.place_call(calling(hangs_up_after=330.0))
        await there.over(call)
        assert sounds(call).count("callback-offer") == 3
        assert sounds(call)[-1] == "leave-a-message"
        assert [text.partition(",")[0] for text in comments(call)] == ["Voicemail"]


async def test_somebody_who_comes_free_takes_the_call(tmp_path: Path) -> None:
    async with office(tmp_path, [AWAY, BORIS]) as there:
        call = await there.simulator.place_call(calling(hangs_up_after=120.0))
        await there.live(40.0)
        there.simulator.add_contact(replace(ANNA, answers_after=3.0, talks_for=10.0))
        await there.over(call)
        assert call.connected == [ANNA.contact_id]
        assert "survey-question" in sounds(call), "whoever was talked to is not left alone"
        assert "callback-offer" not in sounds(call)
        assert set(invited(there, call)) == {ANNA.contact_id}
