"""``calls``: what happened on the calls, read from the journal."""

from __future__ import annotations

import argparse
from typing import Final

from bot.cli.common import Subparsers, add_command, complain, journal_beside, local_time, masker_for
from bot.cli.timeline import timeline
from bot.events import CallKey
from bot.journal import CallSummary, StoredFlow
from bot.journal.sqlite import SqliteJournal
from bot.masking import Masker

_LETTERS: Final = 10_000
"""Dead letters among which those of a call are looked for, from the newest."""


def add_to(commands: Subparsers) -> None:
    """Add the command."""
    parser = add_command(commands, "calls", "List the latest calls, or show one call's timeline.", run)
    parser.add_argument("key", nargs="?", help="a call's key, as the list shows it: TEAM/thread/ID")
    parser.add_argument("--limit", type=int, default=20, help="how many calls are listed (20)")
    parser.add_argument("--traceback", action="store_true", help="show where a flow or a handler failed")


async def run(options: argparse.Namespace) -> int:
    """Print the list, or a timeline; also while the bot is running."""
    async with journal_beside(options.settings) as journal:
        if options.key is None:
            return await _list(journal, options.limit)
        try:
            key = CallKey.parse(options.key)
        except ValueError as error:
            complain(str(error))
            return 2
        return await _show(journal, str(key), masker_for(options.settings), tracebacks=options.traceback)


async def _list(journal: SqliteJournal, limit: int) -> int:
    found = await journal.calls(limit)
    for call in found:
        newest = await journal.flows.flows_of(call.key, 1)
        print(_summary(call, newest[0] if newest else None))
    if not found:
        print("no calls yet")
    return 0


async def _show(journal: SqliteJournal, lane: str, masker: Masker, *, tracebacks: bool) -> int:
    events = await journal.history(lane)
    if not events:
        complain(f"the journal knows no call {lane}; 'calls' without a key lists the latest")
        return 1
    flows = await journal.flows.flows_of(lane)
    letters = [letter for letter in await journal.dead_letters(_LETTERS) if letter.stored.event.lane == lane]
    for moment in timeline(events, flows, letters, masker):
        print(moment.line(events[0].received_at))
        if tracebacks and moment.traceback:
            print(moment.traceback)
    return 0


def _summary(call: CallSummary, flow: StoredFlow | None) -> str:
    state = "ended" if call.ended else "open "
    dead = f", {call.dead} failed" if call.dead else ""
    lasted = f"{call.last_at - call.first_at:7.1f} s"
    who = f"  {flow.start.name} {flow.end.state if flow.end else 'running'}" if flow else ""
    return f"{local_time(call.first_at)}  {state}  {lasted}  {call.events:3} events{dead}  {call.key}{who}"
