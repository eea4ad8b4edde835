"""Scenario files: what they may say, and what is told where they are wrong."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.simulator import (
    NOBODY,
    Caller,
    Chance,
    Contact,
    Cue,
    Expectations,
    Faults,
    HangUp,
    Press,
    Reaction,
    Reacts,
    Scenario,
    ScenarioError,
    ScriptedCall,
    Step,
    Talk,
    Until,
    Wait,
    dump_scenario,
    load_scenario,
    parse_scenario,
)

WHOLE = """
title = "All that one can say"
start = 2026-11-23T10:00:00Z
seed = 7
on_duty = ["Boris", "agent-anna"]
bot_away = [[12.5, 3]]

[[agents]]
id = "agent-anna"
name = "Anna"
phone = "+74950000001"
extension = "101"
when_rung = ["declines after 2", "never answers", "answers after 3 for 20", "voicemail after 12"]
ring_timeout = 25
steps = ["until confirm-accept begins", "press 1", "until Boris joins"]

[[agents]]
id = "agent-boris"
name = "Boris"
when_rung = "answers"
presses = [[1.5, "#"]]
talks_for = 30
online = false
team = "another-team"

[[calls]]
name = "first"
caller = { phone = "+74951112233", steps = ["until Anna rings", "wait 1 s", "hang up"] }
expect = { hears = "welcome", connected_to = "nobody", ended_by = "caller", ends_within = 60 }

[[calls]]
at = 2.5
team = "another-team"
destination = "5b1a6e40c3d2f7001a90c0de"
caller = { presses = [[5, "1"]], hangs_up_after = 50.0, talks_for = 0 }

[calls.expect]
hears = ["welcome", "main-menu"]
never_hears = ["closed"]
recorded = false
message_left = true
connected_to = "Anna"
ended_by = "Boris"
longest_silence = 8

[faults]
duplicated = 0.1
dropped = { rate = 1, most = 2 }
"""

MEANT = Scenario(
    title="All that one can say",
    start=datetime(2026, 11, 23, 10, tzinfo=UTC),
    seed=7,
    on_duty=["agent-boris", "agent-anna"],
    agents=[
        Contact(
            contact_id="agent-anna",
            name="Anna",
            phone="+74950000001",
            extension="101",
            when_rung=[
                Reaction(Reacts.DECLINES, 2.0),
                Reaction(Reacts.IGNORES),
                Reaction(Reacts.ANSWERS, 3.0, 20.0),
                Reaction(Reacts.VOICEMAIL, 12.0),
            ],
            ring_timeout=25.0,
            steps=[Until(Cue.BEGINS, "confirm-accept"), Press("1"), Until(Cue.JOINS, "agent-boris")],
        ),
        Contact(
            contact_id="agent-boris",
            name="Boris",
            when_rung=[Reaction(Reacts.ANSWERS, 2.0)],
            presses=[(1.5, "#")],
            talks_for=30.0,
            online=False,
            team_id="another-team",
        ),
    ],
    calls=[
        ScriptedCall(
            name="first",
            caller=Caller(phone="+74951112233", steps=[Until(Cue.RINGS, "agent-anna"), Wait(1.0), HangUp()]),
            expect=Expectations(hears=["welcome"], connected_to=NOBODY, ended_by="caller", ends_within=60.0),
        ),
        ScriptedCall(
            at=2.5,
            team_id="another-team",
            destination_id="5b1a6e40c3d2f7001a90c0de",
            caller=Caller(presses=[(5.0, "1")], hangs_up_after=50.0, talks_for=0.0),
            expect=Expectations(
                hears=["welcome", "main-menu"],
                never_hears=["closed"],
                recorded=False,
                message_left=True,
                connected_to="agent-anna",
                ended_by="agent-boris",
                longest_silence=8.0,
            ),
        ),
    ],
    faults=Faults(seed=7, duplicated=0.1, dropped=Chance(1, 2)),
    bot_away=[(12.5, 3.0)],
)


def test_a_file_says_all_that_a_scenario_is(tmp_path: Path) -> None:
    path = tmp_path / "scenario.toml"
    path.write_text(WHOLE, encoding="utf-8")
    assert load_scenario(path) == MEANT
    assert list(MEANT.duty) == ["agent-boris", "agent-anna"]


def test_a_simple_call_takes_few_lines() -> None:
    scenario = parse_scenario(
        """
        [[agents]]
        id = "anna"

        [caller]
        steps = ["until main-menu begins", "press 1", "until anna joins", "talk 20", "hang up"]

        [expect]
        hears = ["welcome", "main-menu"]
        connected_to = "anna"
        """
    )
    assert scenario.duty == ["anna"]
    (call,) = scenario.calls
    assert call.caller.steps[-2:] == (Talk(20.0), HangUp())
    assert call.expect == Expectations(hears=["welcome", "main-menu"], connected_to="anna")


def test_a_rota_is_beside_the_file(tmp_path: Path) -> None:
    (tmp_path / "scenario.toml").write_text('rota = "week.toml"\n[caller]\n', encoding="utf-8")
    assert load_scenario(tmp_path / "scenario.toml").rota == tmp_path / "week.toml"


def test_a_scenario_written_and_read_is_the_same() -> None:
    assert parse_scenario(dump_scenario(MEANT)) == MEANT
    text = dump_scenario(parse_scenario("[caller]\n"), comment="one\n\ntwo")
    assert text.startswith("# one\n#\n# two\n\n[caller]\n")
    by_hand = Scenario(calls=[ScriptedCall()], agents=[Contact(contact_id="x", name="x", by_hand=True)], on_duty=[])
    again = parse_scenario(dump_scenario(by_hand))
    assert again.agents[0].when_rung == (Reaction(Reacts.IGNORES),)
    assert not again.duty
    other_seed = Scenario(calls=[ScriptedCall()], seed=1, faults=Faults(seed=2, slow=0.5))
    assert parse_scenario(dump_scenario(other_seed)) == other_seed
    with_rota = Scenario(calls=[ScriptedCall()], rota=Path("week.toml"))
    assert parse_scenario(dump_scenario(with_rota)) == with_rota


SECONDS = st.integers(0, 100_000).map(lambda thousandths: thousandths / 1000)
NAMES = st.text("abcdefghij-0123", min_size=1)
STEPS: st.SearchStrategy[Step] = st.one_of(
    st.builds(Wait, SECONDS),
    st.builds(Talk, SECONDS),
    st.builds(Press, st.text("0123456789*#ABCD", min_size=1)),
    st.builds(HangUp),
    st.builds(Until, st.sampled_from([Cue.BEGINS, Cue.ENDS]), st.none() | NAMES, st.integers(1, 9)),
    st.builds(Until, st.sampled_from([Cue.HELD, Cue.UNHELD]), st.none(), st.integers(1, 9)),
    st.builds(Until, st.sampled_from([Cue.RINGS, Cue.JOINS, Cue.LEAVES]), st.sampled_from([None, "x"])),
)


@given(st.lists(STEPS), st.text(), st.none() | SECONDS, st.integers(0, 2**32))
def test_whatever_people_do_is_written_and_read_the_same(
    steps: list[Step], title: str, until: float | None, seed: int
) -> None:
    scenario = Scenario(
        title=title.strip(),
        seed=seed,
        agents=[Contact(contact_id="x", name="x", when_rung=[Reaction()], steps=steps)],
        calls=[ScriptedCall(caller=Caller(steps=steps, hangs_up_after=until))],
        faults=Faults(seed=seed),
    )
    assert parse_scenario(dump_scenario(scenario)) == scenario


WRONG = [
    ("", "1: nobody calls. Write [caller], and below it what the caller does."),
    ("calls = []\n", "1: nobody calls. Write [[calls]] for each call."),
    ("caller = 3\n", "1: caller is 3. Write a table."),
    ("[caller]\n[[calls]]\n", "1: there are both caller and calls. Write [calls.caller] below [[calls]]."),
    ('[caller]\nsteps = [\n "press 1",\n "prss 1"]\n', "4: 'prss 1' is no step. Write such as "),
    ('[caller]\nsteps = ["until Bob joins"]\n', "2: there is no agent 'Bob'. Name one of none."),
    ("[caller]\nsteps = 3\n", "2: steps is 3. Write a list of steps such as "),
    ('[caller]\nsteps = ["", 3]\n', "2: steps holds ''. Write a list of steps such as "),
    ("[caller]\nphone = 3\n", '2: phone is 3. Write a phone number as text, such as "+74951234567".'),
    ('[caller]\npresses = [[1, "x"]]\n', "2: 'x' is no key of a telephone; "),
    ("[caller]\npresses = 3\n", "2: presses holds 3. Write a list such as "),
    ("[caller]\ntalks_for = -1\n", "2: talks_for is -1, and times are seconds from 0 on, to a day at most. Write "),
    ('[caller]\ntalks_for = "1"\n', "2: talks_for is '1'. Write a number of seconds from 0, such as 2.5."),
    ("[caller]\n[expect]\nlongest = 3\n", "3: 'longest' means nothing here. Did you mean 'longest_silence'? "),
    ('[caller]\n[expect]\nended_by = "bob"\n', "3: there is no agent 'bob'. Name one of none, or one of caller, bot."),
    ("[caller]\n[expect]\nhears = [1]\n", "3: hears holds 1. Write a list of names of sounds such as "),
    ('[caller]\n[[agents]]\nname = "A"\n', '2: an agent has no id. Write id = "the contact id".'),
    (
        '[caller]\n[[agents]]\nid = "a"\n[[agents]]\nid = "a"\n',
        "5: there are two agents 'a'. Give each an id of its own.",
    ),
    (
        '[caller]\n[[agents]]\nid = "a"\nwhen_rung = "answrs"\n',
        "4: 'answrs' is nothing that one does when rung. Write such as ",
    ),
    ('[caller]\n[[agents]]\nid = "a"\nwhen_rung = "declines for 3"\n', "4: 'declines for 3' is nothing that "),
    (
        'on_duty = ["ann"]\n[caller]\n[[agents]]\nid = "anna"\n',
        "1: there is no agent 'ann'. Did you mean 'anna'? name one of anna.",
    ),
    ('on_duty = []\nrota = "r"\n[caller]\n', "2: there are both a rota and on_duty. Leave one of them out."),
    ("start = 2026-01-01T00:00:00\n[caller]\n", "1: start has no time zone. Write a time with its zone, "),
    ("bot_away = [[1]]\n[caller]\n", "1: bot_away holds [1]. Write a list such as [[12.5, 3]]: when it begins and "),
    ("bot_away = [[1, 2], [1, -1]]\n[caller]\n", "1: bot_away holds [1, -1]. Write a list such as "),
    ("bot_away = [[1, true]]\n[caller]\n", "1: bot_away holds [1, True]. Write a list such as "),
    ("bot_away = 3\n[caller]\n", "1: bot_away is 3. Write a list such as "),
    ("seed = 1.5\n[caller]\n", "1: seed is 1.5. Write a whole number."),
    ("[caller]\n[faults]\nslow = 2\n", "3: slow: a rate is a number from 0 to 1, not 2. Write such as "),
    ("[caller]\n[faults]\nslw = 1\n", "3: there is no fault 'slw'; there are "),
    ("[caller]\n[faults]\nslow = 2026-01-01\n", "3: slow: a rate is a number from 0 to 1, not '2026-01-01'. "),
    ("[caller\n", "1: this is no TOML: "),
]


@pytest.mark.parametrize(("text", "says"), WRONG)
def test_a_mistake_is_told_with_its_line(text: str, says: str) -> None:
    with pytest.raises(ScenarioError) as raised:
        parse_scenario(text, "calls.toml")
    assert raised.value.problems[0].startswith(f"calls.toml:{says}"), raised.value.problems


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match="the scenario cannot be read: No such file"):
        load_scenario(tmp_path / "none.toml")


def test_scenarios_are_checked_in_python_too() -> None:
    with pytest.raises(ValueError, match="at least one call"):
        Scenario(calls=[])
    anna = Contact(contact_id="a", name="Anna")
    with pytest.raises(ValueError, match="same id"):
        Scenario(calls=[ScriptedCall()], agents=[anna, anna])
    with pytest.raises(ValueError, match="time zone"):
        Scenario(calls=[ScriptedCall()], start=datetime(2026, 1, 1))  # noqa: DTZ001 - that is what is wrong
    with pytest.raises(ValueError, match="seconds from 0 on"):
        ScriptedCall(at=-1.0)
    with pytest.raises(ValueError, match="seconds from 0 on"):
        Expectations(longest_silence=-1.0)
