"""What people in a call notice, in order: sounds, and others who come and go. They act upon it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urlsplit


class Cue(StrEnum):
    """Something that a person in a call can wait for."""

    BEGINS = "begins"
    """A sound begins."""
    ENDS = "ends"
    """A sound is over, or is stopped."""
    RINGS = "rings"
    """Somebody's telephone begins to ring."""
    JOINS = "joins"
    """Somebody answers."""
    MISSES = "misses"
    """Somebody's telephone stops ringing without an answer."""
    LEAVES = "leaves"
    """Somebody hangs up or is put out."""
    HELD = "held"
    """Somebody is put on hold."""
    UNHELD = "unheld"
    """Somebody is taken off hold."""
    MACHINE = "machine"
    """A voicemail turns out to have answered in somebody's place."""
    SPEAKS = "speaks"
    """Somebody begins to speak."""
    PAUSES = "pauses"
    """Somebody stops speaking."""


SOUND_CUES = frozenset({Cue.BEGINS, Cue.ENDS})
OWN_CUES = frozenset({Cue.HELD, Cue.UNHELD})


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """Something that happened in a call.

    Attributes:
        cue: what.
        subject: the address of the sound, or the contact id of the person.
        at: unix seconds.
    """

    cue: Cue
    subject: str
    at: float

    def concerns(self, subject: str | None) -> bool:
        """Return whether it is about a sound of that name or a person of that id; anything is meant by None."""
        if subject is None or subject == self.subject:
            return True
        return self.cue in SOUND_CUES and is_sound(self.subject, subject)


class Moments:
    """All moments of one call, in the order in which they came."""

    def __init__(self) -> None:
        self._all: list[Moment] = []
        self._grown = asyncio.Event()

    def __len__(self) -> int:
        return len(self._all)

    def all(self) -> Sequence[Moment]:
        """Return them."""
        return tuple(self._all)

    def count(self, cue: Cue, subject: str) -> int:
        """Return how many there have been of a kind about a person."""
        return sum(moment.cue is cue and moment.subject == subject for moment in self._all)

    def add(self, cue: Cue, subject: str, at: float) -> None:
        """Note one, and wake who waits for it."""
        self._all.append(Moment(cue=cue, subject=subject, at=at))
        self._grown.set()
        self._grown = asyncio.Event()

    async def next(self, wanted: Callable[[Moment], bool], after: int) -> int:
        """Wait for a moment, which may have come already.

        Args:
            wanted: whether it is the one.
            after: how many of the first ones do not count.

        Returns:
            How many there are up to it.
        """
        seen = after
        while True:
            while seen < len(self._all):
                seen += 1
                if wanted(self._all[seen - 1]):
                    return seen
            await self._grown.wait()


def is_sound(url: str, name: str) -> bool:
    """Return whether a sound goes by a name: the last parts of its path, with or without what follows the first dot.

    ``https://bot/prompts/en/welcome.3f9a.wav`` goes by ``welcome``, ``en/welcome`` and ``welcome.3f9a.wav``.
    """
    path = "/" + urlsplit(url).path.lstrip("/")
    folder, _, file = path.rpartition("/")
    return f"{folder}/{file.partition('.')[0]}".endswith(f"/{name}") or path.endswith(f"/{name}")


def sound_name(url: str) -> str:
    """Return the shortest name that a sound goes by."""
    return urlsplit(url).path.rpartition("/")[2].partition(".")[0]
