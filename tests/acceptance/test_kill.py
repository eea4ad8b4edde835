from __future__ import annotations

from pathlib import Path

from tests.acceptance.kill import KillTest, _disordered


async def test_nothing_acknowledged_is_lost_when_the_process_is_killed_again_and_again(tmp_path: Path) -> None:
    report = await KillTest(tmp_path, seed=20).run(kills=5)
    assert report.ok, report
    assert report.kills == 5
    assert report.acknowledged > 100, report
    assert report.unanswered > 0, "no kill came while events were posted"
    assert report.recovered > 0, "no kill found acknowledged events unhandled"


def test_the_test_sees_disorder() -> None:
    assert _disordered(["a", "b", "a", "b"], [1, 2, 3, 4]) == []
    assert _disordered(["a", "b", "a", "b"], [3, 2, 1, 4]) == ["a"]
