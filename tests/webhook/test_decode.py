from __future__ import annotations

import json

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import EventError
from bot.events import JsonValue, parse_event
from bot.webhook.decode import decode

WRITTEN = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=10,
)
EVENTS = st.dictionaries(st.text(max_size=8), WRITTEN, max_size=5).map(lambda data: data | {"eventType": "Call.ended"})


@given(st.binary(max_size=60) | st.text(max_size=40).map(str.encode) | WRITTEN.map(msgspec.json.encode))
def test_any_bytes_are_events_or_an_event_error(body: bytes) -> None:
    try:
        deliveries = decode(body, 5.0)
    except EventError:
        return
    assert deliveries
    for one in deliveries:
        assert one.event == parse_event(msgspec.json.decode(one.body))
        assert one.received_at == 5.0


@given(EVENTS)
def test_an_event_keeps_its_bytes(data: dict[str, JsonValue]) -> None:
    body = msgspec.json.format(msgspec.json.encode(data))
    (delivery,) = decode(body, 5.0)

    assert delivery.body == body
    assert delivery.event.raw == msgspec.json.decode(body)


@given(st.lists(EVENTS, min_size=1, max_size=5))
def test_each_event_of_a_list_has_bytes_of_its_own(events: list[dict[str, JsonValue]]) -> None:
    deliveries = decode(msgspec.json.encode(events), 5.0)

    assert [msgspec.json.decode(one.body) for one in deliveries] == msgspec.json.decode(msgspec.json.encode(events))


@given(
    st.lists(st.sampled_from([r"\ud83d", r"\ude00", r"\uD83D\uDE00", r"\\", r"\\\\ud83d", r"\"", "a", "u"]), max_size=8)
)
def test_half_a_surrogate_pair_is_mended_and_nothing_else_is_touched(pieces: list[str]) -> None:
    text = "".join(pieces)
    body = f'{{"eventType":"x","text":"{text}"}}'.encode()
    (delivery,) = decode(body, 5.0)

    assert delivery.event.raw["text"] == _read_by_the_standard_library(text)
    assert msgspec.json.decode(delivery.body) == delivery.event.raw


def _read_by_the_standard_library(text: str) -> str:
    loaded: str = json.loads(f'"{text}"')
    return "".join("\ufffd" if "\ud800" <= char <= "\udfff" else char for char in loaded)
