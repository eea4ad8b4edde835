"""What the control endpoints answer with."""

from __future__ import annotations

from collections.abc import Mapping

from aiohttp import web

from bot import wire
from bot.events import JsonValue


def json_answer(data: Mapping[str, JsonValue], *, status: int = 200) -> web.Response:
    """Return an answer of JSON."""
    return web.Response(status=status, body=wire.encode(data), content_type="application/json")
