"""``calls``: what happened on the calls, read from the journal."""

from __future__ import annotations

import argparse

import orjson

from bot.cli.common import Subparsers, add_command, complain, journal_beside, local_time, masker_for
from bot.events import CallKey
from bot.journal import CallSummary, StoredEvent
from bot.masking import Masker


def add_to(commands: Subparsers) -> None:
    """Add the command."""
    parser = add_command(commands, "calls", "List the latest calls, or show one call's timeline.", run)
    parser.add_argument("key", nargs="?", help="a call's key, as the list shows it: TEAM/thread/ID")
    parser.add_argument("--limit", type=int, default=20, help="how many calls are listed (20)")


async def run(options: argparse.Namespace) -> int:
    """Print the list, or a timeline; also while the bot is running."""
    async with journal_beside(options.settings) as journal:
        if options.key is None:
            found = await journal.calls(options.limit)
            for call in found:
                print(_summary(call))
            if not found:
                print("no calls yet")
            return 0
        try:
            key = CallKey.parse(options.key)
        except ValueError as error:
            complain(str(error))
            return 2
        history = await journal.history(str(key))
        if not history:
            complain(f"the journal knows no call {key}; 'calls' without a key lists the latest")
            return 1
        masker = masker_for(options.settings)
        for stored in history:
            print(_event(stored, history[0].received_at, masker))
        return 0


def _summary(call: CallSummary) -> str:
    state = "ended" if call.ended else "open "
    dead = f", {call.dead} failed" if call.dead else ""
    lasted = f"{call.last_at - call.first_at:7.1f} s"
    return f"{local_time(call.first_at)}  {state}  {lasted}  {call.events:3} events{dead}  {call.key}"


def _event(stored: StoredEvent, began: float, masker: Masker) -> str:
    known = {"event_type", "team_id", "thread_id", "stream_id"}
    fields = {name: value for name, value in stored.event.fields.items() if name not in known}
    shown = orjson.dumps(masker.value("", fields), default=str).decode()
    outcome = stored.outcome or "waiting"
    return f"{stored.received_at - began:9.3f} s  {stored.event.event_type:<26} {outcome:<9}  {shown}"
