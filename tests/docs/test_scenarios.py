"""The page about scenarios: its listings can be played, and it names every field and step."""

from __future__ import annotations

import re
from dataclasses import fields

import pytest

from bot.simulator import Caller, Expectations, ScenarioError, parse_scenario, parse_step
from bot.simulator.moments import Cue
from bot.simulator.scenario.words import parse_reaction
from tests.docs.listings import DOCS, Listing, listings

PAGE = (DOCS / "scenarios.md").read_text(encoding="utf-8")
NAMED = set(re.findall(r"`([^`\n]+)`", re.sub(r"^```.*?^```$", "", PAGE, flags=re.MULTILINE | re.DOTALL)))


@pytest.mark.parametrize("listing", [one for one in listings("scenarios.md") if one.language == "toml"])
def test_the_listings_are_scenarios(listing: Listing) -> None:
    assert parse_scenario(listing.text).calls


@pytest.mark.parametrize("text", ["nonsense = 1\n[caller]\n", "[caller]\n[[agents]]\nid = 'a'\nnonsense = 1\n"])
def test_every_field_of_the_file_is_named(text: str) -> None:
    with pytest.raises(ScenarioError, match="Known are") as raised:
        parse_scenario(text)
    known = str(raised.value).rpartition("Known are ")[2].rstrip(".").split(", ")
    assert not set(known) - NAMED


def test_every_field_of_people_and_expectations_is_named() -> None:
    assert not {field.name for field in (*fields(Caller), *fields(Expectations))} - NAMED


def test_every_step_and_reaction_on_the_page_is_one() -> None:
    steps = [one for one in NAMED if re.match(r"(wait|press|talk|until) (?!X)|hang up$", one)]
    assert len(steps) > 10
    for step in steps:
        parse_step(step)
    reactions = [one for one in NAMED if re.match(r"(answers|declines|voicemail) after|never answers", one)]
    assert len(reactions) == 5
    for reaction in reactions:
        parse_reaction(reaction)
    assert all(cue in PAGE for cue in Cue if cue not in (Cue.MACHINE, Cue.SPEAKS, Cue.PAUSES))
