from __future__ import annotations

from collections.abc import Sequence
from ipaddress import ip_network

import pytest

from bot.webhook import Peers
from tests.webhook.service import PRESS, SECRET, service

OURS = ip_network("203.0.113.0/24")
LOCAL = ip_network("127.0.0.0/8")


@pytest.mark.parametrize(
    ("proxies", "forwarded", "client"),
    [
        (0, [], "10.0.0.1"),
        (0, ["203.0.113.5"], "10.0.0.1"),
        (1, ["203.0.113.5"], "203.0.113.5"),
        (1, ["6.6.6.6, 203.0.113.5"], "203.0.113.5"),
        (1, ["6.6.6.6", "203.0.113.5"], "203.0.113.5"),
        (2, ["6.6.6.6, 203.0.113.5 , 10.0.0.7"], "203.0.113.5"),
        (2, ["6.6.6.6,203.0.113.5", "10.0.0.7"], "203.0.113.5"),
        (1, [], None),
        (2, ["203.0.113.5"], None),
    ],
)
def test_the_client_is_as_many_entries_from_the_right_as_there_are_proxies(
    proxies: int, forwarded: Sequence[str], client: str | None
) -> None:
    assert Peers(proxies=proxies).client("10.0.0.1", forwarded) == client


@pytest.mark.parametrize(
    ("peer", "allowed"),
    [
        ("203.0.113.5", True),
        ("::ffff:203.0.113.5", True),
        ("203.0.114.5", False),
        ("::1", False),
        ("2001:db8::7", True),
        ("2001:db9::7", False),
        ("", False),
        ("unknown", False),
        (None, False),
    ],
)
def test_only_addresses_in_the_networks_may_deliver(peer: str | None, allowed: bool) -> None:
    peers = Peers([OURS, ip_network("2001:db8::/32")])

    assert (peers.problem(peer, []) is None) is allowed


@pytest.mark.parametrize("peer", ["6.6.6.6", None, "unknown"])
def test_without_networks_everybody_may_deliver(peer: str | None) -> None:
    assert Peers(proxies=1).problem(peer, []) is None


@pytest.mark.parametrize(
    ("peers", "headers", "status"),
    [
        (Peers([LOCAL]), {}, 200),
        (Peers([OURS]), {}, 401),
        (Peers([OURS]), {"X-Forwarded-For": "203.0.113.5"}, 401),
        (Peers([OURS], proxies=1), {"X-Forwarded-For": "203.0.113.5"}, 200),
        (Peers([OURS], proxies=1), {"X-Forwarded-For": "203.0.113.5, 6.6.6.6"}, 401),
        (Peers([OURS], proxies=1), {}, 401),
        (Peers([OURS], proxies=1), {"X-Forwarded-For": "nonsense"}, 401),
    ],
)
async def test_an_address_that_is_not_allowed_is_answered_like_a_wrong_secret(
    peers: Peers, headers: dict[str, str], status: int
) -> None:
    async with service(peers=peers) as bot:
        answer = await bot.send(PRESS, f"/webhook/{SECRET}", headers=headers)

        assert answer.status == status
        assert len(bot.inbox.stored) == (status == 200)
        if status == 401:
            assert answer.body == b'{"code":401,"message":"not authorised"}'
            assert (await bot.send_signed(PRESS, headers=headers)).status == 401
