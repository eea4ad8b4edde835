from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.errors import RotaError
from bot.rota import FetchLimits, RotaWatch
from bot.rota.feeds import FeedStore
from bot.rota.readings import FeedCopy
from bot.testing.clock import ManualClock, until
from tests.rota.calendars import Feed, calendar, feed_server, shift
from tests.rota.plans import PEOPLE, ids

START = datetime(2026, 6, 1, 8, tzinfo=UTC)
ANNA = calendar(shift(":20260601T000000Z", ":20260901T000000Z", "anna"))
BORIS = calendar(shift(":20260601T000000Z", ":20260901T000000Z", "Boris Petrov"))


class Post:
    """A watched rota file, and what was reported."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "rota.toml"
        self.cache = folder / "cache"
        self.clock = ManualClock(START.timestamp())
        self.reports: list[str] = []
        self.watch = RotaWatch(
            self.path,
            clock=self.clock,
            cache=self.cache,
            report=self.reports.append,
            limits=FetchLimits(private_hosts=True),
        )

    def write(self, *who: str, calendar: str | None = None) -> None:
        text = f"{PEOPLE}[groups.g]\n"
        text += f"[[groups.g.shifts]]\nwho = {list(who)}\n" if who else ""
        text += f'[[groups.g.calendars]]\nname = "c"\nurl = "{calendar}"\n' if calendar else ""
        self.put(text)

    def put(self, text: str) -> None:
        """Put a file in place as editors and configuration tools do."""
        new = self.path.with_suffix(".new")
        new.write_text(text)
        new.replace(self.path)

    def on_duty(self) -> str:
        return ids(self.watch.rota.on_duty("g", datetime.fromtimestamp(self.clock.now(), UTC)))

    async def passes(self, seconds: float = 5.0) -> None:
        await until(lambda: self.clock.sleepers >= 2)
        await self.clock.advance(seconds)


@pytest.fixture
def post(tmp_path: Path) -> Post:
    return Post(tmp_path)


@pytest.fixture
async def feed() -> AsyncIterator[Feed]:
    async with feed_server() as feed:
        yield feed


async def test_a_changed_file_is_in_force_within_a_poll(post: Post) -> None:
    post.write("anna")
    async with post.watch:
        assert post.on_duty() == "A"
        post.write("boris")
        await post.passes()
        await until(lambda: post.on_duty() == "B")
        await until(lambda: post.reports == [f"rota: {post.path} was read anew; groups: g"])


async def test_a_broken_file_leaves_the_old_rota_and_is_told_once(post: Post) -> None:
    post.write("anna")
    async with post.watch:
        post.write("nobody-of-that-name")
        await post.watch.look_at_file()
        await post.watch.look_at_file()
        os.utime(post.path)
        await post.watch.look_at_file()
        assert post.on_duty() == "A"
        (report,) = post.reports
        assert report.startswith("rota: the new file is refused, the rota in force stays:\n")
        assert "there is nobody called 'nobody-of-that-name'" in report
        post.write("boris")
        await post.watch.look_at_file()
        assert post.on_duty() == "B"


async def test_a_file_that_is_gone_leaves_the_old_rota_and_is_told_once(post: Post) -> None:
    post.write("anna")
    async with post.watch:
        post.path.unlink()
        await post.watch.look_at_file()
        await post.watch.look_at_file()
        assert post.on_duty() == "A"
        assert post.reports == [
            f"rota: {post.path} cannot be read (No such file or directory); the rota in force stays"
        ]
        post.write("boris")
        await post.watch.look_at_file()
        assert post.on_duty() == "B"


async def test_what_is_there_but_cannot_be_read_is_tried_again(post: Post) -> None:
    post.write("anna")
    async with post.watch:
        post.path.unlink()
        post.path.mkdir()
        await post.watch.look_at_file()
        await post.watch.look_at_file()
        assert post.reports == [f"rota: {post.path} cannot be read (Is a directory); the rota in force stays"]
        post.path.rmdir()
        post.write("boris")
        await post.watch.look_at_file()
        assert post.on_duty() == "B"


async def test_a_file_that_was_only_touched_is_not_read_anew(post: Post) -> None:
    post.write("anna")
    async with post.watch:
        before = post.watch.rota
        post.write("anna")
        await post.watch.look_at_file()
        await post.watch.look_at_file()
        assert post.watch.rota is before
        assert post.reports == []


@pytest.mark.parametrize("there", [True, False])
async def test_a_file_that_is_wrong_at_the_start_is_an_error(post: Post, *, there: bool) -> None:
    if there:
        post.put("broken =")
    with pytest.raises(RotaError, match=r"is no TOML|cannot be read"):
        async with post.watch:
            pass
    with pytest.raises(RuntimeError, match="enter the RotaWatch"):
        _ = post.watch.rota


async def test_calendars_are_read_at_the_first_start_and_kept_up_to_date(post: Post, feed: Feed) -> None:
    feed.body = ANNA
    post.write(calendar=feed.url)
    async with post.watch:
        assert post.on_duty() == "A"
        feed.body = BORIS
        await post.passes(900)
        await until(lambda: post.on_duty() == "B")


async def test_a_start_with_a_copy_on_disk_does_not_wait_for_a_slow_feed(post: Post, feed: Feed) -> None:
    feed.hang = True
    FeedStore(post.cache).save(feed.url, FeedCopy(ANNA, START.timestamp()))
    post.write(calendar=feed.url)
    async with post.watch:
        assert post.on_duty() == "A"
        await post.passes()
        await until(lambda: feed.asked == 1)
        feed.body = BORIS
        feed.let_go.set()
        await until(lambda: post.on_duty() == "B")


async def test_a_start_with_a_broken_feed_goes_on_without_it(post: Post, feed: Feed) -> None:
    feed.status = 500
    post.write("carla", calendar=feed.url)
    async with post.watch:
        assert post.on_duty() == "C"
        assert post.reports == ["rota: calendar 'c' failed: the answer was HTTP 500; nothing is known of it"]


async def test_a_calendar_that_the_new_file_names_is_fetched(post: Post, feed: Feed) -> None:
    feed.body = ANNA
    post.write("carla")
    async with post.watch:
        post.write("carla", calendar=feed.url)
        await post.watch.look_at_file()
        await post.passes()
        await until(lambda: post.on_duty() == "CA")


async def test_calendars_are_worked_out_anew_every_day(post: Post, feed: Feed) -> None:
    feed.body = calendar(shift(":20270701T000000Z", ":20270801T000000Z", "anna"))
    post.write("carla", calendar=feed.url)
    async with post.watch:
        post.clock._now += 30 * 86_400.0
        await post.watch.refresh_calendars()
        post.clock._now = datetime(2027, 7, 2, tzinfo=UTC).timestamp()
        assert (
            "not worked out that far" not in post.watch.rota.on_duty("g", datetime(2027, 7, 2, tzinfo=UTC)).reasons[-1]
        )
        assert post.on_duty() == "CA"


async def test_a_fault_in_watching_is_told_once_and_watching_goes_on(post: Post) -> None:
    post.write("anna")
    reports: list[str] = []

    def touchy(line: str) -> None:
        reports.append(line)
        if "read anew" in line:
            raise ArithmeticError("a fault of the receiver")

    watch = RotaWatch(post.path, clock=post.clock, cache=post.cache, report=touchy)
    async with watch:
        for who in ("boris", "carla"):
            post.write(who)
            await post.passes()
            await until(lambda: post.clock.sleepers >= 2)
        await until(lambda: watch.rota.on_duty("g", START).members[0].contact_id == "C")
        told = [line for line in reports if "watching failed" in line]
        assert told == ["rota: watching failed, the rota in force stays: ArithmeticError: a fault of the receiver"]


async def test_leaving_ends_the_tasks(post: Post) -> None:
    post.write("anna")
    async with post.watch:
        assert {task.get_name() for task in asyncio.all_tasks()} >= {"rota-file", "rota-calendars"}
    assert not {task.get_name() for task in asyncio.all_tasks()} & {"rota-file", "rota-calendars"}
