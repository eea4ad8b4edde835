"""How long a caller was left in silence, and which silence is nobody's fault."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from bot.fuzz.played import PlayedCall
from bot.journal.flows import StoredFlow
from bot.simulator.moments import Cue
from bot.simulator.scenario import silences

Span = tuple[float, float]

_CUT: Final = "fault: the connection breaks before the answer"
_MESSAGE: Final = "wait for message"
_RECORD: Final = "call.recording/start"
_PLAY: Final = "call.audio/play"
_LATE: Final = re.compile(r"fault: the answer to \S+ is (?P<seconds>[0-9.]+) s late")
_REFUSALS: Final = ("fault: refuses with", "fault: the connection breaks before the request", _CUT)
_REPEATED_WITHIN: Final = 5.0
"""Seconds in which a request is repeated; a bot that takes longer leaves the caller in silence by itself."""


class Pardon(StrEnum):
    """Why something is forgiven."""

    MESSAGE = "the caller was asked for a message and said nothing: what is recorded is the caller's silence"
    MACHINE = "a mobile's voicemail had taken the call: its greeting is heard; who does not want that dials to confirm"
    AWAY = "no bot, or no platform, was there to make a sound: that time does not count"
    LATE = "the platform refused requests or answered late, and they had to be repeated: that time does not count"
    UNPLAYED = "the platform refused for good to play what would have been heard"
    DROPPED = "the platform never posted an event of the call, so that the bot could not know of it"
    REFUSED = "the platform refused a request, or lost its answer, that must not be repeated: the fallback had the call"


@dataclass(frozen=True, slots=True, kw_only=True)
class SilentSpan:
    """A time in which a caller heard nothing.

    Attributes:
        began: seconds since the call began.
        seconds: how long it was.
        counted: how much of it is somebody's fault, in seconds.
        after: the address of the sound that was heard last; empty if none was.
        pardon: why the largest part of the rest is forgiven.
    """

    began: float
    seconds: float
    counted: float
    after: str
    pardon: Pardon


def silent_spans(call: PlayedCall, away: Sequence[Span]) -> Sequence[SilentSpan]:
    """Return when a caller heard nothing.

    Args:
        call: the call.
        away: when no bot, or no platform, was there: from and to, unix seconds.
    """
    began = call.call.place.created_at
    pardoned = [
        *((span, Pardon.AWAY) for span in away),
        *((span, Pardon.MESSAGE) for flow in call.flows for span in _messages(flow)),
        *((span, Pardon.MACHINE) for span in _machines(call)),
        *((span, Pardon.UNPLAYED) for span in _unplayed(call)),
        *((span, Pardon.LATE) for span in _late(call)),
    ]
    found = []
    for silence in silences(call.call, began):
        span = (began + silence.began, began + silence.ended)
        parts = [(_common(span, one), why) for one, why in pardoned]
        largest = max(parts, key=lambda part: part[0], default=(0.0, Pardon.AWAY))
        found.append(
            SilentSpan(
                began=silence.began,
                seconds=silence.seconds,
                counted=silence.seconds - _covered(span, [one for one, _ in pardoned]),
                after=silence.after,
                pardon=largest[1],
            )
        )
    return found


def _messages(flow: StoredFlow) -> Iterator[Span]:
    """Yield when a flow took a message: it recorded, and waited for the caller to be done.

    The waiting has no record where the caller ended it by hanging up; and one that went on after a restart began
    earlier than its record says.
    """
    ended = float("inf") if flow.end is None else flow.end.ended_at
    for index, step in enumerate(flow.steps):
        after = flow.steps[index + 1] if index + 1 < len(flow.steps) else None
        if step.name == _RECORD and (after is None or not after.path or after.name == _MESSAGE):
            yield step.at, ended if after is None else after.at


def _machines(call: PlayedCall) -> Iterator[Span]:
    """Yield when a voicemail was in the call in somebody's place."""
    taken: dict[str, float] = {}
    for moment in call.call.outlet.moments.all():
        if moment.cue is Cue.MACHINE:
            taken[moment.subject] = moment.at
        elif moment.cue is Cue.LEAVES and moment.subject in taken:
            yield taken.pop(moment.subject), moment.at
    for began in taken.values():
        yield began, float("inf")


def _unplayed(call: PlayedCall) -> Iterator[Span]:
    """Yield when a sound was missing that the platform had refused by a fault: until the next one began."""
    asked = ""
    refused: float | None = None
    for record in call.records:
        if record.kind == "request":
            asked = record.text
        elif asked.startswith(_PLAY) and record.kind == "note" and record.text.endswith("refuses with 401"):
            refused = record.at
        elif asked.startswith(_PLAY) and record.kind == "answer" and record.text.startswith("200") and refused:
            yield refused, record.at
            refused = None
    if refused is not None:
        yield refused, float("inf")


def _late(call: PlayedCall) -> Iterator[Span]:
    """Yield when a request waited for its answer, or to be repeated, because of a fault."""
    asked = ""
    failed: dict[str, float] = {}
    for record in call.records:
        if record.kind == "request":
            asked = record.text.partition(" ")[0]
            if asked in failed:
                began = failed.pop(asked)
                yield began, min(record.at, began + _REPEATED_WITHIN)
        elif record.kind == "note" and (found := _LATE.fullmatch(record.text)):
            yield record.at, record.at + float(found["seconds"])
        elif record.kind == "note" and record.text.startswith(_REFUSALS):
            failed.setdefault(asked, record.at)


def _common(one: Span, other: Span) -> float:
    return max(0.0, min(one[1], other[1]) - max(one[0], other[0]))


def _covered(span: Span, others: Sequence[Span]) -> float:
    """Return how much of a span lies in any of the others."""
    covered, reached = 0.0, span[0]
    for began, ended in sorted(others):
        began, ended = max(began, reached), min(ended, span[1])  # noqa: PLW2901 - cut to what is left
        if ended > began:
            covered, reached = covered + ended - began, ended
    return covered
