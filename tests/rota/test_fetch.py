from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator

import pytest

from bot.clock import SystemClock
from bot.errors import FeedError
from bot.rota.fetch import Fetcher, FetchLimits, _public_only
from bot.testing.clock import ManualClock, until
from tests.rota.calendars import Feed, feed_server


@pytest.fixture
async def feed() -> AsyncIterator[Feed]:
    async with feed_server() as feed:
        yield feed


def fetcher(**limits: object) -> Fetcher:
    return Fetcher(FetchLimits(**{"private_hosts": True, **limits}), SystemClock())  # type: ignore[arg-type]  # per test


async def problem(url: str, **limits: object) -> str:
    """Return why an address cannot be fetched."""
    async with fetcher(**limits) as opened:
        with pytest.raises(FeedError) as caught:
            await opened.fetch(url)
    assert "secret" not in str(caught.value)
    return str(caught.value)


async def test_what_is_there_is_returned(feed: Feed) -> None:
    feed.body = b"x" * 100_000
    async with fetcher() as opened:
        assert await opened.fetch(feed.url) == feed.body


async def test_an_answer_of_exactly_the_limit_is_taken_and_one_byte_more_is_not(feed: Feed) -> None:
    feed.body = b"x" * 1000
    async with fetcher(size=1000) as opened:
        assert len(await opened.fetch(feed.url)) == 1000
    assert await problem(feed.url, size=999) == "it is larger than 999 bytes"


@pytest.mark.parametrize("status", [204, 404, 500])
async def test_another_status_is_a_failure(feed: Feed, status: int) -> None:
    feed.status = status
    assert await problem(feed.url) == f"the answer was HTTP {status}"


async def test_a_redirect_is_followed_but_not_for_ever(feed: Feed) -> None:
    feed.status, feed.location = 302, f"{feed.base}/other"
    assert await problem(feed.url) == "it redirects too often"
    assert feed.asked == 4


async def test_a_redirect_elsewhere_than_http_is_refused(feed: Feed) -> None:
    feed.status, feed.location = 302, "file:///etc/secret"
    assert await problem(feed.url) == "its address, or one that it redirects to, cannot be used"


async def test_an_answer_that_breaks_off_is_a_failure(feed: Feed) -> None:
    feed.body, feed.cut = b"BEGIN:VCALENDAR", True
    assert await problem(feed.url) == "the connection failed (ClientPayloadError)"


async def test_nobody_there_is_a_failure() -> None:
    async with feed_server() as feed:
        gone = feed.url
    assert (await problem(gone)).startswith("no connection: ")


async def test_an_answer_that_does_not_come_is_given_up(feed: Feed) -> None:
    feed.hang = True
    clock = ManualClock()
    async with Fetcher(FetchLimits(seconds=7, private_hosts=True), clock) as opened:
        task = asyncio.create_task(opened.fetch(feed.url), name="fetch")
        await until(lambda: feed.asked == 1)
        await clock.advance(7)
        with pytest.raises(FeedError, match="it took longer than 7 seconds"):
            await task


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "192.168.0.1", "10.0.0.1", "169.254.169.254"])
async def test_private_hosts_are_refused_by_address_and_by_name(host: str) -> None:
    found = await problem(f"http://{host}:9/feed", private_hosts=False)
    assert found == "no connection: its host is not public, and private hosts are not allowed"


@pytest.mark.parametrize(
    ("family", "address"),
    [(socket.AF_INET, ("93.184.215.14", 443)), (socket.AF_INET6, ("2606:2800:21f:cb07::1", 443, 0, 0))],
)
def test_public_hosts_get_a_socket(family: socket.AddressFamily, address: tuple[str | int, ...]) -> None:
    with _public_only((family, socket.SOCK_STREAM, 0, "", address)) as made:
        assert made.family == family


async def test_a_fetcher_that_is_not_open_says_so() -> None:
    closed = fetcher()
    with pytest.raises(FeedError, match="not open"):
        await closed.fetch("http://127.0.0.1/")
    await closed.__aexit__(None, None, None)
