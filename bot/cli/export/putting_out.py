"""What the bot did to members, told from what they did themselves."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from bot.api import spec
from bot.cli.export.marks import CLOSE, failed
from bot.events import JsonValue, MemberEvent
from bot.flow.outcome import digest
from bot.flow.replay import ENDED
from bot.journal import StepRecord, StoredEvent, StoredFlow

_ON_THE_WAY: Final = 2.0
"""Seconds from the answer to a request to the event that tells what it brought about."""

_AT_ONCE: Final = 0.1
"""Seconds after the end of what a flow waited for in which no person acts upon it: the flow does."""


@dataclass(frozen=True, slots=True)
class _Kick:
    step: StepRecord
    known: int
    """Number of the newest event that the flow had seen before it asked for it: no event up to that came of it."""


class PuttingOut:
    """The requests of a call's flows that put members out.

    Args:
        flows: of the call with their steps, in order.
    """

    def __init__(self, flows: Sequence[StoredFlow]) -> None:
        self._kicks = [kick for flow in flows for kick in _kicks(flow)]
        self._pauses = [moment for flow in flows for moment in _pauses(flow)]

    def caused(self, event: StoredEvent) -> bool:
        """Return whether a member's leaving, or the end of ringing, came of a request of the bot."""
        who = event.event.user_id if isinstance(event.event, MemberEvent) else None
        return any(_of(kick, who) and _in_time(kick, event) for kick in self._kicks)

    def caused_the_end(self, left: StoredEvent) -> bool:
        """Return whether the caller's leaving came of the bot's hanging up.

        The platform may tell that the call is over before it answers the request that ended it; then the step is not
        recorded. So a caller who leaves in the moment in which a flow stopped waiting is taken to have been put out.
        """
        if self.caused(left):
            return True
        return any(-CLOSE <= left.received_at - moment <= _AT_ONCE for moment in self._pauses)


def _kicks(flow: StoredFlow) -> Iterator[_Kick]:
    known = flow.start.flow_id.call_seq
    for step in flow.steps:
        if step.name == spec.CALL_KICK.path and not failed(step):
            yield _Kick(step, known)
        known = max(known, step.seen)


def _pauses(flow: StoredFlow) -> Iterator[float]:
    """Yield when the last thing ended that a flow waited for before its call ended."""
    steps = [step for step in flow.steps if step.name != ENDED]
    if steps and steps[-1].name in ("sleep", "wait for prompt"):
        yield steps[-1].at


def _of(kick: _Kick, who: str | None) -> bool:
    everybody: JsonValue = {}
    one: JsonValue = {"contactId": who}
    return kick.step.digest in (digest(kick.step.name, everybody), digest(kick.step.name, one))


def _in_time(kick: _Kick, event: StoredEvent) -> bool:
    return event.seq > kick.known and kick.step.began_at - CLOSE <= event.received_at <= kick.step.at + _ON_THE_WAY
