"""Handlers of the kill test: each handled event leaves one line in a file, whatever happens to the process next."""

from __future__ import annotations

import os
import zlib

from bot import Context, Event, Router

router = Router()


@router.on("*", fallback=False)
async def record(event: Event, ctx: Context) -> None:
    """Append the event's number and the process, in one write that a kill cannot tear."""
    number = str(event.raw["number"])
    if zlib.crc32(number.encode()) % 8 == 0:
        # Some take a moment, so that a kill finds acknowledged events unhandled.
        await ctx.sleep(0.02)
    line = f"{number} {os.getpid()}\n".encode()
    file = os.open(os.environ["RECORD_FILE"], os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        os.write(file, line)
    finally:
        os.close(file)
