"""What the people of one call say and press, and when: pure state, of which sound is made when somebody listens.

Whether somebody on hold is part of the conversation is not documented. Here they
are not: neither what they say nor what they press is heard while they are held.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Hashable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

from bot.simulator.clips import Clip
from bot.simulator.refusal import Refusal

MOST: Final = 10_000
"""How many pieces of speech, tones, and spells of hold one call remembers; the oldest go first."""

LONGEST_BACKLOG: Final = 600.0
"""Seconds that somebody may have left to say when more is given them to say."""

SLACK: Final = 0.3
"""Seconds of silence between two pieces of speech that are taken for a late delivery, and left out."""

KEY_GAP: Final = 0.05
"""Seconds between the tones of two keys that somebody presses faster than they can be heard."""


@dataclass(slots=True, kw_only=True, eq=False)
class Utterance:
    """Something that is heard of one person.

    Attributes:
        who: whose line it comes from.
        clip: what is heard.
        loop: whether it begins again at its end.
        begins_at: unix seconds.
        ends_at: unix seconds.
    """

    who: Hashable
    clip: Clip
    loop: bool
    begins_at: float
    ends_at: float


@dataclass(slots=True, kw_only=True, eq=False)
class Hush:
    """A spell in which one person is not heard.

    Attributes:
        who: whose line it is.
        begins_at: unix seconds.
        ends_at: unix seconds; None while it lasts.
    """

    who: Hashable
    begins_at: float
    ends_at: float | None = None


@dataclass(slots=True)
class Score:
    """What the people of one call say and press.

    A person says one thing after another: what comes while they still speak follows it. Keys likewise, which sound
    at the same time as speech.
    """

    _said: deque[Utterance] = field(default_factory=lambda: deque(maxlen=MOST))
    _pressed: deque[Utterance] = field(default_factory=lambda: deque(maxlen=MOST))
    _hushes: deque[Hush] = field(default_factory=lambda: deque(maxlen=MOST))

    def say(self, who: Hashable, clip: Clip, seconds: float, *, at: float) -> bool:
        """Let somebody say something now, or when they have said what they are saying.

        Args:
            who: whose line it comes from.
            clip: what they say; over and over where the time is longer.
            seconds: how long they speak.
            at: unix seconds.

        Returns:
            Whether they begin to speak, rather than going on.

        Raises:
            Refusal: 400, they have so much left to say that no more is taken.
        """
        over = _last_end(self._said, who)
        if over - at > LONGEST_BACKLOG:
            raise Refusal(400, f"they have {over - at:.0f} s left to say already; let them finish first")
        goes_on = at - over <= SLACK
        begins_at = over if goes_on else at
        loop, ends_at = seconds > clip.seconds, begins_at + seconds
        self._said.append(Utterance(who=who, clip=clip, loop=loop, begins_at=begins_at, ends_at=ends_at))
        return not goes_on

    def press(self, who: Hashable, tone: Clip, *, at: float) -> None:
        """Let the tone of a key be heard now, or after the one before it."""
        begins_at = max(at, _last_end(self._pressed, who) + KEY_GAP)
        ends_at = begins_at + tone.seconds
        self._pressed.append(Utterance(who=who, clip=tone, loop=False, begins_at=begins_at, ends_at=ends_at))

    def hush(self, who: Hashable, *, on: bool, at: float) -> None:
        """Keep somebody unheard from now on, or let them be heard again; a repeat changes nothing."""
        lasting = next((hush for hush in self._hushes if hush.who is who and hush.ends_at is None), None)
        if on and lasting is None:
            self._hushes.append(Hush(who=who, begins_at=at))
        elif not on and lasting is not None:
            lasting.ends_at = at

    def leave(self, who: Hashable, *, at: float) -> None:
        """Break off whatever somebody says or presses: they have gone."""
        for utterance in (*self._said, *self._pressed):
            if utterance.who is who and utterance.ends_at > at:
                utterance.ends_at = max(utterance.begins_at, at)

    def heard(self, begins_at: float, ends_at: float) -> Iterator[tuple[Utterance, float, float]]:
        """Return what can be heard between two times: utterances, each with when it begins and ends to be heard."""
        for utterance in (*self._said, *self._pressed):
            begins, ends = max(utterance.begins_at, begins_at), min(utterance.ends_at, ends_at)
            hushes = (hush for hush in self._hushes if hush.who is utterance.who)
            for since, until in _without(hushes, begins, ends):
                yield utterance, since, until


def _last_end(utterances: deque[Utterance], who: Hashable) -> float:
    return next((utterance.ends_at for utterance in reversed(utterances) if utterance.who is who), float("-inf"))


def _without(hushes: Iterable[Hush], begins: float, ends: float) -> Iterator[tuple[float, float]]:
    """Return what is left of a time, the hushes of which come in order."""
    for hush in hushes:
        if begins < min(hush.begins_at, ends):
            yield begins, min(hush.begins_at, ends)
        begins = max(begins, ends if hush.ends_at is None else hush.ends_at)
    if begins < ends:
        yield begins, ends
