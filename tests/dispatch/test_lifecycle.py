from __future__ import annotations

from bot.dispatch import CallBook
from bot.events import parse_event
from tests.support.events import TEAM, created, event

LANE = f"{TEAM}/thread/t1"


def say(book: CallBook, event_type: str, at: float, **fields: str | bool) -> bool:
    return book.repeats(event(event_type, "t1", **fields), at)


def begin(book: CallBook, at: float, *, created_at: int = 1000, incoming: bool = True) -> bool:
    return book.repeats(parse_event(created("t1", incoming=incoming, at=created_at)), at)


def test_a_call_begins_and_ends_once() -> None:
    book = CallBook()
    assert [begin(book, 0), begin(book, 1)] == [False, True]
    assert [say(book, "Call.ended", 2), say(book, "Call.ended", 3)] == [False, True]
    assert begin(book, 4)


def test_a_thread_can_hold_one_call_after_another() -> None:
    book = CallBook()
    begin(book, 0, created_at=1000)
    say(book, "Call.ended", 5)
    assert book.ended(LANE)
    assert not begin(book, 6, created_at=2000)
    assert not book.ended(LANE)
    assert not say(book, "Call.ended", 9)


def test_a_call_whose_end_was_missed_gives_way_to_the_next() -> None:
    book = CallBook()
    begin(book, 0, created_at=1000)
    assert not begin(book, 6, created_at=2000)
    assert begin(book, 7, created_at=1000), "the older one, late"


def test_without_times_a_second_beginning_of_an_open_call_is_a_repeat() -> None:
    book = CallBook()
    assert [say(book, "Call.created", at) for at in (0, 50)] == [False, True]
    say(book, "Call.ended", 60)
    assert not say(book, "Call.created", 100)


def test_an_ended_call_stays_ended_when_its_beginning_comes_late() -> None:
    book = CallBook()
    say(book, "Call.ended", 0)
    assert not begin(book, 1)
    assert book.ended(LANE)
    assert begin(book, 1.5), "a second copy"


def test_a_call_can_begin_long_after_one_whose_beginning_was_missed() -> None:
    book = CallBook()
    say(book, "Call.ended", 0)
    assert not begin(book, 100)
    assert not book.ended(LANE)


def test_members_may_come_before_the_beginning() -> None:
    book = CallBook()
    assert not say(book, "Call.Member.invited", 0, userId="u1")
    assert book.incoming(LANE) is None
    assert not begin(book, 0.1)
    assert book.incoming(LANE) is True
    assert say(book, "Call.Member.invited", 0.2, userId="u1")


def test_an_event_of_a_member_repeats_only_within_moments_and_in_a_row() -> None:
    book = CallBook()
    begin(book, 0)
    assert not say(book, "Call.Member.invited", 1, userId="u1")
    assert say(book, "Call.Member.invited", 1.5, userId="u1")
    assert not say(book, "Call.Member.invited", 1.6, userId="u2")
    assert not say(book, "Call.Member.Invite.ended", 2, userId="u1", answered=False)
    assert not say(book, "Call.Member.Invite.ended", 2.1, userId="u1", answered=True)
    assert not say(book, "Call.Member.invited", 2.5, userId="u1")
    assert not say(book, "Call.Member.invited", 30, userId="u1")


def test_key_presses_never_repeat() -> None:
    book = CallBook()
    begin(book, 0)
    assert not any(say(book, "Call.Member.dtmf", 1, userId="u1", dtmfNumber="1") for _ in range(5))


def test_what_comes_after_the_end_is_not_judged() -> None:
    book = CallBook()
    say(book, "Call.ended", 0)
    assert not say(book, "Call.Member.leaved", 0.1, userId="u1")
    assert not say(book, "Call.Member.leaved", 0.2, userId="u1")


def test_an_end_is_foreseen_until_it_is_handled() -> None:
    book = CallBook()
    begin(book, 0)
    over = event("Call.ended", "t1")
    book.foresee(event("Call.Member.dtmf", "t1"))
    assert not book.ended(LANE)
    book.foresee(over)
    assert book.ended(LANE)
    assert not book.repeats(over, 1)
    assert book.ended(LANE)


def test_events_of_no_call_are_not_judged() -> None:
    book = CallBook()
    assert not any(book.repeats(event("Thread.created", "t1"), 0) for _ in range(2))


def test_what_is_remembered_is_bounded() -> None:
    book = CallBook(open_limit=2, ended_limit=2)
    for number in range(5):
        book.repeats(event("Call.created", f"t{number}"), 0)
    assert book.open_calls == 2
    for number in range(5):
        book.repeats(event("Call.ended", f"t{number}"), 0)
    assert [book.ended(f"{TEAM}/thread/t{number}") for number in range(5)] == [False, False, False, True, True]
    assert book.open_calls == 0
