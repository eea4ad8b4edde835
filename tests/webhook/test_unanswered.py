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
    answered = killed.arrived(b"answered", 0.0, connected)
    killed.answered(answered, stored=True)
    await settle()
    killed.arrived(b"stored", 0.0, connected)
    killed.arrived(b"not stored", 0.0, connected)

    following = redeliveries(opened(stack, tmp_path))
    following.expect([b"answered", b"stored", b"other"])
    copies = [await following.is_copy(body) for body in (b"answered", b"stored", b"stored", b"not stored", b"other")]
    assert copies == [False, True, False, False, False]


async def test_an_answer_that_is_not_written_yet_counts_as_none(tmp_path: Path, stack: ExitStack) -> None:
    killed = redeliveries(opened(stack, tmp_path))
    killed.answered(killed.arrived(b"body", 0.0, connected), stored=True)
    following = opened(stack, tmp_path)
    assert len(following.left) == 1
    await settle()
    assert opened(stack, tmp_path).left == frozenset(), "each life forgets what the one before it left"


async def test_without_a_file_nothing_is_expected() -> None:
    one = redeliveries(None)
    one.expect([b"body"])
    assert await one.is_copy(b"body") is False


async def test_more_than_there_is_room_for_is_not_noted(tmp_path: Path, stack: ExitStack) -> None:
    unanswered = opened(stack, tmp_path, most=2)
    places = [unanswered.add(bytes([number]) * 16) for number in (1, 2, 3)]
    assert places[2] is None
    assert len(opened(stack, tmp_path, most=2).left) == 2
    one = redeliveries(opened(stack, tmp_path, most=1))
    arrivals = [one.arrived(body, 0.0, connected) for body in (b"one", b"two")]
    for arrival in arrivals:
        one.answered(arrival, stored=True)
    await settle()
    assert opened(stack, tmp_path, most=1).left == frozenset()


async def test_an_answer_after_the_file_was_closed(tmp_path: Path) -> None:
    with unanswered_in(tmp_path / "unanswered", 1) as unanswered:
        one = redeliveries(unanswered)
        one.answered(one.arrived(b"body", 0.0, connected), stored=True)
    await asyncio.sleep(0)
    with unanswered_in(tmp_path / "unanswered", 1) as unanswered:
        assert len(unanswered.left) == 1


def test_a_file_that_cannot_be_used(tmp_path: Path) -> None:
    with pytest.raises(JournalUnavailable, match="no-such-folder"), unanswered_in(tmp_path / "no-such-folder" / "x", 1):
        raise AssertionError
