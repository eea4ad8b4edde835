from __future__ import annotations

import pytest

from bot.flow.state import CallState


def test_values_are_json_and_copied() -> None:
    state = CallState({"a": 1})
    kept: list[int] = [1]
    state["list"] = kept  # type: ignore[assignment]  # a list of numbers is JSON
    kept.append(2)
    assert dict(state) == {"a": 1, "list": [1]}
    del state["a"]
    assert list(state) == ["list"]
    assert len(state) == 1
    assert state.as_json() == b'{"list":[1]}'
    with pytest.raises(TypeError, match="'x' is none"):
        state["x"] = object()  # type: ignore[assignment]  # that is the mistake


def test_values_are_read_by_type() -> None:
    state = CallState({"tries": 2, "name": "x"})
    assert state.read("tries", 0) == 2
    assert state.read("absent", "none") == "none"
    with pytest.raises(TypeError, match=r"call.state\['name'\] is str, not int"):
        state.read("name", 0)


def test_values_are_not_shown() -> None:
    assert "1234" not in repr(CallState({"pin": "1234"}))
