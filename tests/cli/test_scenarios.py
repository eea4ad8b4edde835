"""``simulate --scenario``: as a process, and what plays the scenarios."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from bot import Call, Context, Event, Router
from bot.cli.rehearsal import Rehearsal, rehearse, rehearse_in_real_time
from bot.dispatch import Handlers
from bot.simulator import Caller, Contact, Expectations, Record, Scenario, ScriptedCall, parse_scenario
from bot.testing import settings_for
from tests.support.command import ROOT, finished
from tests.support.handlers import handlers_of

EXAMPLES = sorted((ROOT / "handlers" / "scenarios").glob("*.toml"))
ANNA = Contact(contact_id="anna", name="Anna")


async def test_the_examples_go_as_they_say(tmp_path: Path) -> None:
    result = await finished(tmp_path, "simulate", "--scenario", *map(str, EXAMPLES), seconds=60.0)
    assert result.status == 0, result.text
    assert len(EXAMPLES) >= 5
    assert result.out.endswith(f"{len(EXAMPLES)} of {len(EXAMPLES)} scenarios went as expected.\n")
    assert f"{EXAMPLES[0]}: The caller hangs up while the menu plays" in result.out
    assert "caller       presses 1" in result.out
    assert result.err == ""


async def test_what_is_not_as_expected_is_told_and_wrong_files_stop_all(tmp_path: Path) -> None:
    (tmp_path / "short.toml").write_text(
        '[caller]\nhangs_up_after = 0.3\n[expect]\nhears = ["welcome", "main-menu"]\n', encoding="utf-8"
    )
    (tmp_path / "wrong.toml").write_text('[caller]\nsteps = ["sing"]\n', encoding="utf-8")
    fast, real, wrong = await asyncio.gather(
        finished(tmp_path, "simulate", "--scenario", "short.toml", name="fast"),
        finished(tmp_path, "simulate", "--scenario", "short.toml", "--real-time", name="real"),
        finished(tmp_path, "simulate", "--scenario", "short.toml", "wrong.toml", name="wrong"),
    )
    for result in (fast, real):
        assert result.err.count("\n") == 1
        assert result.status == 1, result.text
        assert result.err.startswith(
            "short.toml: not as expected: the caller did not hear main-menu where it should come; heard: welcome."
        )
        assert "caller       hangs up" in result.out
    assert wrong.status == 2
    assert wrong.err.startswith("wrong.toml:2: 'sing' is no step. Write such as ")
    assert wrong.out == ""


def handlers_that_look() -> tuple[Handlers, list[str]]:
    """Return a flow that notes when it is called and who is on duty."""
    router = Router()
    seen: list[str] = []

    @router.call(incoming=True)
    async def look(call: Call) -> None:
        duty = [one.contact_id for one in await call.rota.members("desk")]
        seen.append(f"{(await call.now()):%H:%M} {','.join(duty)}")
        await call.hang_up()

    return handlers_of(router), seen


ROTA = """
timezone = "UTC"
[people]
boris = "boris-id"
[groups.desk]
[[groups.desk.shifts]]
days = "daily"
who = ["boris"]
"""


async def played(text: str, folder: Path, handlers: Handlers, **settings: object) -> Rehearsal:
    lines: list[Record] = []
    scenario = parse_scenario(text, folder=folder)
    rehearsal = await rehearse(scenario, handlers, settings_for(folder, **settings), watch=lines.append)
    assert lines[0].text.startswith("calls from")
    return rehearsal


async def test_who_is_on_duty_and_when_says_the_scenario_or_the_settings(tmp_path: Path) -> None:
    (tmp_path / "week.toml").write_text(ROTA, encoding="utf-8")
    agents = '[[agents]]\nid = "anna"\n[[agents]]\nid = "olga"\n'
    handlers, seen = handlers_that_look()
    for text, settings in (
        (f"start = 2026-11-23T10:00:00+03:00\n[caller]\n{agents}", {"on_duty": ("nobody",)}),
        (f'start = 2026-11-23T10:00:00Z\non_duty = ["olga"]\n[caller]\n{agents}', {"rota": tmp_path / "week.toml"}),
        (f'start = 2026-11-23T11:00:00Z\nrota = "week.toml"\n[caller]\n{agents}', {}),
        ("start = 2026-11-23T12:00:00Z\n[caller]\n", {"rota": tmp_path / "week.toml"}),
    ):
        rehearsal = await played(text, tmp_path, handlers, **settings)
        assert not rehearsal.problems
    assert seen == ["07:00 anna,olga", "10:00 olga", "11:00 boris-id", "12:00 boris-id"]


async def test_what_fails_at_the_bot_is_told(tmp_path: Path) -> None:
    router = Router()

    @router.call(incoming=True)
    async def broken(call: Call) -> None:
        await call.record()
        raise KeyError("broken")

    @router.on("Call.ended")
    async def failing(_event: Event, _context: Context) -> None:
        raise KeyError("failing")

    rehearsal = await played(
        """
        [[calls]]
        name = "impatient"
        caller = { hangs_up_after = 2 }
        expect = { recorded = false }
        [[calls]]
        at = 1
        caller = { hangs_up_after = 2 }
        """,
        tmp_path,
        handlers_of(router),
        handler_tries=1,
    )
    call, handlers, flow = rehearsal.problems
    assert call == "call 1 (impatient): the call was recorded"
    assert flow.startswith("the flow tests.cli.test_scenarios.")
    assert flow.endswith("broken failed")
    assert handlers == "handlers failed for good, on 2 events"


@pytest.mark.parametrize("rota", [True, False])
async def test_real_time_knows_the_same_people(tmp_path: Path, *, rota: bool) -> None:
    (tmp_path / "week.toml").write_text(ROTA, encoding="utf-8")
    handlers, seen = handlers_that_look()
    scenario = Scenario(
        calls=[ScriptedCall(caller=Caller(), expect=Expectations(ended_by="bot"))],
        agents=[ANNA],
        rota=tmp_path / "week.toml" if rota else None,
    )
    rehearsal = await rehearse_in_real_time(scenario, handlers, settings_for(tmp_path), watch=lambda _: None)
    assert not rehearsal.problems
    assert seen[0].endswith("boris-id" if rota else "anna")
