"""People: who they are, and what they do with their telephone."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Protocol, TypeAlias

from bot.clock import Clock
from bot.simulator.conference import KEYS

KeyPresses: TypeAlias = Sequence[tuple[float, str]]
"""Keys and when they are pressed, in seconds; counted as the field that holds them says."""

RING_SECONDS: Final = 20.0
"""How long a telephone rings before the platform gives up. Not documented."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """Somebody whom the bot can invite into a call.

    Attributes:
        contact_id: the platform's id.
        name: for people to read.
        phone: the number that rings, if one is known.
        answers_after: seconds of ringing before the person answers, or declines; None: never does either.
        declines: whether the person declines instead of answering.
        ring_timeout: seconds of ringing after which the platform gives up.
        presses: keys that the person presses, counted from answering.
        talks_for: seconds from answering to hanging up; None: stays to the end.
        online: whether the platform reaches the person's devices; one that is off-line does not ring.
        extension: the number within the team, if there is one.

    Raises:
        ValueError: a time is negative, or a key is none of a telephone.
    """

    contact_id: str
    name: str
    phone: str | None = None
    answers_after: float | None = 2.0
    declines: bool = False
    ring_timeout: float = RING_SECONDS
    presses: KeyPresses = ()
    talks_for: float | None = None
    online: bool = True
    extension: str | None = None

    def __post_init__(self) -> None:
        _check(self.presses, self.answers_after, self.ring_timeout, self.talks_for)


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Somebody who calls in.

    Attributes:
        phone: the number called from.
        presses: keys that the caller presses, counted from the beginning of the call.
        hangs_up_after: seconds from the beginning of the call to hanging up; None: not by that.
        talks_for: seconds from the first time that somebody joins the caller to hanging up; None: not by that.

    Raises:
        ValueError: a time is negative, or a key is none of a telephone.
    """

    phone: str = "+74951234567"
    presses: KeyPresses = ()
    hangs_up_after: float | None = None
    talks_for: float | None = None

    def __post_init__(self) -> None:
        _check(self.presses, self.hangs_up_after, self.talks_for)


class Handset(Protocol):
    """What a person can do in a call; each does nothing where it is too late for it."""

    @property
    def busy(self) -> bool:
        """Whether the person is in the call already, by another line."""
        ...

    @property
    def engaged(self) -> bool:
        """Whether the person is in another call."""
        ...

    def answer(self) -> None:
        """Take the call."""
        ...

    def decline(self) -> None:
        """Refuse the call."""
        ...

    def signal_busy(self) -> None:
        """Give the platform the engaged tone."""
        ...

    def stay_silent(self) -> None:
        """Be out of the platform's reach until it gives up."""
        ...

    def ring_out(self) -> None:
        """Let it ring until the platform gives up."""
        ...

    def press(self, key: str) -> None:
        """Press a key."""
        ...

    def hang_up(self) -> None:
        """Leave the call."""
        ...

    async def joined(self) -> None:
        """Wait until somebody else is in the call."""
        ...


async def ring(contact: Contact, handset: Handset, clock: Clock) -> None:
    """Behave as somebody whose telephone rings; one that is in use already does not."""
    if handset.engaged:
        handset.signal_busy()
        return
    decides_after = contact.answers_after
    if decides_after is None or decides_after >= contact.ring_timeout:
        await clock.sleep(contact.ring_timeout)
        handset.ring_out()
        return
    await clock.sleep(decides_after)
    if handset.busy or handset.engaged:  # they have taken another call meanwhile, or this one: nobody takes it
        await clock.sleep(contact.ring_timeout - decides_after)
        handset.ring_out()
    elif contact.declines:
        handset.decline()
    else:
        handset.answer()


async def be_off_line(contact: Contact, handset: Handset, clock: Clock) -> None:
    """Behave as somebody whose devices the platform cannot reach."""
    await clock.sleep(contact.ring_timeout)
    handset.stay_silent()


async def talk(contact: Contact, handset: Handset, clock: Clock) -> None:
    """Behave as somebody who has answered."""
    await _follow(contact.presses, contact.talks_for, handset, clock)


async def call_in(caller: Caller, handset: Handset, clock: Clock) -> None:
    """Behave as somebody who has called."""
    async with asyncio.TaskGroup() as group:
        group.create_task(_follow(caller.presses, caller.hangs_up_after, handset, clock), name="caller's keys")
        if caller.talks_for is not None:
            group.create_task(_leave_after_talk(caller.talks_for, handset, clock), name="caller's talk")


async def _leave_after_talk(talks_for: float, handset: Handset, clock: Clock) -> None:
    await handset.joined()
    await clock.sleep(talks_for)
    handset.hang_up()


async def _follow(presses: KeyPresses, hangs_up_after: float | None, handset: Handset, clock: Clock) -> None:
    """Do one thing after another, each at its time; keys after hanging up are not pressed."""
    started = clock.monotonic()
    plan: list[tuple[float, Callable[[], None]]] = [(after, _presser(handset, key)) for after, key in presses]
    plan.sort(key=lambda step: step[0])
    if hangs_up_after is not None:
        plan = [*(step for step in plan if step[0] < hangs_up_after), (hangs_up_after, handset.hang_up)]
    for after, act in plan:
        await clock.sleep(started + after - clock.monotonic())
        act()


def _presser(handset: Handset, key: str) -> Callable[[], None]:
    return lambda: handset.press(key)


def _check(presses: KeyPresses, *times: float | None) -> None:
    if any(moment is not None and not moment >= 0 for moment in (*times, *(after for after, _ in presses))):
        raise ValueError("times are seconds from 0 on")
    if wrong := [key for _, key in presses if key not in KEYS]:
        raise ValueError(f"{wrong[0]!r} is no key of a telephone; there are 0 to 9, *, # and A to D")
