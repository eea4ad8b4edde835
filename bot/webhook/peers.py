"""Who a request comes from, behind a known number of proxies, and whether that address is allowed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_address
from typing import TypeAlias

Network: TypeAlias = IPv4Network | IPv6Network


@dataclass(frozen=True, slots=True)
class Peers:
    """Which addresses may deliver.

    Attributes:
        allowed: networks; none means any.
        proxies: how many proxies of ours stand in front. Each appends the address that it saw to
            X-Forwarded-For, so the client is that many entries from the right; everything further
            left is the client's own word.
    """

    allowed: Sequence[Network] = ()
    proxies: int = 0

    def client(self, peer: str | None, forwarded: Sequence[str]) -> str | None:
        """Return the client's address.

        Args:
            peer: the address at the other end of the connection.
            forwarded: the values of all X-Forwarded-For headers, in order.
        """
        if not self.proxies:
            return peer
        hops = [hop.strip() for value in forwarded for hop in value.split(",")]
        return hops[-self.proxies] if len(hops) >= self.proxies else None

    def problem(self, peer: str | None, forwarded: Sequence[str]) -> str | None:
        """Return why a request is not allowed, or None; parameters as for `client`."""
        if not self.allowed:
            return None
        try:
            address = ip_address(self.client(peer, forwarded) or "")
        except ValueError:
            return "the client's address is unknown"
        mapped = getattr(address, "ipv4_mapped", None)
        address = mapped or address
        if any(address in network for network in self.allowed):
            return None
        return f"{address} is in none of the allowed networks"
