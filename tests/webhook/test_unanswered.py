"""What an earlier process stored and did not come to answer is expected once more, and nothing else is."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from bot.errors import JournalUnavailable
from bot.testing.clock import ManualClock
from bot.webhook import Unanswered, unanswered_in
from bot.webhook.redelivery import Arrival, Redeliveries


class Line:
    """A connection that may break."""

    stands = True

    def __call__(self) -> bool:
        return self.stands


def _broken() -> Line:
    line = Line()
    line.stands = False
    return line


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


def opened(stack: ExitStack, path: Path, most: int = 4) -> Unanswered:
    """Open the file as a process does; that of a process that was killed is never closed before."""
    return stack.enter_context(unanswered_in(path / "unanswered", most))


class Process(Redeliveries):
    """What one process knows."""

    def __init__(self, unanswered: Unanswered | None, clock: ManualClock | None = None) -> None:
        self.clock = clock or ManualClock()
        super().__init__(self.clock, unanswered=unanswered)

    def arrives(self, body: bytes, line: Line | None = None, lane: str = "") -> Arrival:
        return self.arrived(body, self.clock.now(), self.clock.monotonic(), line or Line(), lane)

    async def drops(self, body: bytes, line: Line | None = None, lane: str = "") -> bool:
        """Return whether a delivery is taken for a copy, after having answered it."""
        copy = await self.is_copy(body, lane)
        if copy:
            self.answering(body)
            self.dropped(body, line or Line())
        return copy


async def test_only_what_was_stored_and_not_answered_is_expected_again(tmp_path: Path, stack: ExitStack) -> None:
    killed = Process(opened(stack, tmp_path))
    answered = killed.arrives(b"answered")
    killed.answered(answered, stored=True)
    killed.acknowledged(answered)
    killed.answered(killed.arrives(b"refused"), stored=False)
    killed.arrives(b"stored")
    killed.arrives(b"not stored")

    following = Process(opened(stack, tmp_path))
    following.expect([(body, following.clock.now()) for body in (b"answered", b"refused", b"stored", b"other")])
    bodies = [b"answered", b"refused", b"stored", b"stored", b"not stored", b"other"]
    assert [await following.drops(body) for body in bodies] == [False, False, True, False, False, False]
    assert opened(stack, tmp_path).left == []


async def test_an_equal_delivery_that_was_stored_and_answered_says_nothing(tmp_path: Path, stack: ExitStack) -> None:
    killed = Process(opened(stack, tmp_path))
    earlier = killed.clock.now()
    arrival = killed.arrives(b"key 3")
    killed.answered(arrival, stored=True)
    killed.acknowledged(arrival)
    await killed.clock.advance(0.5)
    killed.arrives(b"key 3")

    following = Process(opened(stack, tmp_path))
    following.expect([(b"key 3", earlier)])
    assert await following.drops(b"key 3") is False


async def test_an_answer_that_is_not_written_yet_counts_as_none(tmp_path: Path, stack: ExitStack) -> None:
    killed = Process(opened(stack, tmp_path))
    arrival = killed.arrives(b"body")
    killed.answered(arrival, stored=True)
    assert len(opened(stack, tmp_path).left) == 1
    killed.acknowledged(arrival)
    assert opened(stack, tmp_path).left == []


async def test_an_answer_that_cannot_be_written_counts_as_none(tmp_path: Path, stack: ExitStack) -> None:
    line = Line()
    for unanswered in (opened(stack, tmp_path), None):
        one = Process(unanswered)
        arrival = one.arrives(b"body", line)
        one.answered(arrival, stored=True)
        line.stands = False
        one.acknowledged(arrival)
        line.stands = True
        assert await one.drops(b"body") is (unanswered is not None)


async def test_a_process_that_dies_while_it_writes_the_answer_leaves_it_to_what_comes_next(
    tmp_path: Path, stack: ExitStack
) -> None:
    killed = Process(opened(stack, tmp_path))
    for body, lane in ((b"1: key 2", "call 1"), (b"2: key 2", "call 2")):
        arrival = killed.arrives(body, lane=lane)
        killed.answered(arrival, stored=True)
        killed.answering(arrival)

    # A second kill, before anything comes, changes nothing.
    Process(opened(stack, tmp_path)).expect([])
    following = Process(opened(stack, tmp_path))
    following.expect([])
    assert await following.drops(b"1: key 1", lane="call 1") is False, "so its key 2 has been answered"
    assert await following.drops(b"1: key 2", lane="call 1") is False, "it is a second one"
    assert await following.drops(b"2: key 2", lane="call 2") is True, "its answer did not arrive"
    assert await following.drops(b"2: key 1", lane="call 2") is False
    assert opened(stack, tmp_path).left == []


async def test_what_was_certainly_not_answered_is_expected_whatever_comes_before(
    tmp_path: Path, stack: ExitStack
) -> None:
    """The platform's documents promise no order."""
    killed = Process(opened(stack, tmp_path))
    killed.answered(killed.arrives(b"key 2", lane="call"), stored=True)
    perhaps = killed.arrives(b"key 3", lane="call")
    killed.answered(perhaps, stored=True)
    killed.answering(perhaps)

    following = Process(opened(stack, tmp_path))
    following.expect([])
    assert await following.is_copy(b"key 3", "call") is True
    following.answered(following.arrives(b"key 3", line=_broken(), lane="call"), stored=True)
    assert await following.drops(b"key 1", lane="call") is False
    assert await following.drops(b"key 2", lane="call") is True
    assert await following.drops(b"key 3", lane="call") is True, "it is in doubt for another reason"


async def test_a_process_that_dies_while_it_answers_a_copy_leaves_it_to_what_comes_next(
    tmp_path: Path, stack: ExitStack
) -> None:
    killed = Process(opened(stack, tmp_path))
    killed.answered(killed.arrives(b"key 2", lane="call"), stored=True)
    second = Process(opened(stack, tmp_path))
    second.expect([])
    assert await second.is_copy(b"key 2", "call") is True
    second.answering(b"key 2")

    third = Process(opened(stack, tmp_path))
    third.expect([])
    assert await third.drops(b"key 1", lane="call") is False
    assert await third.drops(b"key 2", lane="call") is False


async def test_a_second_kill_before_the_copy_came_leaves_it_expected(tmp_path: Path, stack: ExitStack) -> None:
    Process(opened(stack, tmp_path)).arrives(b"body")
    Process(opened(stack, tmp_path)).expect([(b"body", ManualClock().now())])
    third = Process(opened(stack, tmp_path))
    third.expect([])
    assert await third.is_copy(b"body") is True
    fourth = Process(opened(stack, tmp_path))
    fourth.expect([])
    assert await fourth.drops(b"body") is True, "the answer to the copy was not written"
    assert opened(stack, tmp_path).left == []


async def test_a_copy_whose_connection_breaks_too_is_expected_once_more(tmp_path: Path, stack: ExitStack) -> None:
    one = Process(opened(stack, tmp_path))
    broken = Line()
    broken.stands = False
    one.answered(one.arrives(b"body", broken), stored=True)
    assert await one.drops(b"body", broken) is True
    assert [left.stored for left in opened(stack, tmp_path).left] == [True]
    assert await one.drops(b"body") is True
    assert opened(stack, tmp_path).left == []


async def test_what_is_not_expected_any_more_is_not_after_a_kill_either(tmp_path: Path, stack: ExitStack) -> None:
    one = Process(opened(stack, tmp_path))
    broken = Line()
    broken.stands = False
    for body in (b"broken", b"again", b"again"):
        one.answered(one.arrives(body, broken), stored=True)
    one.dropped(b"copy", broken)
    assert [left.stored for left in opened(stack, tmp_path).left] == [True, True, True]
    await one.clock.advance(31)
    assert await one.drops(b"broken") is False
    assert opened(stack, tmp_path).left == []


async def test_without_a_file_nothing_is_expected() -> None:
    one = Process(None)
    one.expect([(b"body", ManualClock().now())])
    assert await one.drops(b"body") is False


async def test_more_than_there_is_room_for_is_not_noted(tmp_path: Path, stack: ExitStack) -> None:
    one = Process(opened(stack, tmp_path, most=1))
    arrivals = [one.arrives(body) for body in (b"one", b"two")]
    assert len(opened(stack, tmp_path, most=1).left) == 1
    for arrival in arrivals:
        one.answered(arrival, stored=True)
        one.acknowledged(arrival)
    assert opened(stack, tmp_path, most=1).left == []


async def test_an_answer_after_the_file_was_closed(tmp_path: Path) -> None:
    broken = Line()
    with unanswered_in(tmp_path / "unanswered", 2) as unanswered:
        one = Process(unanswered)
        arrivals = [one.arrives(b"body"), one.arrives(b"broken", broken)]
    broken.stands = False
    for arrival in arrivals:
        one.answered(arrival, stored=True)
        one.acknowledged(arrival)
    with unanswered_in(tmp_path / "unanswered", 2) as unanswered:
        assert [left.stored for left in unanswered.left] == [False, False]


def test_a_file_that_cannot_be_used(tmp_path: Path) -> None:
    with pytest.raises(JournalUnavailable, match="no-such-folder"), unanswered_in(tmp_path / "no-such-folder" / "x", 1):
        raise AssertionError
