from __future__ import annotations

import asyncio

import pytest

from bot.flow.core import _give_up
from bot.flow.mailbox import Mailbox
from bot.flow.progress import Progress
from bot.journal import StoredEvent
from tests.flow.lab import stored


def test_an_event_that_is_known_already_changes_nothing() -> None:
    mailbox = Mailbox([stored(1), stored(5, "Call.ended")])
    assert mailbox.ended
    for seq in (1, 3, 5):
        assert not mailbox.put(stored(seq, "Call.Member.dtmf"))
    assert mailbox.last == 5
    assert mailbox.put(stored(6, "Call.Member.dtmf"))


def test_an_event_that_is_not_there() -> None:
    mailbox = Mailbox([stored(2)])
    assert mailbox.find(1) is None
    with pytest.raises(LookupError, match="no event 3"):
        mailbox.get(3)
    assert (Mailbox().last, Mailbox().last_at) == (0, 0.0)


async def test_time_that_is_up_when_the_event_is_there_changes_nothing() -> None:
    mailbox = Mailbox([stored(1)])
    expected = mailbox.expect(lambda _event: True)
    mailbox.put(stored(2, "Call.Member.dtmf"))
    _give_up(expected)
    found = await expected
    assert isinstance(found, StoredEvent)
    mailbox.forget(expected)
    late: asyncio.Future[StoredEvent | None] = mailbox.expect(lambda _event: False)
    _give_up(late)
    assert await late is None


@pytest.mark.parametrize("kept", [None, {}, [], [1, 2], ["1", 2, []], [1, 2, "anna"]])
def test_progress_that_was_not_kept_is_none(kept: object) -> None:
    assert Progress.of(kept) == Progress()  # type: ignore[arg-type]  # whatever an older version has written


def test_progress_is_kept() -> None:
    progress = Progress(7, 5, ("anna", "boris"))
    assert Progress.of(progress.as_json()) == progress
