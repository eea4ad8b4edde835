"""The measured process: one contender on one core, which its parent asks how it is.

``python -m benchmarks.server JSON`` with the fields of `Job`. It prints one line
of JSON when it listens, and one more for each line that it reads; it ends with
its input.
"""

from __future__ import annotations

import asyncio
import gc
import json
import os
import resource
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final, Literal, TypeAlias

from aiohttp import web

from benchmarks import handlers
from benchmarks.bare import Bare
from benchmarks.machine import pin
from benchmarks.platform import BOT_ID, SECRET_KEY
from bot.app import Bot
from bot.config import resolve
from bot.dispatch import Handlers
from bot.log import configure_logging
from bot.masking import Masker
from bot.metrics import Metrics
from bot.settings import Settings

Kind: TypeAlias = Literal["bare", "bot", "flows"]

_SECRET: Final = "benchmark"  # noqa: S105 - made up
_LOOK_EVERY: Final = 0.002
"""Seconds between two looks at whether all is handled: how exactly that moment is known."""


@dataclass(frozen=True, slots=True)
class Job:
    """What to run.

    Attributes:
        kind: which contender.
        core: the core to run on; None leaves it to the system.
        api_url: where the platform's API is.
        posts: whether each event leads to an API request.
        journal: the journal's file.
    """

    kind: Kind
    core: int | None
    api_url: str
    posts: bool
    journal: str


@dataclass(frozen=True, slots=True)
class State:
    """How the process is.

    Attributes:
        received: events received so far.
        handled: events handled so far.
        at: the monotonic clock when nothing was left to handle, to 2 ms.
        cpu: seconds of processor time so far, of all threads.
        memory: bytes of memory in use now.
    """

    received: int
    handled: int
    at: float
    cpu: float
    memory: int


@dataclass(frozen=True, slots=True)
class _Contender:
    url: str
    count: Callable[[], tuple[int, int]]


@asynccontextmanager
async def _bare(job: Job) -> AsyncIterator[_Contender]:
    bare = Bare(job.api_url if job.posts else None)
    runner = web.AppRunner(bare.app(), access_log=None, handle_signals=False)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0, backlog=1024).start()
    host, port = runner.addresses[0][:2]
    try:
        yield _Contender(f"http://{host}:{port}", lambda: (bare.events, bare.events))
    finally:
        await runner.cleanup()


@asynccontextmanager
async def _bot(job: Job) -> AsyncIterator[_Contender]:
    settings = Settings(
        _env_file=None,
        id=BOT_ID,
        secret_key=SECRET_KEY,
        api_url=job.api_url,
        webhook_secret=_SECRET,
        port=0,
        journal=f"sqlite:///{job.journal}",
    )
    configure_logging(level="warning", form="json", masker=Masker())
    async with Bot(resolve(settings), _handlers(job)) as bot:
        yield _Contender(bot.url, lambda: (_total(bot.metrics, "received"), _total(bot.metrics, "settled")))


def _handlers(job: Job) -> Handlers:
    if job.kind == "flows":
        return handlers.flowing()
    return handlers.playing() if job.posts else handlers.idle()


def _total(metrics: Metrics, what: str) -> int:
    counter = metrics.events_received if what == "received" else metrics.events_settled
    samples = [sample for family in counter.collect() for sample in family.samples]
    return int(sum(sample.value for sample in samples if sample.name.endswith("_total")))


async def _serve(job: Job) -> None:
    async with AsyncExitStack() as stack:
        contender = await stack.enter_async_context(_bare(job) if job.kind == "bare" else _bot(job))
        lines = asyncio.StreamReader()
        await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
        gc.collect()
        gc.freeze()
        _tell({"webhook": f"{contender.url}/webhook/{_SECRET}"})
        while await lines.readline():
            _tell(asdict(await _settled(contender)))


async def _settled(contender: _Contender) -> State:
    while True:
        received, handled = contender.count()
        if handled >= received:
            break
        await asyncio.sleep(_LOOK_EVERY)
    return State(received, handled, time.monotonic(), time.process_time(), _memory())


def _memory() -> int:
    try:
        pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
    except OSError:  # no Linux: the most that it ever was
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    return pages * os.sysconf("SC_PAGE_SIZE")


def _tell(answer: object) -> None:
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()


def main() -> None:
    """Run the job that the command line names."""
    job = Job(**json.loads(sys.argv[1]))
    pin(job.core)
    try:
        import uvloop  # noqa: PLC0415 - optional, for every contender alike
    except ImportError:
        asyncio.run(_serve(job))
    else:
        uvloop.run(_serve(job))


if __name__ == "__main__":
    main()
