"""People: who they are, and what they do with their telephone."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Protocol, Self, TypeAlias

from bot.clock import Clock
from bot.simulator.steps import Actor, HangUp, Step, Wait, check_keys, check_seconds, follow, settle

KeyPresses: TypeAlias = Sequence[tuple[float, str]]
"""Keys and when they are pressed, in seconds; counted as the field that holds them says."""

RING_SECONDS: Final = 20.0
"""How long a telephone rings before the platform gives up. Not documented."""


class Reacts(StrEnum):
    """What somebody does whose telephone rings."""

    ANSWERS = "answers"
    DECLINES = "declines"
    IGNORES = "ignores"
    """Lets it ring."""
    VOICEMAIL = "voicemail"
    """A mobile's voicemail answers: it presses no key, and what it says nobody hears."""


@dataclass(frozen=True, slots=True)
class Reaction:
    """What somebody does the next time that their telephone rings.

    Attributes:
        how: what.
        after: seconds of ringing before it; of no importance where the telephone is ignored.
        lasts: seconds from answering to hanging up; None: as the person does otherwise.

    Raises:
        ValueError: a time is negative, or longer than a day.
    """

    how: Reacts = Reacts.ANSWERS
    after: float = 2.0
    lasts: float | None = None

    def __post_init__(self) -> None:
        check_seconds(self.after, self.lasts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """Somebody whom the bot can invite into a call.

    Attributes:
        contact_id: the platform's id.
        name: for people to read.
        phone: the number that rings, if one is known.
        answers_after: seconds of ringing before the person answers, or declines; None: never does either.
        declines: whether the person declines instead of answering.
        when_rung: what the person does the first time, the second time, and so on, that a call rings them; the last
            one from then on. Where it is empty, the two attributes above say what they always do.
        ring_timeout: seconds of ringing after which the platform gives up.
        presses: keys that the person presses, counted from answering.
        talks_for: seconds from answering to hanging up; None: not by that.
        steps: what the person does once they have answered, beside pressing those keys.
        by_hand: whether somebody else acts for this person, such as whoever has the softphone open: then the telephone
            rings until they act or the platform gives up, and nothing of the above happens.
        online: whether the platform reaches the person's devices; one that is off-line does not ring.
        extension: the number within the team, if there is one.
        team_id: the team that the person belongs to; None: every team.

    Raises:
        ValueError: a time is negative or longer than a day, or a key is none of a telephone.
    """

    contact_id: str
    name: str
    phone: str | None = None
    answers_after: float | None = 2.0
    declines: bool = False
    when_rung: Sequence[Reaction] = ()
    ring_timeout: float = RING_SECONDS
    presses: KeyPresses = ()
    talks_for: float | None = None
    steps: Sequence[Step] = ()
    by_hand: bool = False
    online: bool = True
    extension: str | None = None
    team_id: str | None = None

    def is_known_in(self, team_id: str) -> bool:
        """Return whether a team knows this person."""
        return self.team_id in (None, team_id)

    def __post_init__(self) -> None:
        _check(self.presses, self.answers_after, self.ring_timeout, self.talks_for)
        settle(self, "when_rung", "presses", "steps")

    @classmethod
    def with_voicemail(
        cls, contact_id: str, name: str, *, after: float = 12.0, lasts: float = 30.0, phone: str | None = None
    ) -> Self:
        """Return somebody whose mobile's voicemail answers.

        Args:
            contact_id: the platform's id.
            name: for people to read.
            after: seconds of ringing before it answers.
            lasts: seconds after which it hangs up.
            phone: the number that rings.
        """
        reaction = Reaction(Reacts.VOICEMAIL, after, lasts)
        return cls(contact_id=contact_id, name=name, phone=phone, when_rung=[reaction])

    def reaction(self, ring: int) -> Reaction:
        """Return what the person does when a call rings them.

        Args:
            ring: for the how-manieth time, from 1.
        """
        if self.by_hand:
            return Reaction(Reacts.IGNORES)
        if self.when_rung:
            return self.when_rung[min(ring, len(self.when_rung)) - 1]
        if self.answers_after is None:
            return Reaction(Reacts.IGNORES)
        return Reaction(Reacts.DECLINES if self.declines else Reacts.ANSWERS, self.answers_after)


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Somebody who calls in.

    What the attributes say is done side by side; the first that hangs up ends it.

    Attributes:
        phone: the number called from.
        presses: keys that the caller presses, counted from the beginning of the call.
        hangs_up_after: seconds from the beginning of the call to hanging up; None: not by that.
        talks_for: seconds from the first time that somebody joins the caller to hanging up; None: not by that.
        steps: what the caller does, one thing after another.

    Raises:
        ValueError: a time is negative or longer than a day, or a key is none of a telephone.
    """

    phone: str = "+74951234567"
    presses: KeyPresses = ()
    hangs_up_after: float | None = None
    talks_for: float | None = None
    steps: Sequence[Step] = ()

    def __post_init__(self) -> None:
        _check(self.presses, self.hangs_up_after, self.talks_for)
        settle(self, "presses", "steps")


class Handset(Actor, Protocol):
    """What a person can do in a call; each does nothing where it is too late for it."""

    @property
    def busy(self) -> bool:
        """Whether the person is in the call already, by another line."""
        ...

    @property
    def engaged(self) -> bool:
        """Whether the person is in another call."""
        ...

    @property
    def ring(self) -> int:
        """For the how-manieth time the call rings, or has rung, this person."""
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

    def be_a_machine(self) -> None:
        """Be a voicemail that has answered in the person's place."""
        ...

    async def joined(self) -> None:
        """Wait until somebody else is in the call."""
        ...


async def ring(contact: Contact, handset: Handset, clock: Clock) -> None:
    """Behave as somebody whose telephone rings; one that is in use already does not."""
    if handset.engaged:
        handset.signal_busy()
        return
    reaction = contact.reaction(handset.ring)
    if reaction.how is Reacts.IGNORES or reaction.after >= contact.ring_timeout:
        await clock.sleep(contact.ring_timeout)
        handset.ring_out()
        return
    await clock.sleep(reaction.after)
    if handset.busy or handset.engaged:  # they have taken another call meanwhile, or this one: nobody takes it
        await clock.sleep(contact.ring_timeout - reaction.after)
        handset.ring_out()
    elif reaction.how is Reacts.DECLINES:
        handset.decline()
    else:
        handset.answer()


async def be_off_line(contact: Contact, handset: Handset, clock: Clock) -> None:
    """Behave as somebody whose devices the platform cannot reach."""
    await clock.sleep(contact.ring_timeout)
    handset.stay_silent()


async def talk(contact: Contact, handset: Handset, clock: Clock) -> None:
    """Behave as somebody who has answered."""
    if contact.by_hand:
        return
    reaction = contact.reaction(handset.ring)
    lasts = contact.talks_for if reaction.lasts is None else reaction.lasts
    if reaction.how is Reacts.VOICEMAIL:
        handset.be_a_machine()
        await _follow_times((), lasts, handset, clock)
        return
    await _side_by_side(_follow_times(contact.presses, lasts, handset, clock), follow(contact.steps, handset, clock))


async def call_in(caller: Caller, handset: Handset, clock: Clock) -> None:
    """Behave as somebody who has called."""
    await _side_by_side(
        _follow_times(caller.presses, caller.hangs_up_after, handset, clock),
        follow(caller.steps, handset, clock),
        _leave_after_talk(caller.talks_for, handset, clock),
    )


async def _side_by_side(*doings: Coroutine[object, object, None]) -> None:
    async with asyncio.TaskGroup() as group:
        for doing in doings:
            group.create_task(doing, name="simulator person")


async def _leave_after_talk(talks_for: float | None, handset: Handset, clock: Clock) -> None:
    if talks_for is not None:
        await handset.joined()
        await follow([Wait(talks_for), HangUp()], handset, clock)


async def _follow_times(presses: KeyPresses, hangs_up_after: float | None, handset: Handset, clock: Clock) -> None:
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
    check_seconds(*times, *(after for after, _ in presses))
    check_keys([key for _, key in presses])
