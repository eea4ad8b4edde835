"""How long a caller hears nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from bot.simulator.call import SimCall
from bot.simulator.moments import Cue, Moment


@dataclass(frozen=True, slots=True)
class Silence:
    """A time in which the caller hears nothing.

    Attributes:
        began: seconds since the call began.
        ended: seconds since the call began.
        after: the address of the sound that was heard last; empty if none was.
    """

    began: float
    ended: float
    after: str

    @property
    def seconds(self) -> float:
        """How long it lasts."""
        return self.ended - self.began


def silences(call: SimCall, now: float) -> Sequence[Silence]:
    """Return every time in which a caller heard nothing and did not speak, in order.

    No silence is a sound that plays, the company of somebody who has answered, and speaking oneself. The caller hears
    nothing while on hold, from somebody on hold, and from a voicemail that has answered in somebody's place. What a
    member on hold hears is not documented.

    Args:
        call: the call, over or not.
        now: unix seconds; the end of a silence that goes on.
    """
    caller = call.place.originator.contact_id or ""
    began = call.place.created_at
    ear = _Ear(caller)
    found: list[Silence] = []
    since, after = began, ""
    for moment in call.outlet.moments.all():
        if ear.quiet and moment.at > since:
            found.append(Silence(since - began, moment.at - began, after))
        since = moment.at
        if moment.cue is Cue.LEAVES and moment.subject == caller:
            return _joined(found)
        after = moment.subject if moment.cue is Cue.BEGINS else after
        ear.notice(moment)
    if ear.quiet and now > since:
        found.append(Silence(since - began, now - began, after))
    return _joined(found)


class _Ear:
    """What the caller hears at a moment."""

    def __init__(self, caller: str) -> None:
        self._caller = caller
        self._sounds: Counter[str] = Counter()
        self._company: Counter[str] = Counter()
        self._held: set[str] = set()
        self._speaks = False

    @property
    def quiet(self) -> bool:
        """Whether the caller hears nothing and does not speak."""
        if self._speaks:
            return False
        return self._caller in self._held or not (any(self._sounds.values()) or self._in_company())

    def _in_company(self) -> bool:
        return any(lines > 0 and who not in self._held for who, lines in self._company.items())

    def notice(self, moment: Moment) -> None:
        who = moment.subject
        match moment.cue:
            case Cue.BEGINS:
                self._sounds[who] += 1
            case Cue.ENDS:
                self._sounds[who] -= 1
            case Cue.JOINS:
                self._company[who] += 1
            case Cue.MACHINE | Cue.LEAVES:
                self._company[who] = max(0, self._company[who] - 1)
            case Cue.HELD:
                self._held.add(who)
            case Cue.UNHELD:
                self._held.discard(who)
            case Cue.SPEAKS | Cue.PAUSES if who == self._caller:
                self._speaks = moment.cue is Cue.SPEAKS
            case _:
                pass  # nothing that one hears


def _joined(pieces: Sequence[Silence]) -> Sequence[Silence]:
    """Return silences with those made one that follow each other at once."""
    found: list[Silence] = []
    for piece in pieces:
        if found and found[-1].ended == piece.began and found[-1].after == piece.after:
            piece = Silence(found[-1].began, piece.ended, piece.after)  # noqa: PLW2901 - grows
            found.pop()
        found.append(piece)
    return found
