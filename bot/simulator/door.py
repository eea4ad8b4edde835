"""Where the simulator listens, and a door that can be shut for a while."""

from __future__ import annotations

import socket
from collections.abc import Sequence
from typing import Final

from aiohttp import web

_SHUTDOWN_SECONDS: Final = 0.2


class Door:
    """Listens for an application.

    While it is shut, connections to its address are refused and those that stood are broken; its port stays its
    own, so that nobody else can take it meanwhile.

    Args:
        application: what answers.
        host: the address to listen on.
        port: the port to listen on; 0 takes a free one.
    """

    def __init__(self, application: web.Application, host: str, port: int) -> None:
        self._host = host
        self._port = port
        self._runner = web.AppRunner(
            application, access_log=None, shutdown_timeout=_SHUTDOWN_SECONDS, handle_signals=False
        )
        self._held: Sequence[socket.socket] = ()

    @property
    def shut(self) -> bool:
        """Whether nobody is let in."""
        return bool(self._held)

    async def open(self) -> str:
        """Begin to listen; return the address, such as ``http://127.0.0.1:40961``.

        Raises:
            OSError: the address cannot be listened on.
        """
        await self._runner.setup()
        try:
            await web.TCPSite(self._runner, self._host, self._port).start()
        except OSError:
            await self.close()
            raise
        host, port = self._runner.addresses[0][:2]
        return f"http://{'[' + host + ']' if ':' in host else host}:{port}"

    async def shut_out(self) -> None:
        """Refuse connections from now on, and break those that stand; must not be shut."""
        addresses = self._runner.addresses
        for site in self._runner.sites:
            await site.stop()
        self._held = [_hold(address) for address in addresses]
        for connection in [] if self._runner.server is None else self._runner.server.connections:
            if connection.transport is not None:
                connection.transport.abort()

    async def let_in(self) -> None:
        """Listen again; does nothing if it is not shut."""
        held, self._held = self._held, ()
        for one in held:
            await web.SockSite(self._runner, one).start()

    async def close(self) -> None:
        """Stop listening for good and end all connections."""
        for one in self._held:
            one.close()
        self._held = ()
        await self._runner.cleanup()


def _hold(address: tuple[str, int]) -> socket.socket:
    """Return a socket that has an address and does not listen: the system refuses who comes."""
    held = socket.socket(socket.AF_INET6 if ":" in address[0] else socket.AF_INET)
    held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    held.setblocking(False)  # noqa: FBT003 - the standard library's signature
    held.bind(address)
    return held
