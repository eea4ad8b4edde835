from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.rota.feeds import Feeds, FeedStore, calendars_of
from bot.rota.fetch import Fetcher, FetchLimits
from bot.rota.model import Plan
from bot.rota.readings import FeedCopy
from bot.testing.clock import ManualClock
from tests.rota.calendars import Feed, calendar, feed_server, shift
from tests.rota.plans import rota

GOOD = calendar(shift(":20260601T080000Z", ":20260601T100000Z", "anna"))
NEWER = calendar(shift(":20260601T080000Z", ":20260601T100000Z", "boris"))


class Desk:
    """Feeds, with everything they need, and what they reported."""

    def __init__(self, feed: Feed, folder: Path) -> None:
        self.feed = feed
        self.clock = ManualClock(1_780_000_000.0)
        self.reports: list[str] = []
        self.store = FeedStore(folder)
        self.fetcher = Fetcher(FetchLimits(private_hosts=True), self.clock)
        self.feeds = Feeds(self.store, self.fetcher, self.clock, self.reports.append)
        self.plan = plan_of(feed.url)

    async def refresh(self) -> bool:
        return await self.feeds.refresh(self.plan)

    @property
    def copy(self) -> bytes | None:
        found = self.feeds.copies.get(self.feed.url)
        return found.body if found else None


def plan_of(*urls: str) -> Plan:
    return rota(
        "[groups.g]\n"
        + "".join(f'[[groups.g.calendars]]\nname = "c{n}"\nurl = "{url}"\n' for n, url in enumerate(urls))
        + "[[groups.g.shifts]]\nwho = ['anna']\n"
    ).plan


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    async with feed_server() as feed:
        desk = Desk(feed, tmp_path / "cache")
        async with desk.fetcher:
            yield desk


async def test_a_calendar_is_fetched_when_due_and_only_then(desk: Desk) -> None:
    desk.feed.body = GOOD
    assert await desk.refresh()
    assert desk.copy == GOOD
    assert not await desk.refresh()
    await desk.clock.advance(899)
    assert not await desk.refresh()
    assert desk.feed.asked == 1
    await desk.clock.advance(1)
    assert not await desk.refresh()  # asked, but the content is the same
    assert desk.feed.asked == 2
    desk.feed.body = NEWER
    await desk.clock.advance(900)
    assert await desk.refresh()
    assert desk.copy == NEWER
    assert desk.reports == []


async def test_the_copy_is_on_disk_for_the_next_start(desk: Desk, tmp_path: Path) -> None:
    desk.feed.body = GOOD
    await desk.refresh()
    again = FeedStore(tmp_path / "cache")
    assert again.load(desk.feed.url) == FeedCopy(GOOD, desk.clock.now())
    assert again.load_all(desk.plan) == {desk.feed.url: FeedCopy(GOOD, desk.clock.now())}
    (file,) = (tmp_path / "cache").iterdir()
    assert file.stat().st_mode & 0o077 == 0
    assert "secret" not in file.name
    assert again.load("https://example.com/other") is None


@pytest.mark.parametrize(
    ("body", "status", "problem"),
    [
        (b"<html>sign in</html>", 200, "it is no readable calendar"),
        (b"", 200, "it holds no calendar"),
        (GOOD, 503, "the answer was HTTP 503"),
        (calendar(head="CALSCALE:JULIAN"), 200, "its events cannot be worked out"),
    ],
)
async def test_the_last_good_copy_stays_while_a_feed_fails(desk: Desk, body: bytes, status: int, problem: str) -> None:
    desk.feed.body = GOOD
    await desk.refresh()
    read_at = desk.clock.now()
    desk.feed.body, desk.feed.status = body, status
    for _ in range(3):
        await desk.clock.advance(900)
        assert not await desk.refresh()
    assert desk.feeds.copies[desk.feed.url] == FeedCopy(GOOD, read_at)
    assert desk.store.load(desk.feed.url) == FeedCopy(GOOD, read_at)
    (report,) = desk.reports
    assert report.startswith(f"rota: calendar 'c0' failed: {problem}")
    assert report.endswith("; its last good copy stays")
    assert "secret" not in report
    assert "sign in" not in report
    desk.feed.body, desk.feed.status = GOOD, 200
    await desk.clock.advance(900)
    await desk.refresh()
    assert desk.reports[1:] == ["rota: calendar 'c0' can be read again"]


async def test_a_feed_that_never_worked_is_told(desk: Desk) -> None:
    desk.feed.status = 404
    await desk.refresh()
    assert desk.reports == ["rota: calendar 'c0' failed: the answer was HTTP 404; nothing is known of it"]


async def test_a_copy_that_cannot_be_kept_still_counts(desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("a file where the folder should be")
    desk.feed.body = GOOD
    assert await desk.refresh()
    assert desk.copy == GOOD
    assert desk.reports == [
        "rota: calendar 'c0' failed: it cannot be kept on disk (File exists); its last good copy stays"
    ]


async def test_a_copy_that_cannot_be_put_in_place_leaves_nothing_behind(desk: Desk, tmp_path: Path) -> None:
    desk.feed.body = GOOD
    await desk.refresh()
    (file,) = (tmp_path / "cache").iterdir()
    file.unlink()
    file.mkdir()
    with pytest.raises(OSError, match="directory"):
        desk.store.save(desk.feed.url, FeedCopy(GOOD, 0.0))
    assert list((tmp_path / "cache").iterdir()) == [file]


async def test_another_rota_brings_its_calendars_and_drops_the_others(desk: Desk) -> None:
    desk.feed.body = GOOD
    await desk.refresh()
    other = f"{desk.feed.base}/other"
    desk.store.save(other, FeedCopy(NEWER, 5.0))
    await desk.feeds.adopt(plan_of(other))
    assert desk.feeds.copies == {other: FeedCopy(NEWER, 5.0)}
    await desk.feeds.adopt(plan_of(other, desk.feed.url))
    assert set(desk.feeds.copies) == {other, desk.feed.url}


async def test_a_clock_put_back_does_not_stop_fetching(desk: Desk) -> None:
    desk.feed.body = GOOD
    await desk.refresh()
    desk.clock._now -= 100_000
    await desk.refresh()
    assert desk.feed.asked == 2


def test_a_shared_calendar_is_fetched_as_often_as_the_most_eager_group_asks() -> None:
    plan = rota(
        "".join(
            f'[groups.{name}]\n[[groups.{name}.calendars]]\nurl = "https://example.com/c"\nevery_minutes = {minutes}\n'
            for name, minutes in (("a", 30), ("b", 5), ("c", 10))
        )
    ).plan
    assert [calendar.every for calendar in calendars_of(plan)] == [300.0]
