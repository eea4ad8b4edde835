"""``calls``: what happened on the calls, read from the journal."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Final

from bot.cli.common import Subparsers, add_command, complain, journal_beside, local_time, masker_for
from bot.cli.export import scenario_of
from bot.cli.timeline import timeline
from bot.events import CallKey
from bot.journal import CallSummary, StoredFlow
from bot.journal.sqlite import SqliteJournal
from bot.masking import Masker
from bot.simulator import dump_scenario

_LETTERS: Final = 10_000
"""Dead letters among which those of a call are looked for, from the newest."""

_ABOUT: Final = """\
Written by `calls export`. What is expected is what happened: change it to what should have happened, and play it by
`simulate --scenario`. The keys are those that were pressed: a PIN is in them.
"""


def add_to(commands: Subparsers) -> None:
    """Add the command."""
    text = "List the latest calls, show one call's timeline, or write it as a scenario for `simulate --scenario`."
    parser = add_command(commands, "calls", text, run)
    parser.usage = "%(prog)s [-h] [--limit LIMIT] | KEY [--traceback] | export KEY [--output FILE] [--numbers]"
    parser.add_argument("words", nargs="*", metavar="KEY", help="a call's key, as the list shows it: TEAM/thread/ID")
    parser.add_argument("--limit", type=int, default=20, help="how many calls are listed (20)")
    parser.add_argument("--traceback", action="store_true", help="show where a flow or a handler failed")
    parser.add_argument("--output", type=Path, metavar="FILE", help="where to write the scenario (standard output)")
    parser.add_argument("--numbers", action="store_true", help="write the caller's number, not one that is made up")


async def run(options: argparse.Namespace) -> int:
    """Print the list or a timeline, or write a scenario; also while the bot is running."""
    words = options.words
    exports = words[:1] == ["export"]
    if words and len(words) != 1 + exports:
        complain("name one call: calls KEY, or calls export KEY")
        return 2
    async with journal_beside(options.settings) as journal:
        if not words:
            return await _list(journal, options.limit)
        try:
            key = CallKey.parse(words[-1])
        except ValueError as error:
            complain(str(error))
            return 2
        if exports:
            return await _export(journal, str(key), options.output, numbers=options.numbers)
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


async def _export(journal: SqliteJournal, lane: str, output: Path | None, *, numbers: bool) -> int:
    """Write a call as a scenario."""
    try:
        scenario = scenario_of(await journal.history(lane), await journal.flows.flows_of(lane), numbers=numbers)
    except ValueError as error:
        complain(f"{error}: {lane}; 'calls' without a key lists the latest")
        return 1
    return _write(dump_scenario(scenario, comment=_ABOUT), output)


def _write(text: str, output: Path | None) -> int:
    if output is None:
        print(text, end="")
        return 0
    try:
        output.write_text(text, encoding="utf-8")
    except OSError as error:
        complain(f"cannot write {output}: {error.strerror}")
        return 1
    return 0


def _summary(call: CallSummary, flow: StoredFlow | None) -> str:
    state = "ended" if call.ended else "open "
    dead = f", {call.dead} failed" if call.dead else ""
    lasted = f"{call.last_at - call.first_at:7.1f} s"
    who = f"  {flow.start.name} {flow.end.state if flow.end else 'running'}" if flow else ""
    return f"{local_time(call.first_at)}  {state}  {lasted}  {call.events:3} events{dead}  {call.key}{who}"
