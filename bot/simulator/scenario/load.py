"""Reading scenario files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Final

from bot.events import JsonValue
from bot.simulator.faults import Faults
from bot.simulator.refusal import SimulatorError
from bot.simulator.scenario.fields import read_seconds, read_spans, read_texts, read_whole
from bot.simulator.scenario.load_people import PeopleReader, read_agents
from bot.simulator.scenario.model import ENDS_WITHIN, NOBODY, Expectations, Scenario, ScriptedCall
from bot.toml import Table, parse_toml, read_toml

_START: Final = "a time with its zone, such as 2026-11-23T10:00:00+01:00"
_ENDERS: Final = ("caller", "bot")
_SOUNDS: Final = 'a list of names of sounds such as ["welcome", "main-menu"]'
_YES_NO: Final = "true or false"


class ScenarioError(SimulatorError):
    """A scenario file cannot be read or has mistakes.

    Args:
        problems: every mistake, each a line ``file:line: problem. fix``.
    """

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = tuple(problems)


def load_scenario(path: Path) -> Scenario:
    """Read a scenario file; a rota that it names is looked for beside it.

    Raises:
        ScenarioError: the file cannot be read or has mistakes; all of them are listed, each with its line and the fix.
    """
    return _scenario(read_toml(path, "the scenario", ScenarioError), path.parent)


def parse_scenario(text: str, name: str = "scenario", folder: Path = Path()) -> Scenario:
    """Read a scenario from text.

    Args:
        text: what a scenario file holds.
        name: of the text, for the errors.
        folder: where a rota that it names is looked for.

    Raises:
        ScenarioError: as for `load_scenario`.
    """
    return _scenario(parse_toml(text, name, ScenarioError), folder)


def _scenario(top: Table, folder: Path) -> Scenario:
    agents = read_agents(top)
    people = PeopleReader(agents)
    calls = _calls(top, people)
    seed = read_whole(top, "seed")
    rota = top.text("rota", "the file of a rota, beside this one")
    on_duty = people.ids(top, "on_duty") if top.raw("on_duty") is not None else None
    if rota is not None and on_duty is not None:
        top.wrong("rota", "there are both a rota and on_duty", "Leave one of them out.")
    faults = _faults(top, seed)
    start = _start(top)
    title = top.text("title", "what the scenario shows")
    bot_away = read_spans(top, "bot_away")
    top.finish()
    top.problems.check()
    return Scenario(
        calls=calls,
        title=title or "",
        agents=agents,
        on_duty=on_duty,
        rota=None if rota is None else folder / rota,
        start=start,
        seed=seed,
        faults=faults,
        bot_away=bot_away,
    )


def _start(top: Table) -> datetime | None:
    start = top.get("start", datetime, _START)
    if start is not None and start.tzinfo is None:
        top.wrong("start", "start has no time zone", f"Write {_START}.")
        return None
    return start


def _calls(top: Table, people: PeopleReader) -> Sequence[ScriptedCall]:
    calls = top.raw("calls")
    if calls is None:
        if "caller" not in top:
            top.problems.add((), "nobody calls", "Write [caller], and below it what the caller does.")
        return [_call(top, people)]
    for alone in ("caller", "expect"):
        if alone in top:
            top.raw(alone)
            top.wrong(alone, f"there are both {alone} and calls", f"Write [calls.{alone}] below [[calls]].")
    if not calls:
        top.wrong("calls", "nobody calls", "Write [[calls]] for each call.")
    found = []
    for fields in top.tables("calls"):
        found.append(_call(fields, people, several=True))
        fields.finish()
    return found


def _call(fields: Table, people: PeopleReader, *, several: bool = False) -> ScriptedCall:
    """Read a call: a table of its own where there are several, else the top level of the file."""
    caller = people.caller(fields)
    expect = _expectations(fields, people)
    if not several:
        return ScriptedCall(caller=caller, expect=expect)
    return ScriptedCall(
        caller=caller,
        expect=expect,
        name=fields.text("name", "what the call shows") or "",
        at=read_seconds(fields, "at") or 0.0,
        team_id=fields.text("team", "the id of the team that is called") or ScriptedCall().team_id,
        destination_id=fields.text("destination", "whom or what the line belongs to") or ScriptedCall().destination_id,
    )


def _expectations(parent: Table, people: PeopleReader) -> Expectations:
    fields = parent.table("expect")
    if fields is None:
        return Expectations()
    ends_within = read_seconds(fields, "ends_within")
    expect = Expectations(
        hears=read_texts(fields, "hears", _SOUNDS),
        never_hears=read_texts(fields, "never_hears", _SOUNDS),
        recorded=fields.get("recorded", bool, _YES_NO),
        connected_to=people.person(fields, "connected_to", (NOBODY,)),
        message_left=fields.get("message_left", bool, _YES_NO),
        ended_by=people.person(fields, "ended_by", _ENDERS),
        ends_within=ENDS_WITHIN if ends_within is None else ends_within,
        longest_silence=read_seconds(fields, "longest_silence"),
    )
    fields.finish()
    return expect


def _faults(top: Table, seed: int) -> Faults:
    """Read what goes wrong; its seed is that of the scenario where it names none."""
    fields = top.table("faults")
    if fields is None:
        return Faults(seed=seed)
    names = fields.keys()
    values: Mapping[str, JsonValue] = {name: _json(fields.raw(name)) for name in names}
    try:
        return Faults.from_json({"seed": seed, **values})
    except ValueError as error:
        name = str(error).partition(":")[0]
        at = name if name in values else next((key for key in values if repr(key) in str(error)), "")
        top.problems.add(("faults", at), str(error), "Write such as duplicated = 0.1.")
        return Faults()


def _json(value: object) -> JsonValue:
    if isinstance(value, dict):
        return {str(key): _json(entry) for key, entry in value.items()}
    return value if isinstance(value, int | float | str) else str(value)
