"""``replay``: dead letters, looked at and put back."""

from __future__ import annotations

import argparse

from bot.cli.common import Subparsers, add_command, complain, journal_beside, local_time, masker_for
from bot.journal import DeadLetter
from bot.masking import Masker


def add_to(commands: Subparsers) -> None:
    """Add the command."""
    parser = add_command(
        commands, "replay", "List the dead letters, show one, or give them to their handlers again.", run
    )
    parser.add_argument("letters", nargs="*", type=int, help="numbers of dead letters to replay")
    parser.add_argument("--all", action="store_true", help="replay all (the newest 10,000 at once)")
    parser.add_argument("--show", type=int, metavar="N", help="show a dead letter with its traceback")


async def run(options: argparse.Namespace) -> int:
    """List, show or replay; a bot that is running takes up what is replayed within seconds."""
    masker = masker_for(options.settings)
    async with journal_beside(options.settings) as journal:
        letters = await journal.dead_letters(10_000)
        if options.show is not None:
            return _show([letter for letter in letters if letter.letter_id == options.show], options.show, masker)
        chosen = [letter.letter_id for letter in reversed(letters)] if options.all else options.letters
        if not chosen:
            for letter in letters:
                print(_line(letter, masker))
            if not letters:
                print("no dead letters")
            return 0
        failed = False
        for letter_id in chosen:
            try:
                seq = await journal.replay(letter_id)
            except LookupError:
                complain(f"{letter_id}: there is no such dead letter, or it was replayed already")
                failed = True
            else:
                print(f"{letter_id}: replayed as event {seq}")
        return 1 if failed else 0


def _line(letter: DeadLetter, masker: Masker) -> str:
    event = letter.stored.event
    failure = letter.failure
    return (
        f"{letter.letter_id:6}  {local_time(failure.failed_at)}  {event.event_type}  {failure.handler}  "
        f"{masker.text(failure.error)}  ({failure.attempts} attempts)  {event.lane}"
    )


def _show(letters: list[DeadLetter], number: int, masker: Masker) -> int:
    if not letters:
        complain(f"{number}: there is no such dead letter, or it was replayed already")
        return 1
    print(_line(letters[0], masker))
    print(masker.text(letters[0].failure.traceback.rstrip()))
    return 0
