from __future__ import annotations

import asyncio
from pathlib import Path

from tests.cli.bench import Bench
from tests.prompts.sounds import put, wav

SCRIPT = b'tones = ["beep"]\n[prompts.hello]\nen = "Hello"\n'


def folder_of(bench: Bench) -> Path:
    return bench.folder / "handlers" / "prompts"


async def test_prompts_are_listed(bench: Bench) -> None:
    put(folder_of(bench) / "en/welcome.wav", wav(1.25))
    put(folder_of(bench) / "beep.wav", wav(0.5))
    result = await bench.run("prompts", "list")
    assert (result.status, [line.split()[:3] for line in result.out.splitlines()]) == (
        0,
        [["NAME", "LANGUAGE", "SECONDS"], ["beep", "-", "0.5"], ["welcome", "en", "1.2"], ["2", "files,", "2"]],
    )


async def test_a_broken_prompt_is_named(bench: Bench) -> None:
    put(folder_of(bench) / "welcome.wav", b"nothing that sounds")
    result = await bench.run("prompts", "list")
    assert (result.status, result.out) == (2, "")
    assert "welcome.wav" in result.err


async def test_only_what_changed_is_rendered_again(bench: Bench) -> None:
    put(folder_of(bench) / "prompts.toml", SCRIPT)
    runs = [await bench.run("prompts", "render", *more) for more in ((), (), ("--force",))]
    assert [(run.status, run.out.splitlines()[-1]) for run in runs] == [
        (0, "2 made"),
        (0, "2 unchanged"),
        (0, "2 made"),
    ]
    assert (folder_of(bench) / "en" / "hello.wav").is_file()
    put(folder_of(bench) / "prompts.toml", SCRIPT.replace(b'tones = ["beep"]\n', b""))
    assert (await bench.run("prompts", "render")).out.splitlines()[-1] == "1 unchanged, 1 orphan"
    assert (folder_of(bench) / "beep.wav").is_file()
    assert (await bench.run("prompts", "render", "--prune")).out.splitlines()[-1] == "1 unchanged, 1 removed"
    assert not (folder_of(bench) / "beep.wav").exists()


async def test_what_cannot_be_rendered(bench: Bench) -> None:
    nothing, unsaid = await asyncio.gather(bench.run("prompts", "render"), bench.run("prompts"))
    assert (nothing.status, nothing.out) == (1, "")
    assert nothing.err.startswith("there is no prompts.toml in a folder called prompts beside the handlers")
    assert unsaid.status == 2
    put(folder_of(bench) / "prompts.toml", b"nonsense = true\n")
    wrong = await bench.run("prompts", "render")
    assert (wrong.status, wrong.out) == (2, "")
    assert "prompts.toml" in wrong.err
