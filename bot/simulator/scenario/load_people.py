"""Reading who takes part in a scenario."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from bot.simulator.moments import SOUND_CUES
from bot.simulator.people import RING_SECONDS, Caller, Contact, KeyPresses
from bot.simulator.scenario.fields import read_each, read_seconds
from bot.simulator.scenario.words import parse_reaction
from bot.simulator.steps import Step, Until, check_keys, check_seconds, parse_step
from bot.toml import Table, suggestion

_STEPS: Final = 'a list of steps such as ["until main-menu begins", "press 1"]'
_RUNG: Final = 'what the person does, such as "answers after 3", or a list of that for each time'
_PRESSES: Final = 'a list such as [[1.5, "1"], [3, "#"]]: seconds, and a key'


def read_agents(top: Table) -> Sequence[Contact]:
    """Read the agents, their steps as they are written."""
    agents: list[Contact] = []
    for fields in top.tables("agents"):
        agent = _agent(fields)
        if agent.contact_id in {one.contact_id for one in agents}:
            fields.wrong("id", f"there are two agents {agent.contact_id!r}", "Give each an id of its own.")
        else:
            agents.append(agent)
        fields.finish()
    people = PeopleReader(agents)
    return [replace(agent, steps=[people.named(step) for step in agent.steps]) for agent in agents]


class PeopleReader:
    """Reads what names agents, by id or by name.

    Args:
        agents: everybody who can be named.
    """

    def __init__(self, agents: Sequence[Contact]) -> None:
        named = [(agent.name, agent.contact_id) for agent in agents if agent.contact_id]
        self._ids = dict(named) | {contact_id: contact_id for _, contact_id in named}

    def caller(self, parent: Table) -> Caller:
        """Read the caller of a call."""
        fields = parent.table("caller")
        if fields is None:
            return Caller()
        caller = Caller(
            phone=fields.text("phone", 'a phone number as text, such as "+74951234567"') or Caller().phone,
            presses=_presses(fields),
            hangs_up_after=read_seconds(fields, "hangs_up_after"),
            talks_for=read_seconds(fields, "talks_for"),
            steps=[self.named(step) for step in read_each(fields, "steps", _STEPS, self._step)],
        )
        fields.finish()
        return caller

    def ids(self, fields: Table, key: str) -> Sequence[str]:
        """Read a list of agents."""
        return read_each(fields, key, 'a list of agents such as ["anna"]', self._known)

    def person(self, fields: Table, key: str, others: Sequence[str]) -> str | None:
        """Read one agent, or one of the other words that may stand there."""
        text = fields.text(key, f"an agent, or one of {', '.join(others)}")
        if text is None or text in others:
            return text
        try:
            return self._known(text)
        except ValueError as error:
            problem, _, fix = str(error).partition("; ")
            fields.wrong(key, problem, f"{fix[:1].upper()}{fix[1:]}, or one of {', '.join(others)}.")
            return None

    def named(self, step: Step) -> Step:
        """Return a step with an agent's name replaced by the id."""
        if isinstance(step, Until) and step.subject is not None and step.cue not in SOUND_CUES:
            return replace(step, subject=self._ids.get(step.subject, step.subject))
        return step

    def _step(self, text: str) -> Step:
        step = parse_step(text)
        if isinstance(step, Until) and step.subject is not None and step.cue not in SOUND_CUES:
            self._known(step.subject)
        return step

    def _known(self, text: str) -> str:
        if text not in self._ids:
            hint = suggestion(text, self._ids)
            raise ValueError(f"there is no agent {text!r}; {hint}name one of {', '.join(self._ids) or 'none'}")
        return self._ids[text]


def _agent(fields: Table) -> Contact:
    contact_id = fields.text("id", "the contact id") or ""
    if "id" not in fields:
        fields.problems.add(fields.path, "an agent has no id", 'Write id = "the contact id".')
    ring_timeout = read_seconds(fields, "ring_timeout")
    online = fields.get("online", bool, "true or false")
    return Contact(
        contact_id=contact_id,
        name=fields.text("name", "the name that people know") or contact_id,
        phone=fields.text("phone", 'a phone number as text, such as "+74950000001"'),
        when_rung=read_each(fields, "when_rung", _RUNG, parse_reaction),
        ring_timeout=RING_SECONDS if ring_timeout is None else ring_timeout,
        presses=_presses(fields),
        talks_for=read_seconds(fields, "talks_for"),
        steps=read_each(fields, "steps", _STEPS, parse_step),
        online=True if online is None else online,
        team_id=fields.text("team", "the id of the team that the person belongs to"),
        extension=fields.text("extension", 'the number within the team as text, such as "101"'),
    )


def _presses(fields: Table) -> KeyPresses:
    value = fields.raw("presses")
    found: list[tuple[float, str]] = []
    for index, entry in enumerate(value if isinstance(value, list) else [] if value is None else [value]):
        match entry:
            case [int() | float() as after, str(key)]:
                try:
                    check_seconds(after)
                    check_keys([key])
                except ValueError as error:
                    fields.problems.add((*fields.path, "presses", index), str(error), f"Write {_PRESSES}.")
                else:
                    found.append((float(after), key))
            case _:
                fields.problems.add((*fields.path, "presses", index), f"presses holds {entry!r}", f"Write {_PRESSES}.")
    return found
