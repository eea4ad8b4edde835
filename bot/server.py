"""The HTTP server around the routes: a socket, a bound on connections, and no patience with silent connections."""

from __future__ import annotations

import asyncio
import socket
from typing import Final

import structlog
from aiohttp import web

from bot.errors import SettingProblem, SettingsError

log = structlog.get_logger("bot.server")

_BACKLOG: Final = 1024


def listen(host: str, port: int) -> socket.socket:
    """Return a socket that is bound, so that its port is known before anything else starts.

    Args:
        host: name or address.
        port: 0 takes a free one.

    Raises:
        SettingsError: the address cannot be had.
    """
    try:
        family, kind, proto, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        found = socket.socket(family, kind, proto)
        try:
            found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            found.bind(address)
        except OSError:
            found.close()
            raise
    except (OSError, UnicodeError) as error:
        # A name that cannot be encoded is no operating system's error.
        reason = error.strerror if isinstance(error, OSError) else "this is no name of a host"
        problem = SettingProblem(
            "BOT_HOST, BOT_PORT",
            f"cannot listen on {host} port {port}: {reason}",
            "Choose a free address or port",
        )
        raise SettingsError(problem) from error
    found.setblocking(False)  # noqa: FBT003 - the standard library's signature
    return found


class Server:
    """Serves an application on a socket.

    Args:
        app: the routes.
        sock: a bound socket, which the server closes in the end.
        connections: how many are open at once; more are closed at once.
        idle_seconds: seconds after which a connection is closed that has not sent a whole request head.
    """

    def __init__(
        self, app: web.Application, sock: socket.socket, *, connections: int = 2048, idle_seconds: float = 60.0
    ) -> None:
        self._sock = sock
        self._connections = connections
        self._runner = web.AppRunner(
            app,
            # The stock one costs more than everything else on the way of an event.
            access_log=None,
            # A signature is over the bytes as they were sent; and what is broken, or grows without end, stays packed.
            auto_decompress=False,
            handle_signals=False,
            # For so long the rest of a refused body is read, so that its sender sees the answer.
            lingering_time=2.0,
            shutdown_timeout=2.0,
            keepalive_timeout=idle_seconds,
        )
        self._server: asyncio.Server | None = None
        self._full = False

    async def start(self) -> None:
        """Begin to serve."""
        await self._runner.setup()
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(self._protocol, sock=self._sock, backlog=_BACKLOG)

    async def stop(self) -> None:
        """Stop to listen, let requests under way end for 2 s, and close all connections."""
        if self._server is not None:
            self._server.close()
        await self._runner.cleanup()
        self._sock.close()

    def _protocol(self) -> asyncio.BaseProtocol:
        handlers = self._runner.server
        was_full = self._full
        self._full = handlers is None or len(handlers.connections) >= self._connections
        if handlers is None or self._full:
            if not was_full:
                # Once, until one is let in again: a flood must not fill the log.
                log.warning("connections refused, too many are open", limit=self._connections)
            return _Closing()
        return handlers()


class _Closing(asyncio.Protocol):
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        transport.close()
