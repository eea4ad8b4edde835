"""What became of the calls of the kill test: by the platform's books and the bot's journal."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from bot.clock import SystemClock
from bot.events import CallKey
from bot.journal.flows import FlowState
from bot.journal.sqlite import SqliteJournal
from bot.simulator import Record, SimCall
from tests.acceptance.aim import Aim, Kill
from tests.acceptance.callers import Script, heard


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What a run came to.

    Attributes:
        calls: how many calls there were.
        kills: when the bot died, and how many calls were under way.
        wrong: calls that ended otherwise than their scripts say, and how.
        rang_twice: invitations of somebody who was rung or in already.
        lost: events that were acknowledged and not handled.
        given_up: events that were never acknowledged.
        restarted: prompts that were played again.
        seconds: how long it took.
        stories: what happened in the calls that went wrong.
    """

    calls: int
    kills: Sequence[Kill]
    wrong: Sequence[str]
    rang_twice: int
    lost: int
    given_up: int
    restarted: int
    seconds: float
    stories: str

    @property
    def ok(self) -> bool:
        """Whether no caller noticed anything."""
        return not (self.wrong or self.rang_twice or self.lost or self.given_up)

    def __str__(self) -> str:
        under_way = [one.under_way for one in self.kills]
        lines = [
            f"calls                                             {self.calls}",
            f"kills                                             {len(self.kills)}",
            *(f"  {aim:<47} {sum(one.aim is aim for one in self.kills)}" for aim in Aim),
            f"calls under way at a kill                         {min(under_way)} to {max(under_way)}",
            f"calls that ended otherwise than scripted (0)      {len(self.wrong)}",
            f"invitations of somebody rung or in already (0)    {self.rang_twice}",
            f"events acknowledged and not handled (0)           {self.lost}",
            f"events never acknowledged (0)                     {self.given_up}",
            f"prompts restarted (allowed)                       {self.restarted}",
            f"duration                                          {self.seconds:.1f} s",
        ]
        return "\n".join([*lines, *self.wrong, self.stories]).rstrip()


async def judged(
    calls: Sequence[tuple[Script, SimCall]],
    journal: Path,
    records: Sequence[Record],
    *,
    kills: Sequence[Kill],
    endless: Collection[CallKey],
    seconds: float,
) -> Report:
    """Judge calls that are over.

    Args:
        calls: the calls and what should have come of them.
        journal: the bot's, which has ended.
        records: the platform's, of all calls.
        kills: when the bot died, and how many calls were under way.
        endless: calls that did not end by themselves.
        seconds: how long it took.
    """
    wrong: dict[CallKey, str] = {}
    lost = 0
    async with _opened(journal) as opened:
        for script, call in calls:
            problems = ["it did not end"] if call.key in endless else []
            problems += [*_problems(script, call), *await _flow_problems(opened, script, call)]
            if problems:
                wrong[call.key] = f"{call.thread_id} ({script.name}): {'; '.join(problems)}"
            lost += await _lost(opened, call)
    return Report(
        calls=len(calls),
        kills=kills,
        wrong=list(wrong.values()),
        rang_twice=sum(record.text == "rang twice" for record in records),
        lost=lost,
        given_up=sum(delivery.acknowledged_at is None for _, call in calls for delivery in call.deliveries),
        restarted=sum(_restarted(call) for _, call in calls),
        seconds=seconds,
        stories=_stories([record for record in records if record.call in wrong], limit=5),
    )


@asynccontextmanager
async def _opened(path: Path) -> AsyncIterator[SqliteJournal]:
    """Open a journal to look at."""
    journal = SqliteJournal(path, clock=SystemClock(), serving=False)
    await journal.open()
    try:
        yield journal
    finally:
        await journal.close()


def _problems(script: Script, call: SimCall) -> Sequence[str]:
    problems = []
    if list(call.connected) != list(script.connected):
        problems.append(f"{call.connected} answered, and not {script.connected}")
    if (rung := _rung(call)) != list(script.rung):
        problems.append(f"{rung} were rung, and not {script.rung}")
    if (prompts := [name for name, _ in groupby(_played(call))]) != list(script.heard):
        problems.append(f"the caller heard {prompts}, and not {script.heard}")
    if (recordings := len(call.player.media.recordings)) != 1:
        problems.append(f"recorded {recordings} times")
    texts = [text for comment in call.comments if (text := _text(comment.attachments)) is not None]
    messages = [text for text in texts if text.startswith("Voicemail")]
    said = [text for text in texts if text not in messages]
    if Counter(said) != Counter(script.said):
        problems.append(f"the bot wrote {said}, and not {script.said}")
    if len(messages) != script.message:
        problems.append(f"{len(messages)} messages, and not {int(script.message)}")
    problems.extend(f"a message without its recording: {text}" for text in messages if "http" not in text)
    return problems


def _rung(call: SimCall) -> Sequence[str]:
    """Return who was rung, by the platform's books, in order."""
    invitations = (one.event for one in call.deliveries if one.event_type == "Call.Member.invited")
    return [str(event["userId"]) for event in invitations]


def _played(call: SimCall) -> Sequence[str]:
    """Return what was played, prompt by prompt."""
    return [heard(playback.name) for playback in call.played]


def _text(parts: Sequence[object]) -> str | None:
    for part in parts:
        match part:
            case {"type": "text", "data": {"text": str(text)}}:
                return text
    return None


async def _flow_problems(journal: SqliteJournal, script: Script, call: SimCall) -> Sequence[str]:
    flows = await journal.flows.flows_of(str(call.key))
    states = [flow.end.state if flow.end else FlowState.RUNNING for flow in flows]
    # Who is connected is handed over to a second flow.
    if states == ([FlowState.PASSED, FlowState.ENDED] if script.connected else [FlowState.ENDED]):
        return []
    errors = "; ".join(flow.end.error or "" for flow in flows if flow.end)
    return [f"its flows are {', '.join(states) or 'missing'} ({errors})"]


async def _lost(journal: SqliteJournal, call: SimCall) -> int:
    history = await journal.history(str(call.key))
    handled = Counter(_identity(dict(stored.event.raw)) for stored in history if stored.outcome is not None)
    told = Counter(
        _identity(dict(delivery.event)) for delivery in call.deliveries if delivery.acknowledged_at is not None
    )
    return sum((told - handled).values())


def _identity(event: dict[str, object]) -> str:
    return repr(sorted(event.items(), key=lambda item: item[0]))


def _restarted(call: SimCall) -> int:
    return sum(times - 1 for times in Counter(_played(call)).values())


def _stories(records: Sequence[Record], limit: int) -> str:
    keys = list(dict.fromkeys(record.call for record in records))[:limit]
    lines = []
    for key in keys:
        lines.append(f"\n{key}")
        lines += [f"{one.elapsed:8.2f} {one.kind:<8} {one.who:<22} {one.text}" for one in records if one.call == key]
    return "\n".join(lines)
