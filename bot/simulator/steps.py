"""What people do in a call, one thing after another; each step also has a form in words, as scenario files have it.

=================================  ==================================================================
``wait 1.5``                       let so many seconds pass
``press 1``, ``press 4711#``       press keys, one after another
``talk 20``                        speak for so many seconds
``hang up``                        leave the call
``until main-menu begins``         wait for a sound; also ``ends``, and ``anything begins``
``until main-menu begins 2 times``  wait for the second one from here on
``until agent-anna joins``         wait for somebody; also ``rings``, ``misses``, ``leaves``, ``somebody``
``until held``                     wait until the person is put on hold; also ``unheld``
=================================  ==================================================================

What a step waits for may have come already: it counts unless an earlier step of the same person has waited for it or
for something after it. So a person who waits for a sound to begin and then for it to end waits for the same playing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Protocol, TypeAlias

from bot.clock import Clock
from bot.simulator.conference import KEYS
from bot.simulator.moments import OWN_CUES, SOUND_CUES, Cue

KEY_PAUSE: Final = 0.3
"""Seconds from one key to the next where a person presses several."""

_ANY: Final = ("anything", "somebody")
_LONGEST: Final = 86_400.0
_FORMS: Final = (
    'write such as "wait 1.5", "press 1", "talk 20", "hang up", "until main-menu begins", "until somebody joins" '
    'or "until held"'
)
_UNTIL: Final = re.compile(r"until(?: (?P<subject>\S+))? (?P<cue>[a-z]+)(?: (?P<times>\d{1,3}) times)?")


@dataclass(frozen=True, slots=True)
class Wait:
    """Lets time pass.

    Attributes:
        seconds: from 0 to a day.
    """

    seconds: float

    def __post_init__(self) -> None:
        check_seconds(self.seconds)

    def __str__(self) -> str:
        return f"wait {number(self.seconds)}"


@dataclass(frozen=True, slots=True)
class Press:
    """Presses keys, `KEY_PAUSE` seconds apart.

    Attributes:
        keys: at least one, each of ``0`` to ``9``, ``*``, ``#`` and ``A`` to ``D``.
    """

    keys: str

    def __post_init__(self) -> None:
        check_keys(self.keys)
        if not self.keys:
            raise ValueError("name the keys to press")

    def __str__(self) -> str:
        return f"press {self.keys}"


@dataclass(frozen=True, slots=True)
class Talk:
    """Speaks.

    Attributes:
        seconds: from 0 to a day.
    """

    seconds: float

    def __post_init__(self) -> None:
        check_seconds(self.seconds)

    def __str__(self) -> str:
        return f"talk {number(self.seconds)}"


@dataclass(frozen=True, slots=True)
class HangUp:
    """Leaves the call."""

    def __str__(self) -> str:
        return "hang up"


@dataclass(frozen=True, slots=True)
class Until:
    """Waits for something that the person notices.

    Attributes:
        cue: what it is.
        subject: the name of the sound, or the contact id of the person; None for any. ``held`` and ``unheld`` are
            always about the person who waits.
        times: how many of them must come, from 1.
    """

    cue: Cue
    subject: str | None = None
    times: int = 1

    def __post_init__(self) -> None:
        if self.times < 1:
            raise ValueError("times counts from 1")
        if self.subject is not None and (self.cue in OWN_CUES or not re.fullmatch(r"\S+", self.subject)):
            raise ValueError(f"one cannot wait for {self.subject!r} {self.cue}")

    def __str__(self) -> str:
        times = f" {self.times} times" if self.times > 1 else ""
        if self.cue in OWN_CUES:
            return f"until {self.cue}{times}"
        anything = _ANY[0] if self.cue in SOUND_CUES else _ANY[1]
        return f"until {self.subject or anything} {self.cue}{times}"


Step: TypeAlias = Wait | Press | Talk | HangUp | Until


class Actor(Protocol):
    """What a person needs for the steps; each does nothing where it is too late for it."""

    def press(self, key: str) -> None:
        """Press a key."""
        ...

    def hang_up(self) -> None:
        """Leave the call."""
        ...

    def speak(self, seconds: float) -> None:
        """Begin to speak, for so long."""
        ...

    def pause(self) -> None:
        """Have spoken."""
        ...

    async def until(self, cue: Cue, subject: str | None) -> None:
        """Wait for what comes next of that kind, counted from what was waited for last."""
        ...


async def follow(steps: Sequence[Step], actor: Actor, clock: Clock) -> None:
    """Do steps one after another."""
    for step in steps:
        match step:
            case Wait(seconds):
                await clock.sleep(seconds)
            case Talk(seconds):
                actor.speak(seconds)
                await clock.sleep(seconds)
                actor.pause()
            case Until(cue, subject, times):
                for _ in range(times):
                    await actor.until(cue, subject)
            case Press(keys):
                for index, key in enumerate(keys):
                    if index:
                        await clock.sleep(KEY_PAUSE)
                    actor.press(key)
            case HangUp():
                actor.hang_up()
                return


def parse_step(text: str) -> Step:
    """Return a step from words.

    Raises:
        ValueError: they are no step; says what is.
    """
    words = " ".join(text.split())
    verb, _, rest = words.partition(" ")
    if words == "hang up":
        return HangUp()
    if verb == "press" and rest:
        return Press(rest)
    if verb in ("wait", "talk") and re.fullmatch(r"\d+(\.\d+)?( s)?", rest):
        seconds = float(rest.removesuffix(" s"))
        return Wait(seconds) if verb == "wait" else Talk(seconds)
    found = _UNTIL.fullmatch(words)
    if found is None or found["cue"] not in list(Cue):
        raise ValueError(f"{text!r} is no step; {_FORMS}")
    cue, subject = Cue(found["cue"]), found["subject"]
    if subject is None and cue not in OWN_CUES:
        raise ValueError(f"{text!r} does not say whom or what it waits for; {_FORMS}")
    return Until(cue, None if subject in _ANY else subject, int(found["times"] or 1))


def number(seconds: float) -> str:
    """Return seconds as short as they can be written, to the millisecond."""
    return f"{seconds:.3f}".rstrip("0").rstrip(".")


def settle(value: object, *names: str) -> None:
    """Make tuples of the sequences of a frozen dataclass, so that equal ones are equal whatever they were given as."""
    for name in names:
        object.__setattr__(value, name, tuple(getattr(value, name)))


def check_seconds(*times: float | None) -> None:
    """Check times; None is none.

    Raises:
        ValueError: one is negative, or longer than a day.
    """
    if any(moment is not None and not 0 <= moment <= _LONGEST for moment in times):
        raise ValueError("times are seconds from 0 on, to a day at most")


def check_keys(keys: Iterable[str]) -> None:
    """Check keys.

    Raises:
        ValueError: one is none of a telephone.
    """
    if wrong := [key for key in keys if key not in KEYS]:
        raise ValueError(f"{wrong[0]!r} is no key of a telephone; there are 0 to 9, *, # and A to D")
