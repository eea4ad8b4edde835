"""Making sound of what happened in a call: a recording, any part of one, or what is heard just now."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from operator import add
from typing import Final

from bot.simulator.clips import Clip
from bot.simulator.media import Media
from bot.simulator.pcm import LOUDEST, RATE, silence

_LOWEST: Final = -LOUDEST - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A clip that is heard in a mix. All numbers count samples.

    Attributes:
        clip: what is heard.
        starts: where the clip began, before the part itself perhaps; counted from the beginning of the mix.
        begins: where it begins to be heard.
        ends: where it ends to be heard.
        loop: whether the clip begins again at its end, rather than being followed by silence.
    """

    clip: Clip
    starts: int
    begins: int
    ends: int
    loop: bool


def parts_of(media: Media, begins_at: float, ends_at: float, *, origin: float) -> Sequence[Part]:
    """Return what is heard of a call between two times.

    Args:
        media: the call.
        begins_at: unix seconds.
        ends_at: unix seconds.
        origin: the time of sample 0, in unix seconds.
    """

    def part(clip: Clip, started_at: float, begins: float, ends: float, *, loop: bool) -> Part:
        first, last = (round((moment - origin) * RATE) for moment in (begins, ends))
        return Part(clip=clip, starts=round((started_at - origin) * RATE), begins=first, ends=last, loop=loop)

    parts = [
        part(utterance.clip, utterance.begins_at, begins, ends, loop=utterance.loop)
        for utterance, begins, ends in media.score.heard(begins_at, ends_at)
    ]
    for playback in media.played:
        begins = max(begins_at, playback.started_at)
        ends = ends_at if playback.ended_at is None else min(ends_at, playback.ended_at)
        if begins < ends:
            clip = playback.sound.clip
            parts.append(part(clip, playback.started_at, begins, ends, loop=playback.loop))
    return parts


def mix(parts: Sequence[Part], first: int, count: int) -> array[int]:
    """Return samples of a mix; may take long where a clip is decoded for it, and may run in any thread.

    Args:
        parts: what is heard.
        first: the first sample wanted.
        count: how many.
    """
    last = first + count
    overlapping = (part for part in parts if part.begins < last and part.ends > first)
    heard = [(part, samples) for part in overlapping if (samples := part.clip.samples())]
    edges = {first, last}
    for part, _ in heard:
        edges |= {max(first, part.begins), min(last, part.ends)}
    mixed = array("h")
    for begin, end in pairwise(sorted(edges)):
        tracks = [
            _taken(part, samples, begin, end) for part, samples in heard if part.begins <= begin and part.ends >= end
        ]
        mixed.extend(_sum(tracks, end - begin))
    return mixed


def _taken(part: Part, samples: array[int], begin: int, end: int) -> array[int]:
    """Return the samples of a part between two places."""
    wanted = end - begin
    at = begin - part.starts
    if not part.loop:
        taken = samples[at : at + wanted]
        return taken + silence(wanted - len(taken))
    at %= len(samples)
    taken = samples[at : at + wanted]
    missing = wanted - len(taken)
    if missing > 0:
        taken = taken + samples * (missing // len(samples)) + samples[: missing % len(samples)]
    return taken


def _sum(tracks: Sequence[array[int]], count: int) -> array[int]:
    """Return tracks of the same length on top of each other, cut off where they are too loud together."""
    if not tracks:
        return silence(count)
    mixed = tracks[0]
    for track in tracks[1:]:
        try:
            mixed = array("h", map(add, mixed, track))
        except OverflowError:
            sums = map(add, mixed, track)
            mixed = array("h", [max(_LOWEST, min(LOUDEST, value)) for value in sums])
    return mixed
