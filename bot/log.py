"""Logging: structlog, one line per happening, for people (``console``) or machines (``json``).

Lines of libraries that use the standard library's logging pass through the
same masks. While an event is handled, its call, team and type stand in every
line, whoever writes it.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import MutableMapping
from contextvars import ContextVar
from typing import Final, Literal, TextIO

import structlog

from bot.events import Event
from bot.masking import Masker

LogFormat = Literal["console", "json"]

_current: Final[ContextVar[Event | None]] = ContextVar("bot_current_event", default=None)

# Set by structlog itself or not personal; masking them would only cost time, or break what renders the line.
_PLAIN: Final = frozenset(
    {"level", "timestamp", "logger", "call", "team", "event_type", "seq", "handler", "_record", "_from_structlog"}
)


class handling:  # noqa: N801 - reads as `with handling(event)`; a class, because a generator costs five times as much
    """Bind call, team and event type to every log line of the block and of the tasks it starts.

    Args:
        event: the event that is handled.
    """

    __slots__ = ("_event", "_token")

    def __init__(self, event: Event) -> None:
        self._event = event

    def __enter__(self) -> None:
        self._token = _current.set(self._event)

    def __exit__(self, *_: object) -> None:
        _current.reset(self._token)


def configure_logging(
    *, level: str, form: LogFormat, masker: Masker, stream: TextIO | None = None, root: logging.Logger | None = None
) -> None:
    """Set up logging for the process; the command line does this once.

    Args:
        level: ``debug``, ``info``, ``warning`` or ``error``, in any case.
        form: ``console`` or ``json``.
        masker: what hides secrets and personal data.
        stream: where lines go; standard error by default.
        root: the standard library's logger to take over; the root logger by default.
    """
    shared: list[structlog.typing.Processor] = [
        add_current_event,
        structlog.processors.add_log_level,
        structlog.processors.StackInfoRenderer(),
        structlog.processors.format_exc_info,
        _Mask(masker),
        structlog.processors.TimeStamper(fmt="iso", utc=form == "json"),
    ]
    out = stream or sys.stderr
    renderer: structlog.typing.Processor
    if form == "json":
        renderer = structlog.processors.JSONRenderer(ensure_ascii=False, default=str)
    else:
        renderer = structlog.dev.ConsoleRenderer(colors=out.isatty(), exception_formatter=structlog.dev.plain_traceback)
    numeric = logging.getLevelNamesMapping()[level.upper()]
    structlog.configure(
        processors=[*shared, renderer],
        wrapper_class=structlog.make_filtering_bound_logger(numeric),
        logger_factory=structlog.WriteLoggerFactory(file=out),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(out)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared, processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer]
        )
    )
    target = root or logging.getLogger()
    target.handlers[:] = [handler]
    target.setLevel(max(numeric, logging.INFO))
    # Says at debug level what happens on every selector; useless and dear.
    logging.getLogger("asyncio").setLevel(logging.WARNING)


def add_current_event(_logger: object, _method: str, line: MutableMapping[str, object]) -> MutableMapping[str, object]:
    """Add call, team and type of the event that is being handled; a processor of structlog."""
    event = _current.get()
    if event is not None:
        key = event.call_key
        line.setdefault("call", str(key) if key else event.lane)
        line.setdefault("team", event.team_id)
        line.setdefault("event_type", event.event_type)
    return line


class _Mask:
    def __init__(self, masker: Masker) -> None:
        self._masker = masker

    def __call__(self, _logger: object, _method: str, line: MutableMapping[str, object]) -> MutableMapping[str, object]:
        for name, value in line.items():
            if name not in _PLAIN:
                line[name] = self._masker.value(name, value)
        return line
