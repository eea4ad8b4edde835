"""What the fuzzer's judge finds, and what it forgives."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from bot import ApiError, Call, Router
from bot.fuzz import Kind, Pardon, Played, Playhouse, judged
from bot.simulator import Caller, Chance, Contact, Expectations, Faults, Reaction, Reacts, Scenario, ScriptedCall
from bot.testing import settings_for
from tests.support.handlers import handlers_of

Flow = Callable[[Call], Coroutine[object, object, None]]
MACHINE = Contact(contact_id="anna", name="Anna", when_rung=[Reaction(Reacts.VOICEMAIL, 2.0, 30.0)])


async def greeting(call: Call) -> None:
    while True:
        await call.play("welcome")


async def music(call: Call) -> None:
    try:
        await call.play("hold-music", loop=True)
    except ApiError as error:
        call.log.info("no music", reason=error.message)
    await call.sleep(600)


async def message(call: Call) -> None:
    await call.record()
    await call.voicemail(longest=40.0)


async def dialling(call: Call) -> None:
    await call.dial("anna")
    await call.wait_for("Call.Member.leaved")
    await call.hang_up()


async def played(
    flow: Flow,
    folder: Path,
    hangs_up_after: float = 60.0,
    *,
    faults: Faults | None = None,
    bot_away: tuple[float, float] | None = None,
    ends_within: float = 100.0,
) -> Played:
    router = Router()
    router.call(incoming=True)(flow)
    scenario = Scenario(
        calls=[
            ScriptedCall(
                caller=Caller(hangs_up_after=hangs_up_after), expect=Expectations(ends_within=ends_within), at=1.0
            )
        ],
        agents=[MACHINE],
        faults=faults or Faults(),
        bot_away=[] if bot_away is None else [bot_away],
    )
    return await Playhouse(handlers_of(router), settings_for(folder)).play(scenario)


@pytest.mark.parametrize("hangs_up_after", [30.0, 80.0])
async def test_the_callers_own_silence_in_a_message_is_forgiven(tmp_path: Path, hangs_up_after: float) -> None:
    judgement = judged(await played(message, tmp_path, hangs_up_after), 15.0)
    assert not judgement.findings
    assert judgement.forgiven == {Pardon.MESSAGE: 1}


ONCE = Chance(1, most=1)


@pytest.mark.parametrize(
    ("flow", "world", "forgiven"),
    [
        (message, {"bot_away": (20.0, 4.0)}, {Pardon.MESSAGE: 1}),
        (dialling, {}, {Pardon.MACHINE: 1}),
        (greeting, {"bot_away": (10.0, 30.0)}, {Pardon.AWAY: 1}),
        (music, {"faults": Faults(unauthorised=ONCE)}, {Pardon.UNPLAYED: 1}),
        (greeting, {"faults": Faults(dropped=ONCE)}, {Pardon.DROPPED: 1}),
        (greeting, {"faults": Faults(unauthorised=ONCE)}, {Pardon.REFUSED: 1, Pardon.MACHINE: 1}),
        (greeting, {"faults": Faults(restart=ONCE, restart_seconds=3.0)}, {Pardon.REFUSED: 2, Pardon.MACHINE: 1}),
    ],
    ids=["message over a kill", "machine", "no bot", "unplayed", "dropped", "refused", "restart"],
)
async def test_what_is_nobodys_fault_is_forgiven_and_counted(
    tmp_path: Path, flow: Flow, world: Mapping[str, object], forgiven: Mapping[Pardon, int]
) -> None:
    judgement = judged(await played(flow, tmp_path, **world), 15.0)  # type: ignore[arg-type]
    assert not judgement.findings
    assert judgement.forgiven == forgiven


async def test_a_silence_counts_for_what_is_left_of_it(tmp_path: Path) -> None:
    """The bot is away for ten of almost fifty-six seconds."""
    away = await played(music_and_silence, tmp_path, 60.0, bot_away=(30.0, 10.0))
    (silence,) = judged(away, 15.0).findings
    assert silence.kind is Kind.SILENCE
    assert not judged(away, 47.0).findings, "55.8 s without the ten"


async def music_and_silence(call: Call) -> None:
    await call.play("welcome", barge_in=False)
    await call.sleep(600)


async def test_a_call_that_nobody_ends_is_found(tmp_path: Path) -> None:
    result = await played(greeting, tmp_path, 80.0, ends_within=20.0)
    (finding,) = judged(result, 15.0).findings
    assert finding.kind is Kind.ENDLESS_CALL
    assert finding.text == "the call went on for 20 s"


async def test_events_that_were_acknowledged_and_not_handled_are_found(tmp_path: Path) -> None:
    result = await played(greeting, tmp_path, 10.0)
    (call,) = result.calls
    lost = judged(replace(result, calls=[replace(call, history=call.history[1:])]), 15.0)
    (finding,) = lost.findings
    assert (finding.kind, finding.text) == (Kind.EVENT_LOST, "Call.created was acknowledged and not handled")
    call.call.deliveries[0].acknowledged_at = None
    call.call.deliveries[0].problem = "HTTP 503"
    (finding,) = judged(result, 15.0).findings
    assert finding.text == "Call.created was never acknowledged: HTTP 503"
