"""``simulate --fuzz``, as a process."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from tests.support.command import finished

SILENT = """
import asyncio
from pathlib import Path

from bot import Call, Router

router = Router()

@router.call(incoming=True)
async def silent(call: Call) -> None:
    Path("loop").write_text(type(asyncio.get_running_loop()).__module__)
    await call.sleep(60)
    await call.hang_up()
"""


async def test_what_is_found_is_written_down_and_can_be_played(tmp_path: Path) -> None:
    (tmp_path / "silent.py").write_text(SILENT, encoding="utf-8")
    found, good = await asyncio.gather(
        finished(
            tmp_path,
            *("simulate", "--fuzz", "4", "--seed", "1", "--limit", "20", "--no-faults", "--save", "found"),
            name="found",
            BOT_HANDLERS="silent",
            seconds=60.0,
        ),
        finished(tmp_path, "simulate", "--fuzz", "4", "--seed", "1", "--no-faults", name="good", seconds=60.0),
    )
    assert good.status == 0, good.text
    assert good.out.startswith("seed 1: 4 calls in 1 scenarios\n")
    assert good.out.endswith("  found                  nothing\n")
    assert good.err == "4 of 4 calls, 0 findings (seed 1/1)\n"

    assert found.status == 1, found.text
    (path,) = (tmp_path / "found").iterdir()
    assert "1. silence: the caller heard nothing for " in found.out
    assert f"see it again: python -m bot simulate --scenario {Path('found') / path.name}\n" in found.out
    assert path.read_text(encoding="utf-8").startswith("# Found by the fuzzer with seed 1/1.\n# the caller heard")
    played = await finished(tmp_path, "simulate", "--scenario", str(path), name="played", BOT_HANDLERS="silent")
    assert played.status == 1
    assert "not as expected: the caller heard nothing for " in played.err
    loop = (tmp_path / "loop").read_text(encoding="utf-8")
    assert loop.startswith("asyncio."), "any other hides whether it has something to do"


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--fuzz", "0"), "'0' is no number of calls; write a whole number from 1"),
        (("--fuzz", "many"), "'many' is no number of calls; "),
        (("--fuzz", "1", "--limit", "-1"), "'-1' is no number of seconds from 0, to a day at most"),
        (("--fuzz", "1", "--scenario", "x"), "not allowed with argument"),
        (("--fuzz", "1", "--save", "/dev/null/x"), "the folder /dev/null/x cannot be made: Not a directory"),
    ],
)
async def test_wrong_arguments_are_told(tmp_path: Path, arguments: tuple[str, ...], says: str) -> None:
    result = await finished(tmp_path, "simulate", *arguments)
    assert result.status == 2
    assert says in result.err
