"""What the command line does with prompts, as functions that print nothing."""

from __future__ import annotations

from pathlib import Path

from bot.errors import PromptError
from bot.prompts.library import PromptLibrary
from bot.prompts.render import Action, RenderReport, render
from bot.prompts.speech import EspeakEngine, SpeechEngine

SCRIPT_NAME = "prompts.toml"
"""The script's file name in a folder of prompts."""


def render_folder(
    folder: Path,
    engine: SpeechEngine | None = None,
    *,
    prune: bool = False,
    force: bool = False,
) -> RenderReport:
    """Render the script of a folder of prompts into that folder; as `render`.

    Args:
        folder: the folder, with a ``prompts.toml`` in it.
        engine: what speaks; None takes eSpeak NG, which the extra ``speech`` brings.
        prune: delete rendered files that the script does not name any more.
        force: make every file again.

    Raises:
        PromptError: as `render`; there is no script; or the extra is not installed.
    """
    script = folder / SCRIPT_NAME
    if not script.is_file():
        raise PromptError(f"{script}: there is no such script of prompts")
    return render(script, folder, engine or EspeakEngine(), prune=prune, force=force)


def list_lines(library: PromptLibrary) -> list[str]:
    """Return a table of all prompts: name, language, duration, size, file; a heading first and the sum last."""
    rows = [("NAME", "LANGUAGE", "SECONDS", "KB", "FILE")]
    rows += [
        (prompt.name, prompt.language or "-", f"{prompt.duration:.1f}", f"{prompt.size / 1000:.0f}", str(prompt.path))
        for prompt in library
    ]
    name, language, seconds, size = (max(len(row[column]) for row in rows) for column in range(4))
    lines = [f"{a:{name}}  {b:{language}}  {c:>{seconds}}  {d:>{size}}  {e}" for a, b, c, d, e in rows]
    total = sum(prompt.size for prompt in library)
    return [*lines, f"{len(library)} files, {len(library.names())} prompts, {total / 1_000_000:.1f} MB"]


def report_lines(report: RenderReport) -> list[str]:
    """Return what rendering did: a line for each file that is not unchanged, and the sum last."""
    lines = [f"{file.action:8} {file.path}" for file in report.files if file.action is not Action.UNCHANGED]
    counts = ((len(report.paths(action)), action) for action in Action)
    return [*lines, ", ".join(f"{count} {action}" for count, action in counts if count) or "nothing to render"]
