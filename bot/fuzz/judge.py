"""What went wrong in a scenario that was played, and what is forgiven.

A finding is somebody's business: the handlers', the bot's, or the simulator's.
What is forgiven is nobody's; `Pardon` says why.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from bot.events import JsonValue
from bot.fuzz.played import Played, PlayedCall
from bot.fuzz.quiet import Pardon, Span, silent_spans
from bot.journal.flows import FlowState
from bot.simulator.moments import sound_name
from bot.simulator.steps import number

_FAULTS: Final = "fault: "
_REST: Final = 6.0
"""Seconds, after the platform was away, in which the circuit breaker may let nothing through yet."""
_API_ERRORS: Final = ("Rejected", "Unauthorised", "NotSent", "InDoubt")


class Kind(StrEnum):
    """What can go wrong."""

    SILENCE = "silence"
    """A caller heard nothing for too long."""
    FLOW_FAILED = "flow failed"
    """A flow raised, diverged or took too long, and the fallback had the call."""
    DEAD_LETTER = "dead letter"
    """A handler failed for good."""
    EVENT_LOST = "event lost"
    """An event was acknowledged and not handled, or never acknowledged."""
    ENDLESS_CALL = "endless call"
    """A call did not end after everybody had hung up."""
    ENDLESS_FLOW = "endless flow"
    """A flow went on long after its call."""
    RANG_TWICE = "rang twice"
    """Somebody was rung who was being rung, or was in the call, already."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Something that went wrong in a call.

    Attributes:
        kind: what.
        place: where, such as the flow's name and its error; findings of one kind and place are taken for the same.
        text: what happened, in a sentence.
        call: which one, counted from 0 in the order of the scenario.
    """

    kind: Kind
    place: str
    text: str
    call: int

    @property
    def cause(self) -> tuple[Kind, str]:
        """What tells it from others."""
        return self.kind, self.place


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What became of a scenario.

    Attributes:
        findings: what went wrong.
        forgiven: how often something was forgiven, and why.
    """

    findings: Sequence[Finding]
    forgiven: Mapping[Pardon, int]


def judged(played: Played, limit: float) -> Judgement:
    """Judge a scenario that was played.

    Args:
        played: the scenario.
        limit: seconds for which a caller may hear nothing.
    """
    findings: list[Finding] = []
    forgiven: Counter[Pardon] = Counter()
    for index, call in enumerate(played.calls):
        faulty = _met_faults(call, played.away)
        found = [
            *_silences(call, played.away, limit, forgiven),
            *_flows(call, forgiven, faulty=faulty),
            *_letters(call, forgiven, faulty=faulty),
            *_lost(call),
            *_endless(call),
            *_twice(call),
        ]
        findings.extend(Finding(kind=kind, place=place, text=text, call=index) for kind, place, text in found)
    return Judgement(findings=findings, forgiven=forgiven)


_Found = tuple[Kind, str, str]


def _silences(call: PlayedCall, away: Sequence[Span], limit: float, forgiven: Counter[Pardon]) -> Iterator[_Found]:
    for span in silent_spans(call, away):
        if span.seconds <= limit:
            continue
        if span.counted > limit and not (lost := _dropped(call)):
            after = sound_name(span.after) if span.after else "the beginning"
            when = f"from second {number(span.began)} on"
            yield Kind.SILENCE, after, f"the caller heard nothing for {number(span.seconds)} s after {after}, {when}"
        else:
            forgiven[Pardon.DROPPED if span.counted > limit and lost else span.pardon] += 1


def _flows(call: PlayedCall, forgiven: Counter[Pardon], *, faulty: bool) -> Iterator[_Found]:
    for flow in call.flows:
        if flow.end is None:
            yield Kind.ENDLESS_FLOW, flow.start.name, f"{flow.start.name} went on long after its call"
        elif flow.end.state is FlowState.FAILED:
            error = flow.end.error or ""
            if faulty and _kind_of(error) in _API_ERRORS:
                forgiven[Pardon.REFUSED] += 1
            else:
                yield Kind.FLOW_FAILED, f"{flow.start.name} {_kind_of(error)}", f"{flow.start.name} failed: {error}"


def _letters(call: PlayedCall, forgiven: Counter[Pardon], *, faulty: bool) -> Iterator[_Found]:
    for letter in call.letters:
        failure = letter.failure
        if faulty and _kind_of(failure.error) in _API_ERRORS:
            forgiven[Pardon.REFUSED] += 1
        else:
            event = letter.stored.event.event_type
            text = f"{failure.handler} failed for good with {event}: {failure.error}"
            yield Kind.DEAD_LETTER, f"{failure.handler} {_kind_of(failure.error)}", text


def _lost(call: PlayedCall) -> Iterator[_Found]:
    told = [one for one in call.call.deliveries if not one.dropped]
    acknowledged = Counter(_identity(one.event) for one in told if one.acknowledged_at is not None)
    handled = Counter(_identity(one.event.raw) for one in call.history if one.outcome is not None)
    names = {_identity(one.event): one.event_type for one in told}
    for identity, times in (acknowledged - handled).items():
        what = names[identity]
        yield Kind.EVENT_LOST, what, f"{what} was acknowledged and not handled" + (f", {times} times" * (times > 1))
    for one in told:
        if one.acknowledged_at is None:
            yield Kind.EVENT_LOST, one.event_type, f"{one.event_type} was never acknowledged: {one.problem}"


def _endless(call: PlayedCall) -> Iterator[_Found]:
    if call.endless:
        seconds = number(call.script.expect.ends_within)
        yield Kind.ENDLESS_CALL, call.flows[-1].start.name if call.flows else "", f"the call went on for {seconds} s"


def _twice(call: PlayedCall) -> Iterator[_Found]:
    for record in call.records:
        if record.kind == "note" and record.text == "rang twice":
            when = f"at second {number(record.elapsed)}"
            yield Kind.RANG_TWICE, "", f"{record.who} was rung {when} while being rung, or in the call, already"


def _dropped(call: PlayedCall) -> bool:
    return any(one.dropped for one in call.call.deliveries)


def _met_faults(call: PlayedCall, away: Sequence[Span]) -> bool:
    """Return whether faults of the platform may be behind what the platform's requests came to in a call."""
    first, last = call.records[0].at, call.records[-1].at
    restarted = any(began <= last and ended + _REST >= first for began, ended in away)
    return restarted or any(one.kind == "note" and one.text.startswith(_FAULTS) for one in call.records)


def _kind_of(error: str) -> str:
    return error.partition(":")[0]


def _identity(event: Mapping[str, JsonValue]) -> str:
    return repr(sorted(event.items(), key=lambda item: item[0]))
