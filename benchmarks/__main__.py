"""``python -m benchmarks``: measure the bot beside bare aiohttp, and print a table."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Final, TypeVar

from benchmarks import acknowledged, flows, latency, machine, open_calls, whole, wrk
from benchmarks.bench import Bench, tell
from benchmarks.contender import BenchmarkError
from benchmarks.figures import Row, table
from benchmarks.platform import Platform

T = TypeVar("T")

_PARTS: Final[dict[str, Callable[[Bench], Awaitable[list[Row]]]]] = {
    "a": acknowledged.measure,
    "b": whole.measure,
    "c": latency.measure,
    "d": open_calls.measure,
    "e": flows.measure,
}


async def _measure(options: argparse.Namespace, folder: Path) -> tuple[list[Row], list[str]]:
    """Return the figures, and what is wrong with the parts that have none."""
    contender_core, load_core = machine.cores()
    machine.pin(load_core)
    rows: list[Row] = []
    failures: list[str] = []
    async with Platform() as platform:
        bench = Bench(
            platform=platform,
            folder=folder,
            core=contender_core,
            rounds=2 if options.quick else 4,
            seconds=1 if options.quick else 3,
        )
        for part, measure in _PARTS.items():
            if part in options.parts:
                tell(f"({part})")
                try:
                    # What one part wrote shall not be on its way to the disk during the next.
                    with tempfile.TemporaryDirectory(dir=folder) as own:
                        rows += await measure(replace(bench, folder=Path(own)))
                except BenchmarkError as error:
                    failures.append(f"({part}) no figures: {error}")
                    tell(failures[-1])
    return rows, failures


def _setting(folder: Path) -> list[str]:
    kind = machine.file_system(folder)
    if machine.in_memory(kind):
        raise BenchmarkError(f"{folder} is in memory ({kind}), where nothing is durable; name a disk with --journals")
    usual, rare = (seconds * 1000 for seconds in machine.commit_times(folder))
    core, _ = machine.cores()
    return [
        machine.description(),
        "contenders on one core, load and platform on another" if core is not None else "one core for all: no ratios!",
        f"journals on {kind or 'an unknown file system'}, 4 KiB durable in {usual:.2f} ms (p99 {rare:.2f} ms)",
        "load for (a) from wrk" if wrk.installed() else "load for (a) from Python, since wrk is not installed",
    ]


def _remarks(rows: Sequence[Row]) -> list[str]:
    if all(row.calm for row in rows):
        return []
    return ["", "? the machine was busy with other processes; measure again when it has nothing else to do"]


def _parse(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("parts", nargs="*", default=list(_PARTS), help="parts to measure: a b c d e; all by default")
    parser.add_argument("--quick", action="store_true", help="less of everything, in about a minute")
    parser.add_argument("--check", action="store_true", help="end with status 1 if a target is missed")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures to a file, too")
    parser.add_argument("--journals", type=Path, default=Path("var"), metavar="FOLDER", help="a folder on a real disk")
    options = parser.parse_args(arguments)
    unknown = set(options.parts) - set(_PARTS)
    if unknown:
        parser.error(f"there is no part {', '.join(sorted(unknown))}; choose from {', '.join(_PARTS)}")
    return options


def main(arguments: Sequence[str]) -> int:
    """Measure what the command line asks for.

    Returns:
        0; 1 if a target is missed and that was asked for; 2 if something could not be measured.
    """
    options = _parse(arguments)
    began = time.monotonic()
    options.journals.mkdir(parents=True, exist_ok=True)
    try:
        with tempfile.TemporaryDirectory(prefix="benchmark-", dir=options.journals) as folder:
            setting = _setting(Path(folder))
            tell("\n".join(setting))
            rows, failures = _run(_measure(options, Path(folder)))
    except BenchmarkError as error:
        tell(f"no figures: {error}")
        return 2
    sys.stdout.write(
        "\n".join(
            ["", *setting, "", table(rows), *failures, *_remarks(rows), "", f"{time.monotonic() - began:.0f} s", ""]
        )
    )
    if options.json is not None:
        figures = [{**asdict(row), "target": row.target, "met": row.met} for row in rows]
        options.json.write_bytes(json.dumps({"setting": setting, "rows": figures}, indent=2).encode())
    if failures:
        return 2
    return int(options.check and any(row.met is False and row.calm for row in rows))


def _run(measuring: Awaitable[T]) -> T:
    async def run() -> T:
        return await measuring

    try:
        import uvloop  # noqa: PLC0415 - optional
    except ImportError:
        return asyncio.run(run())
    return uvloop.run(run())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
