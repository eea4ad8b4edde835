"""Those who call a bot that is killed again and again: what they do, and what must come of it.

They do as people do: they act on what they hear, and know nothing of the bot.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from random import Random
from typing import Final, TypeAlias

from bot.simulator import Caller, Contact, Refusal, SimCall
from tests.acceptance.desk import agents_of

Behaviour: TypeAlias = Callable[[SimCall, Random], Awaitable[None]]

_MENU: Final = ("welcome", "enter-number", "main-menu")
_RINGING: Final = (*_MENU, "ringback")
_LISTEN_EVERY: Final = 0.1
_PATIENCE: Final = 120.0
"""Seconds after which a caller who does not hear what should come hangs up."""
_NEVER: Final = 600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Script:
    """One call.

    Attributes:
        name: what kind of call.
        caller: who calls.
        agents: who is rung.
        behaviour: what the caller does.
        connected: who of the agents must have answered, in order.
        rung: who of the agents must have been rung, in order, each once.
        heard: the prompts that the caller must have heard, in order; one that a kill made begin again counts once.
        said: the comments that the bot must have written, each once.
        message: whether a message must have been taken.
    """

    name: str
    caller: Caller
    agents: Sequence[Contact]
    behaviour: Behaviour
    connected: Sequence[str] = ()
    rung: Sequence[str] = ()
    heard: Sequence[str] = ()
    said: Sequence[str] = ("over",)
    message: bool = False

    async def play(self, call: SimCall, random: Random) -> None:
        """Do what the caller does; who waits in vain hangs up, and the call did not go as scripted."""
        with suppress(Refusal):  # what comes too late has no effect
            try:
                async with asyncio.timeout(_PATIENCE):
                    await self.behaviour(call, random)
            except TimeoutError:
                if not call.ended:
                    await call.hang_up()


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How long things take, in seconds; from and to where chance decides.

    Attributes:
        ring: for how long each agent is rung.
        answer: after which an agent answers or declines.
        talk: for which caller and agent talk; longer than the bot needs to take note of the answer, kills included.
        speak: for which a caller speaks after the tone.
        prompts: how long prompts are, against those of a full run.
    """

    ring: float
    answer: tuple[float, float]
    talk: tuple[float, float]
    speak: tuple[float, float]
    prompts: float


FULL: Final = Pace(ring=4.0, answer=(0.5, 2.0), talk=(12.0, 35.0), speak=(2.0, 4.0), prompts=1.0)
QUICK: Final = Pace(ring=1.2, answer=(0.2, 0.5), talk=(3.5, 4.0), speak=(1.0, 1.5), prompts=0.4)


def script(number: int, pace: Pace, random: Random) -> Script:
    """Return one of the seven kinds of calls, its times and keys at random."""
    kinds = (_first_answers, _second_answers, _first_declines, _message_by_key, _message_by_hanging_up)
    kind = (*kinds, _hangs_up_in_menu, _hangs_up_while_ringing)[number % 7]
    return kind(f"+7495{number:07}", pace, random)


def _first_answers(phone: str, pace: Pace, random: Random) -> Script:
    first, second = agents_of(phone)
    digits, choice, department = _keys(random)
    return Script(
        name="first answers",
        caller=Caller(phone=phone),
        agents=[_agent(first, random.uniform(*pace.answer)), _agent(second, 0.5)],
        behaviour=_talk(digits, choice, random.uniform(*pace.talk)),
        connected=[first],
        rung=[first],
        heard=_RINGING,
        said=[f"{digits} {department} {first}", "over"],
    )


def _second_answers(phone: str, pace: Pace, random: Random) -> Script:
    first, second = agents_of(phone)
    digits, choice, department = _keys(random)
    return Script(
        name="second answers",
        caller=Caller(phone=phone),
        agents=[_agent(first, None), _agent(second, random.uniform(*pace.answer))],
        behaviour=_talk(digits, choice, random.uniform(*pace.talk)),
        connected=[second],
        rung=[first, second],
        heard=_RINGING,
        said=[f"{digits} {department} {second}", "over"],
    )


def _first_declines(phone: str, pace: Pace, random: Random) -> Script:
    first, second = agents_of(phone)
    digits, choice, department = _keys(random)
    declines = Contact(contact_id=first, name=first, answers_after=random.uniform(*pace.answer), declines=True)
    return Script(
        name="first declines",
        caller=Caller(phone=phone),
        agents=[declines, _agent(second, random.uniform(*pace.answer))],
        behaviour=_talk(digits, choice, random.uniform(*pace.talk)),
        connected=[second],
        rung=[first, second],
        heard=_RINGING,
        said=[f"{digits} {department} {second}", "over"],
    )


def _message_by_key(phone: str, pace: Pace, random: Random) -> Script:
    taken = _message("message, ended by key", phone, pace, random, lambda call: call.press("#"))
    return replace(taken, heard=[*taken.heard, "goodbye"])


def _message_by_hanging_up(phone: str, pace: Pace, random: Random) -> Script:
    return _message("message, ended by hanging up", phone, pace, random, lambda call: call.hang_up())


def _message(name: str, phone: str, pace: Pace, random: Random, finish: Callable[[SimCall], Awaitable[None]]) -> Script:
    first, second = agents_of(phone)
    # The tone ends the prompt, which is heard first.
    seconds = pace.prompts + random.uniform(*pace.speak)
    digits, choice, department = _keys(random)

    async def behave(call: SimCall, random: Random) -> None:
        await _choose(call, digits, choice, random)
        await _hear(call, "leave-a-message")
        await _until(lambda: call.ended or _since(call, "leave-a-message") > seconds)
        await finish(call)

    return Script(
        name=name,
        caller=Caller(phone=phone),
        agents=[_agent(first, None), _agent(second, None)],
        behaviour=behave,
        rung=[first, second],
        heard=[*_RINGING, "leave-a-message"],
        said=[f"{digits} {department} None", "over"],
        message=True,
    )


def _hangs_up_in_menu(phone: str, _pace: Pace, random: Random) -> Script:
    first, second = agents_of(phone)
    digits, _, _ = _keys(random)

    async def behave(call: SimCall, random: Random) -> None:
        await _enter(call, digits, random)
        await _hear(call, "main-menu")
        await asyncio.sleep(random.uniform(0.2, 2.0))
        await call.hang_up()

    agents = [_agent(first, 0.5), _agent(second, 0.5)]
    return Script(name="hangs up in the menu", caller=Caller(phone=phone), agents=agents, behaviour=behave, heard=_MENU)


def _hangs_up_while_ringing(phone: str, pace: Pace, random: Random) -> Script:
    first, second = agents_of(phone)
    digits, choice, _ = _keys(random)

    async def behave(call: SimCall, random: Random) -> None:
        await _choose(call, digits, choice, random)
        await _until(lambda: len(call.members) > 1 or call.ended)
        await asyncio.sleep(random.uniform(0.2, 0.75) * pace.ring)
        await call.hang_up()

    agents = [_agent(first, None), _agent(second, None)]
    return Script(
        name="hangs up while it rings",
        caller=Caller(phone=phone),
        agents=agents,
        behaviour=behave,
        rung=[first],
        heard=_RINGING,
    )


def _talk(digits: str, choice: str, seconds: float) -> Behaviour:
    async def behave(call: SimCall, random: Random) -> None:
        await _choose(call, digits, choice, random)
        await _until(lambda: bool(call.connected) or call.ended)
        await asyncio.sleep(seconds)
        await call.hang_up()

    return behave


async def _choose(call: SimCall, digits: str, choice: str, random: Random) -> None:
    await _enter(call, digits, random)
    await _hear(call, "main-menu")
    await asyncio.sleep(random.uniform(0.2, 1.5))
    await call.press(choice)


async def _enter(call: SimCall, digits: str, random: Random) -> None:
    await _hear(call, "enter-number")
    for digit in digits:
        await asyncio.sleep(random.uniform(0.1, 0.6))
        await call.press(digit)


async def _hear(call: SimCall, prompt: str) -> None:
    await _until(lambda: call.ended or any(heard(playback.name) == prompt for playback in call.played))


def _since(call: SimCall, prompt: str) -> float:
    """Return the seconds since a prompt began; who hears it once more begins to speak once more."""
    return time.time() - max(playback.started_at for playback in call.played if heard(playback.name) == prompt)


async def _until(condition: Callable[[], bool]) -> None:
    while not condition():
        await asyncio.sleep(_LISTEN_EVERY)


def heard(file: str) -> str:
    """Return the name of the prompt that a file is of."""
    return file.partition(".")[0]


def _agent(contact_id: str, answers_after: float | None) -> Contact:
    return Contact(contact_id=contact_id, name=contact_id, answers_after=answers_after, ring_timeout=_NEVER)


def _keys(random: Random) -> tuple[str, str, str]:
    choice, department = random.choice((("1", "sales"), ("2", "support")))
    # Equal digits in a row: they must not be taken for copies of each other.
    return random.choice(("111", "122", "212", "333", "909")), choice, department
