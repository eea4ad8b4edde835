"""Where the code stands that an event loop is running, read from another thread."""

from __future__ import annotations

import os
import sys
import sysconfig
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Final

_OWN: Final = str(Path(__file__).parent) + os.sep
_STANDARD: Final = tuple({sysconfig.get_path(name) + os.sep for name in ("stdlib", "platstdlib")})
_INSTALLED: Final = tuple(f"{os.sep}{name}{os.sep}" for name in ("site-packages", "dist-packages"))
_IDLE: Final = ("asyncio.base_events", "_run_once")
"""Where asyncio's own loop waits; what it runs, it runs from `asyncio.events`."""
_CALLBACK: Final = ("asyncio.events", "_run")
_RUNNER: Final = "asyncio.runners"
"""What runs the loop; directly above the callbacks where the loop is uvloop's, whose functions have no frames."""
_SHOWN: Final = 6
"""Functions of the stack that are told."""


@dataclass(frozen=True, slots=True)
class Place:
    """A place in the code.

    Attributes:
        where: ``file:line``.
        function: the function's qualified name.
        stack: ``file:line function`` of the innermost functions under way, the innermost first.
    """

    where: str
    function: str
    stack: Sequence[str]


def frames_of(thread: int) -> Sequence[FrameType]:
    """Return the frames of what a thread's event loop is running, the innermost first.

    Args:
        thread: the thread's ident. Its loop is run by `asyncio.run` or `asyncio.Runner`.

    Returns:
        The frames above those of the loop itself; none if the loop waits for something to do.
    """
    found: list[FrameType] = []
    frame = sys._current_frames().get(thread)  # noqa: SLF001 - documented, for just this
    while frame is not None:
        module = frame.f_globals.get("__name__")
        if module == _RUNNER or (module, frame.f_code.co_name) == _CALLBACK:
            return found
        if (module, frame.f_code.co_name) == _IDLE:
            return ()
        found.append(frame)
        frame = frame.f_back
    return ()


def place_of(frames: Sequence[FrameType]) -> Place:
    """Return whose code stands there.

    Args:
        frames: at least one, the innermost first.

    Returns:
        The innermost place outside of the bot and of libraries, which is a handler's; if there is none, the
        innermost one of the bot, or else of all.
    """
    found = _first(frames, _foreign) or _first(frames, _bots) or frames[0]
    stack = tuple(f"{_where(frame)} {frame.f_code.co_name}" for frame in frames[:_SHOWN])
    return Place(_where(found), found.f_code.co_qualname, stack)


def _first(frames: Sequence[FrameType], wanted: Callable[[str], bool]) -> FrameType | None:
    return next((frame for frame in frames if wanted(frame.f_code.co_filename)), None)


def _bots(file: str) -> bool:
    return file.startswith(_OWN)


def _foreign(file: str) -> bool:
    """Return whether a file is neither the bot's, nor Python's, nor that of an installed library."""
    return not (file.startswith(("<", _OWN, *_STANDARD)) or any(folder in file for folder in _INSTALLED))


def _where(frame: FrameType) -> str:
    return f"{frame.f_code.co_filename}:{frame.f_lineno}"
