"""When people in a call could notice what, as far as the journal tells it.

Sounds are known from the recorded steps of the flows: when one was begun, how long it lasts, and when it was stopped.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from bot import wire
from bot.api import spec
from bot.events import JsonValue, MemberEvent, MemberHeld, MemberInvited, MemberInviteEnded, MemberLeft, MemberUnheld
from bot.flow.outcome import digest
from bot.journal import StepRecord, StoredEvent, StoredFlow
from bot.simulator import Cue
from bot.simulator.moments import SOUND_CUES, sound_name

CLOSE: Final = 0.001
"""Seconds by which times that mean the same may differ."""


@dataclass(frozen=True, slots=True)
class Mark:
    """Something that could be noticed.

    Attributes:
        at: unix seconds.
        cue: what.
        subject: the name of the sound, or the contact id.
        seen: number of the newest event that came before it, or of the event that it is.
    """

    at: float
    cue: Cue
    subject: str
    seen: int

    def precedes(self, event: StoredEvent) -> bool:
        """Return whether it came before something that somebody did."""
        if self.at < event.received_at - CLOSE:
            return True
        return self.at <= event.received_at + CLOSE and self.seen < event.seq

    def is_made_by(self, event: StoredEvent) -> bool:
        """Return whether it is that event."""
        return self.seen == event.seq and self.cue not in SOUND_CUES


def marks_of(events: Sequence[StoredEvent], flows: Sequence[StoredFlow]) -> Sequence[Mark]:
    """Return what could be noticed in a call, in order of time.

    Args:
        events: of the call, in order.
        flows: of the call with their steps, in order.
    """
    steps = sorted((step for flow in flows for step in flow.steps), key=lambda step: step.at)
    ended = events[-1].received_at
    marks = [*_of_people(events), *_of_sounds(steps, ended)]
    return sorted(marks, key=lambda mark: (mark.at, mark.seen))


def value_of(step: StepRecord) -> JsonValue:
    """Return what a step brought; None where it failed."""
    recorded: JsonValue = wire.decode(step.outcome)
    return recorded.get("value") if isinstance(recorded, dict) else None


def failed(step: StepRecord) -> bool:
    """Return whether a step failed."""
    recorded: JsonValue = wire.decode(step.outcome)
    return isinstance(recorded, dict) and "error" in recorded


def _of_people(events: Sequence[StoredEvent]) -> Iterator[Mark]:
    for stored in events:
        cue = _cue(stored.event)
        if cue is not None and isinstance(stored.event, MemberEvent):
            yield Mark(stored.received_at, cue, stored.event.user_id or "", stored.seq)


def _cue(event: object) -> Cue | None:
    match event:
        case MemberInvited():
            return Cue.RINGS
        case MemberInviteEnded(answered=answered):
            return Cue.JOINS if answered else Cue.MISSES
        case MemberLeft():
            return Cue.LEAVES
        case MemberHeld():
            return Cue.HELD
        case MemberUnheld():
            return Cue.UNHELD
    return None


@dataclass(slots=True)
class _Playing:
    url: str
    name: str
    over_at: float | None
    """When its file is over; None if that is not known."""


def _of_sounds(steps: Sequence[StepRecord], ended: float) -> Iterator[Mark]:
    """Yield when sounds began and ended; one that is stopped later than its file is long was played in a loop."""
    playing: list[_Playing] = []
    for step in steps:
        if failed(step):
            continue
        if step.name == spec.AUDIO_PLAY.path:
            sound = _sound(step)
            for earlier in [one for one in playing if one.url == sound.url]:
                playing.remove(earlier)
                yield Mark(min(step.at, earlier.over_at or step.at), Cue.ENDS, earlier.name, -1)
            playing.append(sound)
            yield Mark(step.at, Cue.BEGINS, sound.name, step.seen)
        elif step.name == spec.AUDIO_STOP.path:
            for sound in [one for one in playing if _is_stopped(one, step)]:
                playing.remove(sound)
                yield Mark(step.at, Cue.ENDS, sound.name, step.seen)
    for sound in playing:
        if sound.over_at is not None and sound.over_at <= ended:
            yield Mark(sound.over_at, Cue.ENDS, sound.name, -1)


def _sound(step: StepRecord) -> _Playing:
    value = value_of(step)
    known = value if isinstance(value, dict) else {}
    url, duration = str(known.get("url", "")), known.get("duration")
    return _Playing(url, sound_name(url), step.at + duration if isinstance(duration, int | float) else None)


def _is_stopped(sound: _Playing, step: StepRecord) -> bool:
    """Return whether a stop was of that sound: its arguments are known by their digest only."""
    by_url: JsonValue = {"url": sound.url}
    by_name: JsonValue = {"prompt": sound.name, "language": None}
    return step.digest in (digest(step.name, by_url), digest(step.name, by_name))
