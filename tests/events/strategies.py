"""Arbitrary JSON, and JSON that resembles the platform's."""

from __future__ import annotations

from hypothesis import strategies as st

from bot.events import JsonValue
from bot.events.names import ALIASES, KNOWN
from tests.events.data import DOCUMENTED

# Half a surrogate pair is no Unicode text, but a dict that Python made may hold one.
TEXTS = st.text(st.characters(), max_size=12)
_LEAVES = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.integers(min_value=10**4000, max_value=10**4400)
    | st.floats()
    | TEXTS
    | st.sampled_from(["", "0", "1", "true", "{", "[1]", '{"contactId": 5}', "1e999", "nan", "incoming", "stream"])
)
JSON: st.SearchStrategy[JsonValue] = st.recursive(
    _LEAVES, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4), max_leaves=12
)
TYPES = st.sampled_from([*sorted(KNOWN), *sorted(ALIASES), "Payment.received"]) | TEXTS.filter(bool)
_DOCUMENTED = sorted({field for entry in DOCUMENTED.values() for field in entry["fields"]})
_FIELDS = [*_DOCUMENTED, "contactId", "phoneNumber", "dtmf"]


@st.composite
def events(draw: st.DrawFn) -> dict[str, JsonValue]:
    """Return an object with an eventType, and documented fields of any type at all."""
    data = draw(st.dictionaries(st.sampled_from(_FIELDS) | TEXTS, JSON, max_size=10))
    return {**data, "eventType": draw(TYPES)}
