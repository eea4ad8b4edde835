"""wrk, an HTTP load generator in C, where it is installed."""

from __future__ import annotations

import asyncio
import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from benchmarks.contender import BenchmarkError
from benchmarks.events import TEAMS, Format

_SCRIPT: Final = Path(__file__).with_name("wrk.lua")
_MARK: Final = b"\nJSON "


@dataclass(frozen=True, slots=True)
class WrkRun:
    """What wrk says of a run.

    Attributes:
        requests: answers received.
        refused: of those, with a status other than 200.
        broken: connections that failed or took too long.
        seconds: how long it sent.
        p99: 99th percentile of the seconds from request to answer.
    """

    requests: int
    refused: int
    broken: int
    seconds: float
    p99: float


def installed() -> str | None:
    """Return the path of wrk, or None."""
    return shutil.which("wrk")


async def post(webhook: str, form: Format, *, calls: int, first: int, seconds: int, connections: int = 64) -> WrkRun:
    """Post events as fast as they are answered, over connections that stay open.

    Args:
        webhook: where to.
        form: the events.
        calls: how many calls they go round; 0 makes each event one of a new call.
        first: number of the first event.
        seconds: for how long, at least 1.
        connections: how many, each with one request under way.

    Raises:
        BenchmarkError: wrk fails.
    """
    process = await asyncio.create_subprocess_exec(
        "wrk",
        f"--connections={connections}",
        "--threads=1",
        f"--duration={seconds}s",
        f"--script={_SCRIPT}",
        webhook,
        "--",
        form.value,
        str(TEAMS),
        str(calls),
        str(first),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    output, _ = await process.communicate()
    _, found, result = output.partition(_MARK)
    if process.returncode or not found:
        raise BenchmarkError(f"wrk failed: {output.decode('utf-8', 'replace').strip()}")
    return WrkRun(**json.loads(result))
