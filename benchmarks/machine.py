"""The machine: its cores, and the disk under the journal."""

from __future__ import annotations

import os
import platform
import resource
import sqlite3
import statistics
import tempfile
import time
from pathlib import Path
from typing import IO, Final

_IN_MEMORY: Final = frozenset({"tmpfs", "ramfs"})
_PROBES: Final = 200


def cores() -> tuple[int | None, int | None]:
    """Return a core for the contender and another one for the load; None twice where there is just one to choose."""
    usable = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []
    return (usable[0], usable[1]) if len(usable) > 1 else (None, None)


def pin(core: int | None) -> None:
    """Keep this process and those that it starts on one core; None leaves them alone."""
    if core is not None:
        os.sched_setaffinity(0, {core})


def file_system(folder: Path) -> str:
    """Return the type of the file system that holds a folder; empty where the system does not say."""
    try:
        mounts = [line.split()[1:3] for line in Path("/proc/mounts").read_text("utf-8").splitlines()]
    except OSError:
        return ""
    path = folder.resolve()
    holding = [(point, kind) for point, kind in mounts if path.is_relative_to(point)]
    return max(holding, key=lambda mount: len(mount[0]), default=("", ""))[1]


def in_memory(kind: str) -> bool:
    """Return whether a type of file system keeps nothing when the machine is switched off."""
    return kind in _IN_MEMORY


def commit_times(folder: Path) -> tuple[float, float]:
    """Return how many seconds the disk takes to make 4 KiB durable: the median, and the 99th percentile."""
    with tempfile.TemporaryFile(dir=folder) as file:
        taken = [_commit(file) for _ in range(_PROBES)]
    return statistics.median(taken), statistics.quantiles(taken, n=100)[98]


def longest_commit(folder: Path, seconds: float) -> float:
    """Return how many seconds the disk took at most to make 4 KiB durable, tried ten times a second for so long."""
    end = time.monotonic() + seconds
    longest = 0.0
    with tempfile.TemporaryFile(dir=folder) as file:
        while time.monotonic() < end:
            longest = max(longest, _commit(file))
            time.sleep(0.1)
    return longest


def _commit(file: IO[bytes]) -> float:
    file.write(bytes(4096))
    file.flush()
    began = time.perf_counter()
    os.fsync(file.fileno())
    return time.perf_counter() - began


def others_time() -> float:
    """Return the seconds of processor time that went to other processes than this one and those that it waited for.

    Only differences mean something. Time that the machine under a virtual one took away counts too. 0 where the
    system does not say.
    """
    try:
        fields = Path("/proc/stat").read_text("ascii").partition("\n")[0].split()[1:]
    except OSError:
        return 0.0
    user, nice, system, _, _, _, _, stolen = map(int, fields[:8])
    own = resource.getrusage(resource.RUSAGE_CHILDREN)
    return (user + nice + system + stolen) / os.sysconf("SC_CLK_TCK") - (
        time.process_time() + own.ru_utime + own.ru_stime
    )


def description() -> str:
    """Return the processor and the versions that matter, in one line."""
    model = platform.processor() or platform.machine()
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
        model = next(line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        pass
    return (
        f"{model}, {os.cpu_count()} cores; Python {platform.python_version()}, "
        f"SQLite {sqlite3.sqlite_version}, {platform.system()} {platform.release()}"
    )
