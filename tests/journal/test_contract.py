"""What every engine of the journal has to keep; `conftest.engine` says which there are."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from bot.errors import JournalFull, JournalUnavailable
from bot.journal import CallSummary, Journal, Outcome
from bot.testing.clock import ManualClock
from tests.journal.support import (
    Engine,
    comes_true,
    delivery,
    failure,
    lane,
    nothing_to_take,
    numbers,
    running,
    take_all,
)


async def test_what_is_appended_is_taken(journal: Journal) -> None:
    sent = [delivery("1", dtmfNumber="4", at=11.5), delivery("2", "Comment.created", at=12.5)]
    await journal.append(sent)

    taken = await take_all(journal, 2)

    assert numbers(taken) == [1, 2]
    assert [stored.event for stored in taken] == [one.event for one in sent]
    assert [stored.received_at for stored in taken] == [11.5, 12.5]
    assert {(stored.only, stored.outcome, stored.settled_at) for stored in taken} == {(None, None, None)}


async def test_take_waits_for_events_and_gives_each_out_once(journal: Journal) -> None:
    assert await nothing_to_take(journal)
    waiting = asyncio.create_task(journal.take(10))
    await journal.append([delivery()])
    assert numbers(await waiting) == [1]
    assert await nothing_to_take(journal)


async def test_take_keeps_to_its_limit(journal: Journal) -> None:
    await journal.append([delivery() for _ in range(5)])
    assert [numbers(await journal.take(2)) for _ in range(3)] == [[1, 2], [3, 4], [5]]


async def test_of_several_takers_each_event_goes_to_one(journal: Journal) -> None:
    takers = [asyncio.create_task(take_all(journal, 5)) for _ in range(4)]
    for _ in range(20):
        await journal.append([delivery()])
    taken = [seq for taker in takers for seq in numbers(await taker)]
    assert sorted(taken) == list(range(1, 21))


async def test_no_events_are_nothing_to_store(journal: Journal) -> None:
    await journal.append([])
    assert journal.backlog == 0


async def test_numbers_are_in_the_order_of_the_calls(journal: Journal) -> None:
    appends = [asyncio.create_task(journal.append([delivery(number=i)])) for i in range(200)]
    await asyncio.gather(*appends)
    taken = await take_all(journal, 200)
    assert numbers(taken) == list(range(1, 201))
    assert [stored.event.raw["number"] for stored in taken] == list(range(200))


async def test_unsettled_events_come_again_after_a_restart_and_settled_ones_do_not(engine: Engine) -> None:
    async with running(engine()) as first:
        await first.append([delivery("1"), delivery("2"), delivery("3")])
        await take_all(first, 3)
        first.settle(2, Outcome.HANDLED)
        assert first.backlog == 2
    async with running(engine()) as second:
        assert second.backlog == 2
        await second.append([delivery("4")])
        assert numbers(await take_all(second, 3)) == [1, 3, 4]
        assert await nothing_to_take(second)


async def test_an_event_is_the_same_after_a_restart(engine: Engine) -> None:
    sent = delivery("7", "Call.created", type="thread-incoming", originateUserId='{"phone":"0711"}', at=5.25)
    async with running(engine()) as first:
        await first.append([sent])
        (before,) = await first.take(9)
    async with running(engine()) as second:
        assert await second.take(9) == [before]


async def test_an_outcome_is_noted_with_its_time(journal: Journal, clock: ManualClock) -> None:
    await journal.append([delivery("1"), delivery("1")])
    journal.settle(1, Outcome.DUPLICATE)
    journal.settle(1, Outcome.HANDLED)
    await journal.append([delivery("2")])

    first, second = await journal.history(lane("1"))

    assert (first.outcome, first.settled_at) == (Outcome.DUPLICATE, clock.now())
    assert (second.outcome, second.settled_at) == (None, None)
    assert journal.backlog == 2


async def test_settling_what_is_settled_or_unknown_changes_nothing(journal: Journal) -> None:
    await journal.append([delivery("1"), delivery("1")])
    journal.settle(1, Outcome.HANDLED)
    await journal.append([delivery("2")])
    journal.settle(1, Outcome.DUPLICATE)
    journal.settle(99, Outcome.HANDLED)
    await journal.append([delivery("2")])
    assert (await journal.history(lane("1")))[0].outcome is Outcome.HANDLED
    assert journal.backlog == 3


async def test_pending_are_the_unhandled_events_of_a_lane(journal: Journal) -> None:
    await journal.append([delivery(thread) for thread in "1211211"])
    journal.settle(3, Outcome.HANDLED)
    assert numbers(await journal.pending(lane("1"), 1, 2)) == [4, 6]
    assert numbers(await journal.pending(lane("1"), 0, 9)) == [1, 4, 6, 7]
    assert await journal.pending(lane("1"), 7, 9) == []
    assert await journal.pending("no such lane", 0, 9) == []


async def test_history_is_the_newest_of_a_lane_oldest_first(journal: Journal) -> None:
    await journal.append([delivery(thread) for thread in "12111"])
    assert numbers(await journal.history(lane("1"))) == [1, 3, 4, 5]
    assert numbers(await journal.history(lane("1"), limit=2)) == [4, 5]
    assert await journal.history(lane("3")) == []


async def test_calls_are_summed_up_newest_first(journal: Journal) -> None:
    await journal.append(
        [
            delivery("1", "Call.created", at=10),
            delivery("2", "Call.created", at=11),
            delivery("2", "Call.ended", at=12),
            delivery("3", "Comment.created", at=13),
            delivery("1", at=14),
        ]
    )
    await journal.bury(5, [failure("a"), failure("b")])
    one = CallSummary(key=lane("1"), first_at=10, last_at=14, events=2, dead=2, ended=False)
    two = CallSummary(key=lane("2"), first_at=11, last_at=12, events=2, dead=0, ended=True)
    assert await journal.calls() == [one, two]
    assert await journal.calls(limit=1) == [one]

    await journal.replay(1)
    assert await journal.calls() == [replace(one, dead=1), two]


async def test_an_event_of_a_team_is_no_call(journal: Journal) -> None:
    await journal.append([delivery("", "Call.ended")])
    assert await journal.calls() == []


async def test_a_buried_event_is_dead_and_has_its_letters(journal: Journal, clock: ManualClock) -> None:
    await journal.append([delivery("1"), delivery("1")])
    await journal.bury(1, [failure("one", at=201), failure("two", at=202)])

    newer, older = await journal.dead_letters()

    assert (newer.failure, older.failure) == (failure("two", at=202), failure("one", at=201))
    assert (older.letter_id, newer.letter_id, newer.replayed_as) == (1, 2, None)
    assert older.stored == newer.stored == (await journal.history(lane("1")))[0]
    assert (older.stored.outcome, older.stored.settled_at) == (Outcome.DEAD, clock.now())
    assert journal.backlog == 1
    assert [one.letter_id for one in await journal.dead_letters(limit=1)] == [2]


async def test_a_letter_may_quote_half_a_surrogate_pair(journal: Journal) -> None:
    """As an error does that names what it got: its event must be buried all the same."""
    await journal.append([delivery("1")])
    torn = replace(failure("one"), error="KeyError: '\ud83d'", traceback="  who['\ud83d']\n")
    await journal.bury(1, [torn])
    (letter,) = await journal.dead_letters()
    assert letter.failure == replace(torn, error="KeyError: '\\ud83d'", traceback="  who['\\ud83d']\n")


async def test_an_event_that_was_settled_can_still_be_buried(journal: Journal) -> None:
    await journal.append([delivery("1"), delivery("1")])
    journal.settle(1, Outcome.HANDLED)
    await journal.bury(1, [failure()])
    assert (await journal.history(lane("1")))[0].outcome is Outcome.DEAD
    assert journal.backlog == 1


async def test_an_unknown_event_cannot_be_buried(journal: Journal) -> None:
    with pytest.raises(LookupError, match="no event 5"):
        await journal.bury(5, [failure()])
    assert await journal.dead_letters() == []


async def test_a_replayed_event_comes_again_for_its_handler_only(journal: Journal, clock: ManualClock) -> None:
    await journal.append([delivery("1", at=10)])
    (event,) = await journal.take(9)
    await journal.bury(1, [failure("one"), failure("two")])

    assert await journal.replay(1) == 2

    (again,) = await journal.take(9)
    assert (again.seq, again.event, again.only) == (2, event.event, "one")
    assert again.received_at == clock.now()
    assert [one.letter_id for one in await journal.dead_letters()] == [2]
    assert journal.backlog == 1
    for letter_id in (1, 77):
        with pytest.raises(LookupError, match=str(letter_id)):
            await journal.replay(letter_id)


async def test_lifecycle_is_what_began_and_ended_and_is_settled(journal: Journal) -> None:
    kinds = ["Call.created", "Call.Member.dtmf", "Call.ended", "Call.created", "Call.ended"]
    await journal.append([delivery("1", kind, at=float(at)) for at, kind in enumerate(kinds, 10)])
    for seq in (1, 2, 3, 4):
        journal.settle(seq, Outcome.HANDLED)
    await journal.append([delivery("2")])
    assert numbers(await journal.lifecycle(11.0)) == [3, 4]
    assert numbers(await journal.lifecycle(0.0)) == [1, 3, 4]


async def test_doubtful_is_what_came_last_and_is_unsettled(journal: Journal) -> None:
    assert await journal.doubtful(3.0) == []
    sent = [delivery("1", at=at) for at in (10.0, 17.4, 18.0, 19.0, 20.0)]
    await journal.append(sent)
    journal.settle(3, Outcome.HANDLED)
    await journal.append([delivery("3", at=1.0)])
    last = delivery("2", at=20.5)
    await journal.append([last])
    assert await journal.doubtful(3.0) == [(one.body, one.received_at) for one in (last, sent[4], sent[3])]
    assert await journal.doubtful(3.0, limit=1) == [(last.body, 20.5)]


async def test_pruning_deletes_what_is_old_and_settled(journal: Journal) -> None:
    await journal.append([delivery("1", at=float(at)) for at in range(10, 16)])
    await journal.bury(1, [failure()])
    for seq in (2, 4, 5):
        journal.settle(seq, Outcome.HANDLED)
    await journal.append([delivery("2", at=99.0)])

    assert await journal.prune(14.0, limit=2) == 2
    assert numbers(await journal.history(lane("1"))) == [3, 4, 5, 6]
    assert await journal.dead_letters() == []
    assert await journal.prune(14.0, limit=2) == 1
    assert await journal.prune(14.0, limit=2) == 0
    assert numbers(await journal.history(lane("1"))) == [3, 5, 6]
    assert journal.backlog == 3


async def test_numbers_are_not_given_again_after_pruning(engine: Engine) -> None:
    async with running(engine()) as first:
        await first.append([delivery("1"), delivery("1")])
        first.settle(1, Outcome.HANDLED)
        first.settle(2, Outcome.HANDLED)
        await first.append([delivery("2")])
        first.settle(3, Outcome.HANDLED)
        await first.bury(3, [])
        assert await first.prune(1e12) == 3
    async with running(engine()) as second:
        await second.append([delivery("1")])
        assert numbers(await second.take(9)) == [4]


async def test_too_many_unhandled_events_are_refused(engine: Engine) -> None:
    async with running(engine(max_backlog=3)) as journal:
        await journal.append([delivery(), delivery()])
        with pytest.raises(JournalFull, match="handled"):
            await journal.append([delivery(), delivery()])
        await journal.append([delivery()])
        journal.settle(1, Outcome.HANDLED)
        await journal.append([delivery()])
        assert numbers(await take_all(journal, 4)) == [1, 2, 3, 4]


async def test_too_many_waiting_events_are_refused(engine: Engine) -> None:
    async with running(engine(max_waiting=3)) as journal:
        waiting = asyncio.create_task(journal.append([delivery(), delivery()]))
        await asyncio.sleep(0)
        with pytest.raises(JournalFull, match="stored"):
            await journal.append([delivery(), delivery()])
        await waiting
        await journal.append([delivery(), delivery()])
        assert journal.backlog == 4


async def test_an_event_is_stored_although_its_sender_went_away(journal: Journal) -> None:
    sender = asyncio.create_task(journal.append([delivery()]))
    await asyncio.sleep(0)
    sender.cancel()
    assert numbers(await journal.take(9)) == [1]
    await asyncio.wait([sender])
    assert sender.cancelled()
    assert journal.backlog == 1


async def test_closing_writes_what_waits(engine: Engine) -> None:
    journal = engine()
    await journal.open()
    appends = [asyncio.create_task(journal.append([delivery()])) for _ in range(50)]
    await asyncio.sleep(0)
    journal.settle(1, Outcome.HANDLED)
    await journal.close()
    await asyncio.gather(*appends)
    async with running(engine()) as again:
        assert numbers(await take_all(again, 50 - 1)) == list(range(2, 51))


async def test_everything_is_unavailable_before_opening_and_after_closing(engine: Engine) -> None:
    journal = engine()
    for closed in (False, True):
        if closed:
            await journal.open()
            assert journal.healthy
            await journal.close()
        assert not journal.healthy
        attempts = [
            journal.append([delivery()]), journal.take(1), journal.pending(lane(), 0, 1), journal.bury(1, []),
            journal.history(lane()), journal.calls(), journal.dead_letters(), journal.replay(1),
            journal.lifecycle(0), journal.doubtful(3), journal.prune(0),
        ]  # fmt: skip
        for attempt in attempts:
            with pytest.raises(JournalUnavailable):
                await attempt
        with pytest.raises(JournalUnavailable):
            journal.settle(1, Outcome.HANDLED)
        await journal.close()


async def test_closing_ends_a_waiting_take(journal: Journal) -> None:
    takers = [asyncio.create_task(journal.take(1)) for _ in range(2)]
    await asyncio.sleep(0.01)
    await journal.close()
    for taker in takers:
        with pytest.raises(JournalUnavailable):
            await taker


async def test_one_who_only_looks_can_read_replay_and_prune(engine: Engine, journal: Journal) -> None:
    await journal.append([delivery("1", at=5), delivery("1", at=6)])
    await take_all(journal, 2)
    await journal.bury(1, [failure()])
    async with running(engine(serving=False)) as other:
        assert other.backlog == 1
        assert numbers(await other.history(lane("1"))) == [1, 2]
        with pytest.raises(JournalUnavailable, match="only"):
            await other.append([delivery()])
        with pytest.raises(JournalUnavailable, match="only"):
            await other.take(1)
        assert await other.replay(1) == 3
        assert await other.prune(100) == 1


async def test_what_another_process_replays_is_noticed(engine: Engine, journal: Journal, clock: ManualClock) -> None:
    await journal.append([delivery("1"), delivery("1")])
    await take_all(journal, 2)
    await journal.bury(1, [failure()])
    taker = asyncio.create_task(journal.take(9))
    async with running(engine(serving=False)) as other:
        assert await other.replay(1) == 3
    assert not taker.done()
    await clock.advance(1.0)
    assert numbers(await taker) == [3]
    assert journal.backlog == 2


async def test_what_another_process_replays_keeps_its_place_among_new_events(engine: Engine, journal: Journal) -> None:
    await journal.append([delivery("1")])
    await journal.bury(1, [failure()])
    async with running(engine(serving=False)) as other:
        assert await other.replay(1) == 2
    await journal.append([delivery("3")])
    await comes_true(lambda: journal.backlog == 2)
    # The first was taken in memory before it was buried; the second one came about elsewhere.
    assert [(one.seq, one.only) for one in await take_all(journal, 3)] == [(1, None), (2, "reception"), (3, None)]
