"""Keeps other websites out: a page that somebody has open must not place calls on their own machine."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable
from typing import Final
from urllib.parse import urlsplit

from aiohttp import hdrs, web
from aiohttp.typedefs import Handler, Middleware

from bot.simulator.refusal import Refusal

SITE: Final = "Sec-Fetch-Site"
"""Header in which a browser says where a request comes from. Source: the W3C's Fetch Metadata."""

_OWN: Final = ("same-origin", "none")


def same_site_only(public_url: Callable[[], str]) -> Middleware:
    """Return a middleware that refuses what another website asks of the page and the control endpoints.

    Browsers name the site that a request comes from; programs such as curl name none and may do everything. A name
    with dots in it that is not the simulator's own is refused, too: a website may let its name point to this machine.

    Args:
        public_url: gives the simulator's own address.
    """

    @web.middleware
    async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
        if request.path == "/" or request.path.startswith("/simulator/"):
            _check_host(request, public_url())
            _check_origin(request)
        return await handler(request)

    return guard


def _check_host(request: web.Request, public_url: str) -> None:
    host = _host_of(f"//{request.host}")
    if not (_is_local(host) or host == _host_of(public_url)):
        raise Refusal(403, f"this is not {host}; open the simulator by its own address, {public_url}")


def _check_origin(request: web.Request) -> None:
    followed_link = request.method == hdrs.METH_GET and request.headers.get("Sec-Fetch-Mode") == "navigate"
    if request.headers.get(SITE, "none") not in _OWN and not followed_link:
        raise Refusal(403, "another website may not use the simulator")
    origin = request.headers.get(hdrs.ORIGIN)
    if origin is not None and urlsplit(origin).netloc != request.host:
        raise Refusal(403, f"the website {origin} may not use the simulator")


def _host_of(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError as error:
        raise Refusal(400, f"the host is none ({error})") from error


def _is_local(host: str) -> bool:
    """Return whether a host cannot be the name of a website: a number, or a name of this machine or network."""
    if "." not in host or host.endswith(".localhost"):
        return True
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
