"""The survey after a call."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from bot.testing import Agent, Phone, PhoneCall
from tests.handlers.office import comments, hours


@pytest.fixture
def bot_settings(tmp_path: Path) -> Mapping[str, object]:
    return {"rota": hours(tmp_path)}


@pytest.fixture
def agents(phone: Phone) -> Sequence[Agent]:
    return [phone.agent("Anna"), phone.agent("Boris")]


async def conversation(phone: Phone, anna: Agent) -> PhoneCall:
    """Return a call in which the caller talks to Anna."""
    call = await phone.dials()
    await call.hears("main-menu")
    await call.presses("1")
    await anna.answers()
    return call


async def test_keys_of_the_conversation_are_no_answer(phone: Phone, agents: Sequence[Agent]) -> None:
    call = await conversation(phone, agents[0])
    await call.presses("3")
    await agents[0].hangs_up()
    await call.hears("survey-question")
    await call.presses("5")
    await call.hears("survey-thanks", to_end=True)
    await call.ends()
    assert comments(call.sim) == ["Survey: 5 of 5 for agent-anna"]


async def test_a_wrong_key_is_asked_about_once_more_and_silence_is_no_answer(
    phone: Phone, agents: Sequence[Agent]
) -> None:
    call = await conversation(phone, agents[0])
    await agents[0].hangs_up()
    await call.hears("survey-question")
    await call.presses("9")
    await call.ends()
    assert comments(call.sim) == []
    assert call.heard[-3:] == ["survey-question", "invalid-choice", "survey-question"]


async def test_a_caller_who_goes_with_the_agent_is_asked_nothing(phone: Phone, agents: Sequence[Agent]) -> None:
    call = await conversation(phone, agents[0])
    await call.hangs_up()
    assert "survey-question" not in call.heard
    assert comments(call.sim) == []


async def test_a_colleague_who_stays_goes_on_talking(phone: Phone, agents: Sequence[Agent]) -> None:
    anna, boris = agents
    call = await conversation(phone, anna)
    call.sim.invite(boris.contact)
    await boris.answers()
    await anna.hangs_up()
    await phone.passes(10)
    assert "survey-question" not in call.heard
    await call.connected_to(boris)
    await boris.hangs_up()
    await call.hears("survey-question")
    await call.presses("2")
    await call.ends()
    assert comments(call.sim) == ["Survey: 2 of 5 for agent-anna"]
