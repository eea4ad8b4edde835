from __future__ import annotations

import pytest

from bot.events import CallKey
from bot.simulator import Record, Timeline, format_line
from bot.simulator.timeline import mask_phones, shown_fields

KEY = CallKey("team", "thread", "thread")


def test_records_are_numbered_kept_up_to_a_limit_and_shown() -> None:
    timeline = Timeline(longest=2)
    seen: list[Record] = []
    unsubscribe = timeline.subscribe(seen.append)
    first = timeline.add("note", "platform", "one", at=1.0, elapsed=0.5)
    second = timeline.add("event", "platform", "two", at=2.0, elapsed=1.5, call=KEY, data={"a": 1})
    unsubscribe()
    unsubscribe()
    third = timeline.add("note", "platform", "three", at=3.0, elapsed=2.5)

    assert seen == [first, second]
    assert timeline.since() == [second, third]
    assert timeline.since(2) == [third]
    assert timeline.of(KEY) == [second]
    assert timeline.last == 3
    assert second.as_json() == {
        "number": 2,
        "at": 2.0,
        "elapsed": 1.5,
        "call": "team/thread/thread",
        "kind": "event",
        "who": "platform",
        "text": "two",
        "data": {"a": 1},
    }
    assert first.as_json()["call"] is None


def test_a_line_says_when_who_and_what() -> None:
    record = Record(
        number=1,
        at=5.0,
        elapsed=1.234,
        call=None,
        kind="person",
        who="caller",
        text="calls from +74951234567",
        data=None,
    )
    assert format_line(record) == "    1.23 s  caller       calls from +*********67"


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("89536052307", "*********07"),
        ("invite 5b72aaab444507001c8be443 +7 (495) 123-45-67", "invite 5b72aaab444507001c8be443 +* (***) ***-**-67"),
        ("5b72aaab444507001c8be443 is no number", "5b72aaab444507001c8be443 is no number"),
        ("welcome.12345678.wav", "welcome.12345678.wav"),
        ("http://127.0.0.1:40961/x", "http://127.0.0.1:40961/x"),
        ("200 OK after 12.5 s", "200 OK after 12.5 s"),
        ("call 89536052307. Or tel:89536052307: now", "call *********07. Or tel:*********07: now"),
        ("400 89536052307", "400 *********07"),
        ("400 there is no 1800000000, nor 89536052307", "400 there is no ********00, nor *********07"),
    ],
)
def test_numbers_are_masked_but_for_their_last_two_digits(text: str, masked: str) -> None:
    assert mask_phones(text) == masked


def test_what_tells_events_apart() -> None:
    assert shown_fields({"eventType": "Call.ended"}) == ""
    assert shown_fields({"phone": "1", "answered": False}) == "1, not answered"
    assert shown_fields({"answered": True}) == "answered"
    assert shown_fields({"dtmfNumber": "5"}) == "key 5"
