"""``simulate --fuzz``: lets random people and faults loose on the installed handlers."""

from __future__ import annotations

from pathlib import Path

from bot.cli.common import complain, masker_for
from bot.dispatch import load_handlers
from bot.errors import SettingProblem, SettingsError
from bot.fuzz import Fuzzer, Orders, case_lines, file_name, report, scenario_text
from bot.log import configure_logging
from bot.settings import Settings


async def fuzz(orders: Orders, settings: Settings, save: Path | None) -> int:
    """Fuzz, and print what came of it; how it goes is told on standard error.

    Args:
        orders: what to do.
        settings: of the bot.
        save: the folder for the scenarios that show what was found; they are printed if None.

    Returns:
        0 if nothing was found, else 1.

    Raises:
        HandlerError: the handlers do not load.
        SettingsError: the folder cannot be made.
    """
    handlers = load_handlers(settings.handlers)
    if save is not None:
        _make(save)
    # What fails is reported in the end; until then a thousand calls with faults would fill the screen.
    configure_logging(level="critical", form=settings.log_format, masker=masker_for(settings))
    results = await Fuzzer(handlers, settings, orders, complain).run()
    for line in report(results):
        print(line)
    for number, case in enumerate(results.cases.values(), 1):
        path = None
        if save is not None:
            path = save / file_name(case)
            path.write_text(scenario_text(case), encoding="utf-8")
        for line in case_lines(number, case, path):
            print(line)
    return 0 if results.ok else 1


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        problem = f"the folder {folder} cannot be made: {error.strerror}"
        raise SettingsError(SettingProblem("--save", problem, "Name a folder that can be written to")) from error
