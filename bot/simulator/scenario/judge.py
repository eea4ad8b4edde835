"""Whether a call went as expected."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bot import wire
from bot.simulator.call import SimCall
from bot.simulator.comments import CLOSING
from bot.simulator.media import Recording
from bot.simulator.moments import Cue, is_sound, sound_name
from bot.simulator.scenario.model import NOBODY, Expectations
from bot.simulator.scenario.silence import silences
from bot.simulator.steps import number


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """How a scripted call went.

    Attributes:
        problems: what was not as scripted, a sentence each.
        call: the call.
        name: the call's name in its scenario; empty if it has none.
    """

    problems: Sequence[str]
    call: SimCall
    name: str = ""

    @property
    def ok(self) -> bool:
        """Whether the call went as scripted."""
        return not self.problems


def judge(call: SimCall, expect: Expectations) -> Sequence[str]:
    """Return what was not as expected in a call that is over, a sentence each."""
    return [
        *_sounds(call, expect),
        *_recording(call, expect),
        *_people(call, expect),
        *_silence(call, expect),
        *_deliveries(call),
    ]


def _sounds(call: SimCall, expect: Expectations) -> Iterator[str]:
    urls = [playback.sound.url for playback in call.played]
    heard = ", ".join(playback.name for playback in call.played) or "nothing"
    rest = iter(urls)
    for wanted in expect.hears:
        if not any(is_sound(url, wanted) for url in rest):
            yield f"the caller did not hear {wanted} where it should come; heard: {heard}"
            break
    for unwanted in expect.never_hears:
        if any(is_sound(url, unwanted) for url in urls):
            yield f"the caller heard {unwanted}; heard: {heard}"


def _recording(call: SimCall, expect: Expectations) -> Iterator[str]:
    if expect.recorded is not None and call.recorded != expect.recorded:
        yield "the call was recorded" if call.recorded else "the call was not recorded"
    if expect.message_left is not None and (left := message_left(call)) != expect.message_left:
        yield "the caller left a message" if left else "the caller left no message"


def _people(call: SimCall, expect: Expectations) -> Iterator[str]:
    answered = ", ".join(call.connected) or NOBODY
    if expect.connected_to == NOBODY:
        if call.connected:
            yield f"the caller was connected to {answered}, and nobody should have answered"
    elif expect.connected_to is not None and expect.connected_to not in call.connected:
        yield f"the caller was not connected to {expect.connected_to}; {answered} answered"
    if expect.ended_by is not None and call.ended_by != expect.ended_by:
        yield f"the call was ended by {call.ended_by or NOBODY}, not by {expect.ended_by}"


def _silence(call: SimCall, expect: Expectations) -> Iterator[str]:
    if expect.longest_silence is None:
        return
    for silence in silences(call, call.place.created_at):
        if silence.seconds > expect.longest_silence:
            after = f"after {sound_name(silence.after)}" if silence.after else "from the beginning"
            yield f"the caller heard nothing for {number(silence.seconds)} s, {after}, at {number(silence.began)} s"


def _deliveries(call: SimCall) -> Iterator[str]:
    for delivery in call.deliveries:
        if delivery.acknowledged_at is None and not delivery.dropped:
            yield f"the bot did not acknowledge {delivery.event_type} ({delivery.problem})"


def message_left(call: SimCall) -> bool:
    """Return whether the caller spoke to nobody while being recorded, and the bot wrote where that can be heard."""
    told = wire.encode([list(comment.attachments) for comment in call.comments if comment.type != CLOSING]).decode()
    return any(recording.recording_id in told and _spoke_alone(call, recording) for recording in _recordings(call))


def _spoke_alone(call: SimCall, recording: Recording) -> bool:
    caller = call.place.originator.contact_id
    present: set[str] = set()
    for moment in call.outlet.moments.all():
        if moment.cue is Cue.JOINS:
            present.add(moment.subject)
        elif moment.cue is Cue.LEAVES:
            present.discard(moment.subject)
        elif moment.cue is Cue.SPEAKS and moment.subject == caller and not present:
            ended = moment.at if recording.ended_at is None else recording.ended_at
            if recording.started_at <= moment.at <= ended:
                return True
    return False


def _recordings(call: SimCall) -> Sequence[Recording]:
    return call.player.media.recordings
