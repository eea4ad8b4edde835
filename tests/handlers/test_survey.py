"""The survey after a call."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from bot.simulator import Caller
from tests.handlers.office import comments, office, sounds
from tests.scenarios.people import ANNA, BORIS

SHORT = replace(ANNA, talks_for=10.0)
"""Answers at 11 s and leaves at 21 s."""


async def test_keys_of_the_conversation_are_no_answer(tmp_path: Path) -> None:
    async with office(tmp_path, [SHORT, BORIS]) as there:
        call = await there.simulator.place_call(Caller(presses=[(5.0, "1"), (15.0, "3"), (30.0, "5")]))
        await there.over(call)
        assert comments(call) == ["Survey: 5 of 5 for agent-anna"]
        assert sounds(call)[-2:] == ["survey-question", "survey-thanks"]


async def test_a_wrong_key_is_asked_about_once_more_and_silence_is_no_answer(tmp_path: Path) -> None:
    async with office(tmp_path, [SHORT, BORIS]) as there:
        call = await there.simulator.place_call(Caller(presses=[(5.0, "1"), (15.0, "3"), (25.0, "9")]))
        await there.over(call)
        assert comments(call) == []
        assert sounds(call)[-3:] == ["survey-question", "invalid-choice", "survey-question"]


async def test_a_caller_who_goes_with_the_agent_is_asked_nothing(tmp_path: Path) -> None:
    async with office(tmp_path, [SHORT, BORIS]) as there:
        call = await there.simulator.place_call(Caller(presses=[(5.0, "1")], hangs_up_after=20.0))
        await there.over(call)
        assert "survey-question" not in sounds(call)
        assert comments(call) == []


async def test_a_colleague_who_stays_goes_on_talking(tmp_path: Path) -> None:
    async with office(tmp_path, [SHORT, replace(BORIS, answers_after=1.0, talks_for=20.0)]) as there:
        call = await there.simulator.place_call(Caller(presses=[(5.0, "1"), (50.0, "2")]))
        await there.live(15.0)
        call.invite(replace(BORIS, answers_after=1.0, talks_for=20.0))
        await there.live(10.0)
        assert "survey-question" not in sounds(call), "Anna has gone at 21 s, Boris is still there"
        await there.over(call)
        assert comments(call) == ["Survey: 2 of 5 for agent-anna"]
