"""``simulate --scenario``: plays files with the installed handlers and shows what came of it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from bot.cli.common import complain, masker_for, set_up_logging
from bot.cli.rehearsal import Watch, own_world, rehearse, rehearse_in_real_time
from bot.dispatch import load_handlers
from bot.events import CallKey
from bot.settings import Settings
from bot.simulator import Record, Scenario, format_line, load_scenario


async def play_files(paths: Sequence[Path], settings: Settings, *, real_time: bool) -> int:
    """Play scenarios one after another and show their timelines.

    Args:
        paths: their files.
        settings: of the bot.
        real_time: whether time passes as on the wall, rather than as fast as the bot can work.

    Returns:
        0 if all went as expected, else 1.

    Raises:
        ScenarioError: a file is wrong; nothing was played.
    """
    scenarios = [load_scenario(path) for path in paths]
    handlers = load_handlers(settings.handlers)
    set_up_logging(own_world(settings, Path()), masker_for(settings))
    play = rehearse_in_real_time if real_time else rehearse
    failed = 0
    for path, scenario in zip(paths, scenarios, strict=True):
        print(f"{path}: {scenario.title}" if scenario.title else f"{path}", flush=True)
        rehearsal = await play(scenario, handlers, settings, watch=_watch(scenario))
        for problem in rehearsal.problems:
            complain(f"{path}: not as expected: {problem}")
        if not rehearsal.problems:
            print("  as expected", flush=True)
        failed += bool(rehearsal.problems)
    if len(paths) > 1:
        print(f"{len(paths) - failed} of {len(paths)} scenarios went as expected.")
    return 1 if failed else 0


def _watch(scenario: Scenario) -> Watch:
    """Return what prints the records of a scenario; of several calls each line begins with the call's number."""
    numbers: dict[CallKey | None, int] = {None: 0}

    def show(record: Record) -> None:
        number = numbers.setdefault(record.call, len(numbers))
        which = f"{number or '':>3} " if len(scenario.calls) > 1 else ""
        print(f"{which}{format_line(record)}", flush=True)

    return show
