from __future__ import annotations

from pathlib import Path

import pytest

from bot.simulator import Record
from bot.simulator.timeline import RecordKind
from bot.testing import Golden, Timeline


def record(elapsed: float, text: str, kind: RecordKind = "request", who: str = "bot") -> Record:
    return Record(number=1, at=elapsed, elapsed=elapsed, call=None, kind=kind, who=who, text=text, data=None)


def test_what_differs_from_run_to_run_is_left_out(tmp_path: Path) -> None:
    timeline = Timeline(
        [
            record(0.04, "call.audio/play welcome.1ce7be625c30bdfd.wav"),
            record(0.04, "200 OK", "answer", "platform"),
            record(1.26, "comment/create http://127.0.0.1:40589/simulator/recordings/545b508981d3f8001497d03d/x.wav"),
            record(1.26, "400 the call has ended", "answer", "platform"),
            record(2.0, "call.user/invite 595b405b81d3f8001497603d +74951234567", "request"),
        ],
        Golden(tmp_path),
    )

    assert str(timeline).splitlines() == [
        "     0.0  bot         call.audio/play welcome.hash.wav",
        "     1.3  bot         comment/create http://host/simulator/recordings/id/x.wav",
        "     1.3  platform    400 the call has ended",
        "     2.0  bot         call.user/invite id +74951234567",
    ]


def test_a_golden_timeline_is_written_when_told_to(tmp_path: Path) -> None:
    records = [record(0.0, "one"), record(0.0, "two"), record(1.0, "three")]
    with pytest.raises(AssertionError, match=r"there is no .*sales\.txt; pytest --update-golden writes it"):
        Timeline(records, Golden(tmp_path / "golden")).matches("sales")
    assert Timeline(records, Golden(tmp_path / "golden", update=True)).matches("sales")
    assert Timeline(records, Golden(tmp_path / "golden")).matches("sales")


def test_the_order_within_a_moment_does_not_count(tmp_path: Path) -> None:
    one, two, three = record(0.0, "one"), record(0.0, "two"), record(1.0, "three")
    assert Timeline([one, two, three], Golden(tmp_path, update=True)).matches("a/b")
    assert Timeline([two, one, three], Golden(tmp_path)).matches("a/b")
    with pytest.raises(AssertionError, match=r"(?s)another one.*-     0.0  bot         two"):
        Timeline([one, three], Golden(tmp_path)).matches("a/b")
    with pytest.raises(AssertionError, match=r"\+     0.0  bot         one"):
        Timeline([one, one, two, three], Golden(tmp_path)).matches("a/b")


@pytest.mark.parametrize("name", ["", "../x", "a.txt", "/a", "a b"])
def test_a_name_that_is_no_file_s(tmp_path: Path, name: str) -> None:
    with pytest.raises(ValueError, match="can be no name"):
        Timeline([], Golden(tmp_path)).matches(name)
