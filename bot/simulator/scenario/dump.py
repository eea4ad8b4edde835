"""Writing scenario files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields, replace
from typing import TypeAlias

import tomli_w

from bot.events import JsonValue
from bot.simulator.people import RING_SECONDS, Caller, Contact
from bot.simulator.scenario.model import ENDS_WITHIN, Expectations, Scenario, ScriptedCall
from bot.simulator.scenario.words import reaction_text

Tree: TypeAlias = dict[str, object]


def dump_scenario(scenario: Scenario, *, comment: str = "") -> str:
    """Return a scenario as the text of a file that `load_scenario` takes.

    A contact who is in nobody's hand (`Contact.by_hand`) is written as one who never answers.

    Args:
        scenario: the scenario.
        comment: lines to write above it.
    """
    alone = len(scenario.calls) == 1 and _is_plain(scenario.calls[0])
    tree: Tree = {
        "title": scenario.title,
        "start": scenario.start,
        "seed": scenario.seed or None,
        "rota": None if scenario.rota is None else str(scenario.rota),
    }
    tree = _filled(tree)
    if scenario.on_duty is not None:
        tree["on_duty"] = list(scenario.on_duty)
    if scenario.bot_away:
        tree["bot_away"] = [[_plain(at), _plain(seconds)] for at, seconds in scenario.bot_away]
    if scenario.agents:
        tree["agents"] = [_agent(agent) for agent in scenario.agents]
    if alone:
        tree |= _call(scenario.calls[0])
    else:
        tree["calls"] = [_call(call) for call in scenario.calls]
    tree |= _filled({"faults": _faults(scenario)})
    head = "".join(f"# {line}".rstrip() + "\n" for line in comment.splitlines())
    return f"{head}\n{text(tree)}" if head else text(tree)


def text(tree: Mapping[str, object]) -> str:
    """Return TOML."""
    return tomli_w.dumps(tree, multiline_strings=False, indent=2)


def _is_plain(call: ScriptedCall) -> bool:
    plain = ScriptedCall()
    return replace(call, caller=plain.caller, expect=plain.expect) == plain


def _call(call: ScriptedCall) -> Tree:
    tree = _filled(
        {
            "name": call.name,
            "at": call.at or None,
            "team": None if call.team_id == ScriptedCall().team_id else call.team_id,
            "destination": None if call.destination_id == ScriptedCall().destination_id else call.destination_id,
        }
    )
    tree["caller"] = _caller(call.caller)
    return tree | _filled({"expect": _expect(call.expect)})


def _caller(caller: Caller) -> Tree:
    return _filled(
        {
            "phone": caller.phone,
            "presses": [[_plain(after), key] for after, key in caller.presses],
            "hangs_up_after": caller.hangs_up_after,
            "talks_for": caller.talks_for,
            "steps": [str(step) for step in caller.steps],
        }
    )


def _agent(agent: Contact) -> Tree:
    return _filled(
        {
            "id": agent.contact_id,
            "name": "" if agent.name == agent.contact_id else agent.name,
            "phone": agent.phone,
            "when_rung": _rung(agent),
            "ring_timeout": None if agent.ring_timeout == RING_SECONDS else agent.ring_timeout,
            "presses": [[_plain(after), key] for after, key in agent.presses],
            "talks_for": agent.talks_for,
            "steps": [str(step) for step in agent.steps],
            "online": None if agent.online else False,
            "extension": agent.extension,
            "team": agent.team_id,
        }
    )


def _rung(agent: Contact) -> str | Sequence[str]:
    reactions = [agent.reaction(1)] if agent.by_hand or not agent.when_rung else agent.when_rung
    texts = [reaction_text(reaction) for reaction in reactions]
    return texts[0] if len(texts) == 1 else texts


def _expect(expect: Expectations) -> Tree:
    values = {field.name: getattr(expect, field.name) for field in fields(expect)}
    values["ends_within"] = None if expect.ends_within == ENDS_WITHIN else expect.ends_within
    return _filled(values)


def _faults(scenario: Scenario) -> Mapping[str, JsonValue]:
    values = dict(scenario.faults.as_json())
    if values["seed"] == scenario.seed:
        del values["seed"]
    return values


def _filled(tree: Mapping[str, object]) -> Tree:
    """Return a table without what it does not say, and whole numbers without a point."""
    return {key: _plain(value) for key, value in tree.items() if value not in (None, "", [], (), {})}


def _plain(value: object) -> object:
    return int(value) if isinstance(value, float) and value.is_integer() else value
