from __future__ import annotations

from pathlib import Path

from tests.acceptance.callers import QUICK
from tests.acceptance.kill_calls import KillCalls


async def test_no_caller_notices_that_the_bot_is_killed_again_and_again(tmp_path: Path) -> None:
    report = await KillCalls(tmp_path, seed=5, pace=QUICK).run(calls=14, kills=2)
    assert report.ok, report
    assert report.calls == 14
    assert min(kill.under_way for kill in report.kills) > 0, "no kill came while people called"
