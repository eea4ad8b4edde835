"""Fetching calendars over HTTP, within limits."""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from dataclasses import dataclass
from types import TracebackType
from typing import Self

import aiohttp

from bot.clock import Clock
from bot.errors import FeedError

_MOST_REDIRECTS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchLimits:
    """How much a fetch may take.

    Attributes:
        seconds: for one fetch as a whole.
        size: bytes of one calendar, unpacked.
        at_once: fetches at the same time.
        private_hosts: whether addresses that are not public (loopback, a company's own network) may be asked.
    """

    seconds: float = 20.0
    size: int = 4 * 1024 * 1024
    at_once: int = 4
    private_hosts: bool = False


class Fetcher:
    """Fetches calendars; an asynchronous context manager that owns its connections.

    Args:
        limits: how much a fetch may take.
        clock: for the time limit.
    """

    def __init__(self, limits: FetchLimits, clock: Clock) -> None:
        self._limits = limits
        self._clock = clock
        self._turns = asyncio.Semaphore(limits.at_once)
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        connector = aiohttp.TCPConnector(socket_factory=None if self._limits.private_hosts else _public_only)
        self._session = aiohttp.ClientSession(connector=connector, timeout=aiohttp.ClientTimeout(total=None))
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def fetch(self, url: str) -> bytes:
        """Return what is at an address.

        Raises:
            FeedError: it could not be fetched within the limits; the message does not hold the address.
        """
        if self._session is None:
            raise FeedError("the fetcher is not open")
        async with self._turns:
            try:
                async with self._clock.timeout(self._limits.seconds):
                    return await self._read(self._session, url)
            except TimeoutError as error:
                raise FeedError(f"it took longer than {self._limits.seconds:g} seconds") from error
            except (aiohttp.ClientError, OSError, ValueError) as error:
                raise FeedError(_reason(error)) from error

    async def _read(self, session: aiohttp.ClientSession, url: str) -> bytes:
        headers = {"Accept": "text/calendar, */*;q=0.1"}
        async with session.get(url, headers=headers, max_redirects=_MOST_REDIRECTS + 1) as response:
            if response.status != 200:  # noqa: PLR2004 - HTTP OK
                raise FeedError(f"the answer was HTTP {response.status}")
            body = bytearray()
            async for piece in response.content.iter_chunked(64 * 1024):
                body += piece
                if len(body) > self._limits.size:
                    raise FeedError(f"it is larger than {self._limits.size} bytes")
            return bytes(body)


class _NotPublic(OSError):
    """An address that is not public."""


def _public_only(info: tuple[int, int, int, str, tuple[object, ...]]) -> socket.socket:
    """Make the socket of a connection, if it leads to a public address.

    It is asked once the name is resolved, for every address and every redirect, so that no name, however it
    resolves, leads inside.
    """
    family, kind, protocol, _, address = info
    if not ipaddress.ip_address(str(address[0]).partition("%")[0]).is_global:
        raise _NotPublic("its host is not public, and private hosts are not allowed")
    return socket.socket(family, kind, protocol)


def _reason(error: Exception) -> str:
    """Return why a fetch failed, without the address, which may be a secret."""
    if isinstance(error, aiohttp.TooManyRedirects):
        return "it redirects too often"
    if isinstance(error, aiohttp.InvalidURL | aiohttp.NonHttpUrlRedirectClientError):
        return "its address, or one that it redirects to, cannot be used"
    if isinstance(error, aiohttp.ClientConnectorError):
        return f"no connection: {error.os_error.strerror or error.os_error}"
    return f"the connection failed ({type(error).__name__})"
