"""A call of the journal as a scenario: what people did is told relative to what they heard."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Final

from bot.api import spec
from bot.cli.export.marks import CLOSE, Mark
from bot.cli.export.story import Ring, Story
from bot.events import MemberDtmf
from bot.journal import StoredEvent, StoredFlow
from bot.simulator import (
    NOBODY,
    Caller,
    Contact,
    Cue,
    Expectations,
    HangUp,
    Press,
    Reaction,
    Reacts,
    Scenario,
    ScriptedCall,
    Step,
    Talk,
    Until,
    Wait,
)
from bot.simulator.moments import OWN_CUES
from bot.simulator.people import RING_SECONDS

MADE_UP_PHONE: Final = "+74950000099"
"""Stands for the caller's number."""

_ROOM: Final = 30.0
"""Seconds that a call may take longer than the one it was made from."""

_TOGETHER: Final = 0.25
"""Seconds within which one thing is taken to come of another, such as the end of a ringing tone of an answer."""

_CAUSES: Final = (Cue.JOINS, Cue.HELD, Cue.UNHELD, Cue.RINGS, Cue.BEGINS, Cue.LEAVES, Cue.MISSES, Cue.ENDS)
"""What people act upon, causes before what comes of them."""

_SOMEBODY: Final = "agent-on-duty"
"""Is on duty where somebody was, and nobody was rung."""


def scenario_of(history: Sequence[StoredEvent], flows: Sequence[StoredFlow], *, numbers: bool = False) -> Scenario:
    """Return a call as a scenario that expects what happened.

    Args:
        history: the events of its lane.
        flows: of its lane, with their steps.
        numbers: whether to keep the caller's number rather than one that is made up.

    Raises:
        ValueError: the beginning of the call is not among the events.
    """
    story = Story(history, flows)
    steps = list(_caller_steps(story))
    phone = story.caller_phone if numbers else None
    duty = story.on_duty()
    agents = [_agent(story, who) for who in duty]
    if not agents and not story.was_closed() and any(step.name == "rota is open" for step in story.steps):
        agents, duty = [_never(_SOMEBODY)], [_SOMEBODY]
    began = story.created.received_at
    return Scenario(
        title=f"A call of {datetime.fromtimestamp(began, UTC):%d %B %Y, %H:%M} UTC",
        start=datetime.fromtimestamp(math.floor(began), UTC),
        agents=agents,
        on_duty=[] if story.was_closed() else duty,
        calls=[ScriptedCall(caller=Caller(phone=phone or MADE_UP_PHONE, steps=steps), expect=_expect(story, steps))],
    )


def _caller_steps(story: Story) -> Iterator[Step]:
    left = story.caller_left
    doings = list(story.keys(story.caller_id, story.created, left))
    if left is not None and not story.bot.caused_the_end(left):
        doings.append(left)
    yield from _steps(story, doings, story.created, story.caller_id)


def _steps(story: Story, doings: Sequence[StoredEvent], since: StoredEvent, who: str) -> Iterator[Step]:
    """Yield what somebody did, each thing relative to what came last before it."""
    last = since.received_at
    noticed = sum(mark.precedes(since) or mark.is_made_by(since) for mark in story.marks)
    for doing in doings:
        index = _occasion(story, doing, noticed, who)
        if index is not None:
            mark = story.marks[index]
            like = sum(_like(one, mark) for one in story.marks[noticed : index + 1])
            yield Until(mark.cue, None if mark.cue in OWN_CUES else mark.subject, like)
            noticed, last = index + 1, mark.at
        pause = round(doing.received_at - last, 3)
        if pause >= CLOSE:
            yield Talk(pause) if _speaks(story, last, doing) else Wait(pause)
        yield Press(doing.event.dtmf_number or "0") if isinstance(doing.event, MemberDtmf) else HangUp()
        last = doing.received_at


def _occasion(story: Story, doing: StoredEvent, noticed: int, who: str) -> int | None:
    """Return the index of what somebody did something upon: what came last, or the cause of it."""
    before = [
        index
        for index, mark in enumerate(story.marks)
        if index >= noticed and _counts(mark, who) and mark.precedes(doing)
    ]
    if not before:
        return None
    latest = story.marks[before[-1]].at
    together = [index for index in before if story.marks[index].at >= latest - _TOGETHER]
    return min(together, key=lambda index: (_CAUSES.index(story.marks[index].cue), -index))


def _counts(mark: Mark, who: str) -> bool:
    """Return whether somebody can wait for something: nobody waits for what they do themselves."""
    return bool(mark.subject) and ((mark.cue in OWN_CUES) == (mark.subject == who))


def _like(one: Mark, other: Mark) -> bool:
    return one.cue is other.cue and one.subject == other.subject


def _speaks(story: Story, since: float, doing: StoredEvent) -> bool:
    """Return whether somebody is likely to have spoken before they did something: to company, or to a voicemail."""
    company = 0
    for mark in story.marks:
        if mark.at <= since + CLOSE:
            company += {Cue.JOINS: 1, Cue.LEAVES: -1}.get(mark.cue, 0)
    return company > 0 or _leaves_message(story, doing)


def _leaves_message(story: Story, doing: StoredEvent) -> bool:
    """Return whether something ends a message: a flow waited for that, or was recording and did nothing else."""
    at = doing.received_at
    if any(step.name == "wait for message" and step.began_at <= at <= step.at + CLOSE for step in story.steps):
        return True
    before = [step.name for step in story.steps if step.at < at - CLOSE]
    return before[-2:] == ["sleep", spec.RECORDING_START.path]


def _agent(story: Story, who: str) -> Contact:
    rings = [ring for ring in story.rings() if ring.contact_id == who]
    if not rings:
        return _never(who)
    answered = next((ring for ring in rings if ring.answered), None)
    steps = (
        []
        if answered is None or answered.ended is None
        else list(_steps(story, list(story.keys(who, answered.ended, answered.left)), answered.ended, who))
    )
    reactions = [_reaction(story, ring) for ring in rings]
    longest = max((one.after for one in reactions), default=0.0)
    return Contact(
        contact_id=who,
        name=who,
        when_rung=_short(reactions),
        ring_timeout=RING_SECONDS if longest < RING_SECONDS else math.ceil(longest) + 1.0,
        steps=steps,
    )


def _never(who: str) -> Contact:
    return Contact(contact_id=who, name=who, when_rung=[Reaction(Reacts.IGNORES)])


def _reaction(story: Story, ring: Ring) -> Reaction:
    if ring.ended is None:
        return Reaction(Reacts.IGNORES)
    after = round(ring.ended.received_at - ring.invited.received_at, 3)
    if ring.answered:
        left = ring.left
        if left is None or story.by_the_end(left) or story.bot.caused(left):
            return Reaction(Reacts.ANSWERS, after)
        return Reaction(Reacts.ANSWERS, after, round(left.received_at - ring.ended.received_at, 3))
    if story.by_the_end(ring.ended) or story.bot.caused(ring.ended) or abs(after - RING_SECONDS) < 1.0:
        return Reaction(Reacts.IGNORES)
    return Reaction(Reacts.DECLINES, after)


def _short(reactions: Sequence[Reaction]) -> Sequence[Reaction]:
    """Return reactions without those at the end that repeat the one before."""
    kept = list(reactions)
    while len(kept) > 1 and kept[-1] == kept[-2]:
        kept.pop()
    return kept


def _expect(story: Story, steps: Sequence[Step]) -> Expectations:
    rings = story.rings()
    joined = [ring.contact_id for ring in rings if ring.answered]
    ended = story.ended
    left = story.caller_left
    hung_up = bool(steps) and isinstance(steps[-1], HangUp)
    return Expectations(
        hears=[mark.subject for mark in story.marks if mark.cue is Cue.BEGINS],
        recorded=any(step.name == spec.RECORDING_START.path for step in story.steps),
        connected_to=joined[-1] if joined else NOBODY if rings else None,
        message_left=True if _left_message(story) else None,
        ended_by=None if ended is None or left is None else "caller" if hung_up else "bot",
        ends_within=float(math.ceil((ended or story.events[-1]).received_at - story.created.received_at + _ROOM)),
    )


def _left_message(story: Story) -> bool:
    left = story.caller_left
    doings = [*story.keys(story.caller_id, story.created, left), *([] if left is None else [left])]
    told = any(step.name == spec.RECORDING_STOP.path for step in story.steps)
    return told and any(_leaves_message(story, doing) for doing in doings if not story.bot.caused_the_end(doing))
