"""Playing scenarios with the installed handlers, in a world of their own: ports and journal disturb nobody."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from bot.app import Bot
from bot.cli.stage import Stage
from bot.clock import Clock
from bot.dispatch import Handlers
from bot.fuzz import Played, PlayedCall, Playhouse
from bot.journal.flows import FlowState
from bot.settings import Settings
from bot.simulator import Record, Scenario, Verdict, judge, play_scenario

_UNDER_WAY: Final = ("bot_backlog_events", "bot_flows_running")
_PATIENCE: Final = 10.0
_LOOK_EVERY: Final = 0.05
_ROUNDS: Final = 3
"""What the bot writes at the end of a call comes back to it as an event, and that may make it write once more."""

Watch = Callable[[Record], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rehearsal:
    """How a scenario went.

    Attributes:
        verdicts: on each call, in the scenario's order.
        failures: what failed at the bot, a sentence each.
    """

    verdicts: Sequence[Verdict]
    failures: Sequence[str]

    @property
    def problems(self) -> Sequence[str]:
        """All that was not as expected, a sentence each, with the call that it is about where there are several."""
        several = len(self.verdicts) > 1
        found = []
        for index, verdict in enumerate(self.verdicts, 1):
            which = f"call {index}{f' ({verdict.name})' if verdict.name else ''}: " if several else ""
            found += [f"{which}{problem}" for problem in verdict.problems]
        return [*found, *self.failures]


async def rehearse(scenario: Scenario, handlers: Handlers, settings: Settings, *, watch: Watch) -> Rehearsal:
    """Play a scenario in a time of its own, which passes as fast as the bot can work.

    Args:
        scenario: what happens.
        handlers: of the bot.
        settings: how the bot works, those of ports, journal, platform and rota aside.
        watch: is told what happens, as it happens.
    """
    played = await Playhouse(handlers, settings).play(replace(scenario, rota=rota_of(scenario, settings)), watch)
    return Rehearsal(verdicts=[_verdict(one) for one in played.calls], failures=failures_in(played))


def _verdict(played: PlayedCall) -> Verdict:
    expect = played.script.expect
    late = [f"the call did not end within {expect.ends_within:g} s"] if played.endless else []
    return Verdict(problems=[*late, *judge(played.call, expect)], call=played.call, name=played.script.name)


def failures_in(played: Played) -> Sequence[str]:
    """Return what failed at the bots of a scenario, a sentence each."""
    letters = sum(len(call.letters) for call in played.calls)
    ends = ((flow.start.name, flow.end) for call in played.calls for flow in call.flows)
    failed = dict.fromkeys(name for name, end in ends if end is not None and end.state is FlowState.FAILED)
    return [
        *([f"handlers failed for good, on {letters} events"] if letters else []),
        *(f"the flow {name} failed" for name in failed),
    ]


async def rehearse_in_real_time(
    scenario: Scenario, handlers: Handlers, settings: Settings, *, watch: Watch
) -> Rehearsal:
    """Play a scenario by the clock on the wall; ``start`` has no effect. Parameters as for `rehearse`."""
    rota = rota_of(scenario, settings)
    with tempfile.TemporaryDirectory(prefix="workonflow-bot-scenario-") as folder:
        own = own_world(settings, Path(folder)).model_copy(update={"rota": rota})
        async with Stage(own, scenario.agents, () if rota is not None else scenario.duty) as stage:
            async with Bot(stage.config, handlers) as bot:
                stage.connect(bot)
                stage.simulator.timeline.subscribe(watch)
                verdicts = await play_scenario(stage.simulator, scenario)
                await _finished(bot, verdicts, stage.simulator.clock)
            return Rehearsal(verdicts=verdicts, failures=failures(bot))


async def _finished(bot: Bot, verdicts: Sequence[Verdict], clock: Clock) -> None:
    """Wait, not for ever, until a bot is done with calls that are over, and has been told of its own comments."""
    with suppress(TimeoutError):
        async with clock.timeout(_PATIENCE):
            for _ in range(_ROUNDS):
                while any(bot.metrics.registry.get_sample_value(name) for name in _UNDER_WAY):
                    await clock.sleep(_LOOK_EVERY)
                for verdict in verdicts:
                    await verdict.call.wait_settled()


def rota_of(scenario: Scenario, settings: Settings) -> Path | None:
    """Return the rota of a scenario; that of ``BOT_ROTA`` where it says nothing of who is on duty."""
    return settings.rota if scenario.rota is None and scenario.on_duty is None else scenario.rota


def own_world(settings: Settings, folder: Path) -> Settings:
    """Return settings with ports and a journal that disturb no bot that runs already."""
    return settings.model_copy(
        update={
            "host": "127.0.0.1",
            "port": 0,
            "simulator_port": 0,
            "journal": f"sqlite:///{folder}/journal.sqlite3",
            "public_url": None,
            "drain_seconds": 1.0,
            "log_level": "warning" if settings.log_level == "info" else settings.log_level,
        }
    )


def failures(bot: Bot) -> Sequence[str]:
    """Return what failed at a bot since it was started, a sentence each."""
    found = []
    for metric in bot.metrics.registry.collect():
        for sample in metric.samples:
            if not sample.value:
                continue
            if sample.name == "bot_flows_ended_total" and sample.labels["state"] == "failed":
                found.append(f"the flow {sample.labels['flow']} failed")
            elif sample.name == "bot_events_settled_total" and sample.labels["outcome"] == "dead":
                found.append(f"handlers failed for good, on {sample.value:g} events")
            elif sample.name == "bot_fallbacks_total" and sample.labels["result"] == "failed":
                found.append("nothing helped a caller, not even the last resort")
    return found
