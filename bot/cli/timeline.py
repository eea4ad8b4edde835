"""The story of a call as lines: its events, the steps of its flows, and what failed, in order of time.

It is read from the journal, where everything of it is kept anyway.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from bot import wire
from bot.cli.common import local_time
from bot.events import JsonValue
from bot.flow.given import Given
from bot.flow.outcome import recorded
from bot.flow.replay import ENDED
from bot.journal import DeadLetter, FlowEnd, FlowState, StepRecord, StoredEvent, StoredFlow
from bot.masking import Masker

_LONGEST: Final = 100
"""Characters of what a step brought."""
_KNOWN_FIELDS: Final = frozenset({"event_type", "team_id", "thread_id", "stream_id"})


@dataclass(frozen=True, slots=True)
class Moment:
    """Something that happened in a call.

    Attributes:
        at: unix seconds; of a step those at which it finished.
        kind: ``event``, ``flow``, ``step`` or ``failed``.
        what: the event, the flow, the step, or the handler that failed.
        detail: what is to be said of it, masked.
        traceback: where it failed; empty if it did not.
    """

    at: float
    kind: str
    what: str
    detail: str = ""
    traceback: str = ""

    def line(self, began: float) -> str:
        """Return it as a line, with the seconds since the call began; without the traceback."""
        return f"{self.at - began:9.3f} s  {self.kind:<6}  {self.what:<26}  {self.detail}".rstrip()


def timeline(
    events: Sequence[StoredEvent], flows: Sequence[StoredFlow], letters: Sequence[DeadLetter], masker: Masker
) -> list[Moment]:
    """Return what happened in a call, in order of time; what came at the same moment, causes first.

    Args:
        events: of the call, in order.
        flows: of the call with their steps, in order.
        letters: its dead letters.
        masker: hides what people should not read.
    """
    names = {stored.seq: stored.event.event_type for stored in events}
    found = [_event(stored, masker) for stored in events]
    for flow in flows:
        found += _flow(flow, names, masker)
    found += [_letter(letter, masker) for letter in letters]
    # Sorting keeps the order of what has the same time.
    return sorted(found, key=lambda moment: moment.at)


def _event(stored: StoredEvent, masker: Masker) -> Moment:
    fields = {name: value for name, value in stored.event.fields.items() if name not in _KNOWN_FIELDS}
    shown = wire.encode(masker.value("", fields)).decode()
    return Moment(stored.received_at, "event", stored.event.event_type, f"{stored.outcome or 'waiting':<9}  {shown}")


def _flow(flow: StoredFlow, names: Mapping[int, str], masker: Masker) -> Iterator[Moment]:
    start = flow.start
    version = "" if start.version == 1 else f" (version {start.version})"
    given = Given.of(start.arguments).arguments
    yield Moment(start.started_at, "flow", f"{start.name}{version}", f"begins{_short(given, masker) if given else ''}")
    for step in flow.steps:
        yield _step(step, names, masker)
    if flow.end is not None:
        yield _end(flow.start.name, flow.end, masker)


def _step(step: StepRecord, names: Mapping[int, str], masker: Masker) -> Moment:
    if step.name == ENDED:
        return Moment(step.at, "step", "the call has ended")
    branch = "".join(f"{part}: " for part in [step.path.rpartition(".")[0]] if part)
    took = f"{step.at - step.began_at:.3f} s"
    return Moment(step.at, "step", f"{branch}{step.name}", f"{took:<9}  {_brought(step, names, masker)}")


def _brought(step: StepRecord, names: Mapping[int, str], masker: Masker) -> str:
    found = recorded(step.outcome)
    if "error" in found:
        error = found["error"]
        return f"{error['kind']}: {masker.text(str(error['message']))}"
    value = found["value"]
    if step.name.startswith("wait for "):
        # What it brings is the number of an event.
        seen = names.get(value) if isinstance(value, int) else None
        return "nothing in time" if value is None else seen or f"event {value}"
    if step.name == "now" and isinstance(value, int | float):
        return local_time(value)
    return "" if value is None else _short(value, masker).strip()


def _end(name: str, end: FlowEnd, masker: Masker) -> Moment:
    how = "hands over" if end.state is FlowState.PASSED else str(end.state)
    detail = f"{how}: {masker.text(end.error)}" if end.error else how
    return Moment(end.ended_at, "flow", name, detail, masker.text((end.traceback or "").rstrip()))


def _letter(letter: DeadLetter, masker: Masker) -> Moment:
    failure = letter.failure
    detail = f"{masker.text(failure.error)} ({failure.attempts} attempts; dead letter {letter.letter_id})"
    return Moment(failure.failed_at, "failed", failure.handler, detail, masker.text(failure.traceback.rstrip()))


def _short(value: JsonValue, masker: Masker) -> str:
    """Return JSON for people, after a blank, masked and cut; a number as long as that of a telephone is masked, too."""
    text = masker.text(wire.encode(masker.value("", value)).decode())
    return f" {text if len(text) <= _LONGEST else text[:_LONGEST] + '...'}"
