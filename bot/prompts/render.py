"""Rendering: from the script to the files, making again only what changed.

A manifest beside the prompts remembers what each file was made from and what came
out. A file that is not what was made is somebody's recording, and is left alone.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from bot.errors import PromptError
from bot.prompts import pcm, tones
from bot.prompts.audio import MEDIA_TYPES, content_digest
from bot.prompts.manifest import Entry, Manifest, write_whole
from bot.prompts.script import Line, read_script
from bot.prompts.speech import SpeechEngine

_VERSION = 1  # raised when the same text and engine give another file
_TONE_ENGINE = f"tones {tones.VERSION}"
_GAP_SECONDS = 0.25  # between the text and the tone after it


class Action(StrEnum):
    """What rendering did with a file."""

    MADE = "made"
    """It was missing, or what it is made from has changed."""
    UNCHANGED = "unchanged"
    """It is what the script says."""
    KEPT = "kept"
    """It was not rendered, or was replaced since: somebody's recording, which is left alone."""
    ORPHAN = "orphan"
    """It was rendered, and the script does not name it any more; it is still there."""
    REMOVED = "removed"
    """An orphan that was deleted, as asked."""


@dataclass(frozen=True, slots=True)
class RenderedFile:
    """A file and what was done with it.

    Attributes:
        path: the file.
        action: what was done.
    """

    path: Path
    action: Action


@dataclass(frozen=True, slots=True)
class RenderReport:
    """What rendering did.

    Attributes:
        files: every file that the script or the manifest names, in the order of the script.
    """

    files: tuple[RenderedFile, ...]

    def paths(self, action: Action) -> tuple[Path, ...]:
        """Return the files with which one thing was done."""
        return tuple(file.path for file in self.files if file.action is action)


@dataclass(frozen=True, slots=True)
class _Job:
    """A file to be made: where, from what, by which engine, and how."""

    file: str
    recipe: str
    engine: str
    make: Callable[[], Sequence[float]]


def render(
    script: Path,
    target: Path,
    engine: SpeechEngine,
    *,
    prune: bool = False,
    force: bool = False,
) -> RenderReport:
    """Make the audio of a script: 16-bit mono PCM at 8 kHz, trimmed and of even loudness.

    Each file is written whole or not at all, and remembered at once, so that rendering may be interrupted.

    Args:
        script: the script, TOML.
        target: the folder of prompts; made if it is missing.
        engine: what speaks.
        prune: delete rendered files that the script does not name any more.
        force: make every file again, also those that somebody replaced by a wav file.

    Returns:
        What was done with each file.

    Raises:
        PromptError: the script or the manifest is wrong, the engine failed, or a file cannot be written.
    """
    wanted = read_script(script)
    jobs = [_line_job(line, engine) for line in wanted.lines] + [_tone_job(name) for name in wanted.tones]
    manifest = Manifest.read(target)
    done = [RenderedFile(target / job.file, _do(job, manifest, force=force)) for job in jobs]
    return RenderReport((*done, *_orphans(manifest, {job.file for job in jobs}, prune=prune)))


def _do(job: _Job, manifest: Manifest, *, force: bool) -> Action:
    path = manifest.folder / job.file
    if _recorded(path):
        return Action.KEPT
    present = path.exists()
    entry = manifest.entries.get(job.file)
    if present and not force:
        if entry is None or not manifest.holds(job.file):
            return Action.KEPT
        if (entry.recipe, entry.engine) == (job.recipe, job.engine):
            return Action.UNCHANGED
    content = pcm.to_wav(job.make())
    write_whole(path, content)
    manifest.note(job.file, Entry(job.recipe, job.engine, content_digest(content)))
    return Action.MADE


def _orphans(manifest: Manifest, wanted: set[str], *, prune: bool) -> Iterator[RenderedFile]:
    for file in sorted(manifest.entries.keys() - wanted):
        path = manifest.folder / file
        if not path.exists():
            manifest.forget(file)
        elif not manifest.holds(file):
            manifest.forget(file)
            yield RenderedFile(path, Action.KEPT)
        elif prune:
            manifest.delete(file)
            yield RenderedFile(path, Action.REMOVED)
        else:
            yield RenderedFile(path, Action.ORPHAN)


def _line_job(line: Line, engine: SpeechEngine) -> _Job:
    def make() -> list[float]:
        speech = engine.speak(line.text, voice=line.voice, speed=line.speed)
        spoken = pcm.level(pcm.trim(pcm.resample(speech.samples, speech.rate)))
        if not spoken:
            raise PromptError(f"{engine.identity} said nothing for {line.text!r}")
        return spoken if line.tone is None else [*spoken, *pcm.silence(_GAP_SECONDS), *tones.TONES[line.tone]()]

    return _Job(f"{line.language}/{line.name}.wav", line_recipe(line), engine.identity, make)


def line_recipe(line: Line) -> str:
    """Return what a spoken prompt is made from, the engine aside, as a digest."""
    tone = None if line.tone is None else [line.tone, tones.VERSION]
    return _digest(_VERSION, line.text, line.voice, line.speed, tone)


def _tone_job(name: str) -> _Job:
    return _Job(f"{name}.wav", _digest(_VERSION, name), _TONE_ENGINE, tones.TONES[name])


def _recorded(path: Path) -> bool:
    """Tell whether the prompt is there in another format, which was not rendered."""
    others = (other for other in path.parent.glob(f"{path.stem}.*") if other != path)
    return any(other.suffix.lower() in MEDIA_TYPES for other in others)


def _digest(*parts: object) -> str:
    return hashlib.sha256(json.dumps(parts, ensure_ascii=False).encode()).hexdigest()[:16]
