"""What an earlier process stored and did not come to answer is expected once more, and nothing else is."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from bot.errors import JournalUnavailable
from bot.webhook import Unanswered, unanswered_in
from bot.webhook.redelivery import Redeliveries
from tests.support.clock import ManualClock, settle

BEGAN = ManualClock().monotonic()


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


def opened(stack: ExitStack, path: Path, most: int = 4) -> Unanswered:
    """Open the file as a process does; that of a process that was killed is never closed before."""
    return stack.enter_context(unanswered_in(path / "unanswered", most))


def redeliveries(unanswered: Unanswered | None) -> Redeliveries:
    return Redeliveries(ManualClock(), unanswered=unanswered)


def connected() -> bool:
    return True


async def test_only_what_was_stored_and_not_answered_is_expected_again(tmp_path: Path, stack: ExitStack) -> None:
    killed = redeliveries(opened(stack, tmp_path))
    answered = killed.arrived(b"answered", BEGAN, connected)
    killed.answered(answered, stored=True)
    await settle()
    killed.arrived(b"stored", BEGAN, connected)
    killed.arrived(b"not stored", BEGAN, connected)

    following = redeliveries(opened(stack, tmp_path))
    following.expect([b"answered", b"stored", b"other"])
    copies = [await following.is_copy(body) for body in (b"answered", b"stored", b"stored", b"not stored", b"other")]
    assert copies == [False, True, False, False, False]


async def test_an_answer_that_is_not_written_yet_counts_as_none(tmp_path: Path, stack: ExitStack) -> None:
    killed = redeliveries(opened(stack, tmp_path))
    killed.answered(killed.arrived(b"body", BEGAN, connected), stored=True)
    assert len(opened(stack, tmp_path).left) == 1
    await settle()
    assert opened(stack, tmp_path).left == []


async def test_a_second_kill_before_the_copy_came_leaves_it_expected(tmp_path: Path, stack: ExitStack) -> None:
    redeliveries(opened(stack, tmp_path)).arrived(b"body", BEGAN, connected)
    redeliveries(opened(stack, tmp_path)).expect([b"body"])
    third = redeliveries(opened(stack, tmp_path))
    third.expect([])
    assert await third.is_copy(b"body") is True
    assert len(opened(stack, tmp_path).left) == 1, "the answer to the copy is not written yet"
    await settle()
    assert opened(stack, tmp_path).left == []


async def test_what_is_not_expected_any_more_is_not_after_a_kill_either(tmp_path: Path, stack: ExitStack) -> None:
    clock = ManualClock()
    one = Redeliveries(clock, unanswered=opened(stack, tmp_path))
    one.answered(one.arrived(b"broken", BEGAN, lambda: False), stored=True)
    one.dropped(b"copy", lambda: False)
    assert [left.stored for left in opened(stack, tmp_path).left] == [True, True]
    await clock.advance(31)
    assert await one.is_copy(b"broken") is False
    await settle()
    assert opened(stack, tmp_path).left == []


async def test_without_a_file_nothing_is_expected() -> None:
    one = redeliveries(None)
    one.expect([b"body"])
    assert await one.is_copy(b"body") is False


async def test_more_than_there_is_room_for_is_not_noted(tmp_path: Path, stack: ExitStack) -> None:
    unanswered = opened(stack, tmp_path, most=2)
    places = [unanswered.add(bytes([number]) * 16) for number in (1, 2, 3)]
    assert places[2] is None
    assert len(opened(stack, tmp_path, most=2).left) == 2
    one = redeliveries(stack.enter_context(unanswered_in(tmp_path / "other", 1)))
    arrivals = [one.arrived(body, BEGAN, connected) for body in (b"one", b"two")]
    for arrival in arrivals:
        one.answered(arrival, stored=True)
    await settle()
    assert stack.enter_context(unanswered_in(tmp_path / "other", 1)).left == []


async def test_an_answer_after_the_file_was_closed(tmp_path: Path) -> None:
    with unanswered_in(tmp_path / "unanswered", 2) as unanswered:
        one = redeliveries(unanswered)
        arrival = one.arrived(b"body", BEGAN, connected)
        broken = one.arrived(b"broken", BEGAN, lambda: False)
        one.answered(arrival, stored=True)
    one.answered(broken, stored=True)
    await asyncio.sleep(0)
    with unanswered_in(tmp_path / "unanswered", 2) as unanswered:
        assert [left.stored for left in unanswered.left] == [False, False]


def test_a_file_that_cannot_be_used(tmp_path: Path) -> None:
    with pytest.raises(JournalUnavailable, match="no-such-folder"), unanswered_in(tmp_path / "no-such-folder" / "x", 1):
        raise AssertionError
