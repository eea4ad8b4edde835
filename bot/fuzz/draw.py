"""Random people, calls and faults; the same seed draws the same ones."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from random import Random
from typing import Final

from bot.fuzz.hints import Hints
from bot.simulator import DEFAULT_TEAM, Caller, Chance, Contact, Faults, Line
from bot.simulator.moments import Cue
from bot.simulator.people import Reaction, Reacts
from bot.simulator.scenario import Expectations, Scenario, ScriptedCall
from bot.simulator.steps import HangUp, Press, Step, Talk, Until, Wait

PATIENCE: Final = 240.0
"""Seconds after which the most patient caller hangs up."""
TALKS: Final = 60.0
"""Seconds for which an agent stays in a call at most."""
ENDS_WITHIN: Final = PATIENCE + 180.0
"""Seconds in which a call must be over: the longest patience, and time for whoever is left to go."""

_COMMON_KEYS: Final = ("1", "1", "1", "2", "2", "3", "0", "9", "*", "#", "#")
_MANY_KEYS: Final = ("11", "22#", "4711#", "123456789#", "##", "1*1", "0000", "A", "74951234567#")
_MOODS: Final = ((6, 2, 2, 1), (12, 1, 1, 0), (2, 4, 4, 2), (1, 1, 6, 1))
"""How often, against each other, somebody in an office answers, declines, lets it ring, has a voicemail answer."""
_RATES: Final = (0.01, 0.03, 0.1)
_RARE_RATES: Final = (0.002, 0.01)
_DELIVERY: Final = ("duplicated", "delayed", "reordered", "unread", "unacknowledged")
_REQUESTS: Final = ("limited", "failing", "cut_before", "cut_after", "slow")
_RARE: Final = ("unauthorised", "dropped")
_RESTARTS: Final = (Chance(0.002, most=1), Chance(0.01, most=2))


@dataclass(frozen=True, slots=True, kw_only=True)
class Dials:
    """How scenarios are drawn.

    Attributes:
        hints: what handlers may wait for.
        limit: seconds for which a caller may hear nothing.
        faults: whether anything goes wrong but people.
        spread: seconds over which the calls of a scenario begin.
    """

    hints: Hints = field(default_factory=Hints)
    limit: float = 15.0
    faults: bool = True
    spread: float = 120.0


def draw(seed: str, calls: int, dials: Dials) -> Scenario:
    """Return a scenario by chance.

    Args:
        seed: decides everything.
        calls: how many, at least 1.
        dials: how.
    """
    random = Random(seed)  # noqa: S311 - must be repeatable, not secret
    mood = random.choice(_MOODS)
    agents = [_agent(random, number, mood) for number in range(1, random.randint(2, 5) + 1)]
    begins = sorted(_time(random, 0.0, dials.spread) for _ in range(calls))
    number = random.randrange(2**31)
    return Scenario(
        title=f"drawn from seed {seed}",
        agents=agents,
        on_duty=[agent.contact_id for agent in agents],
        calls=[_call(random, index, at, dials) for index, at in enumerate(begins, 1)],
        seed=number,
        faults=_faults(random, number) if dials.faults else Faults(seed=number),
        bot_away=_away(random, dials.spread + 60.0) if dials.faults else (),
    )


def _call(random: Random, number: int, at: float, dials: Dials) -> ScriptedCall:
    other = len(dials.hints.destinations) > 1 and _likely(random, 0.2)
    destination = random.choice(dials.hints.destinations[1:]) if other else Line().destination_id
    return ScriptedCall(
        name=f"call {number}",
        at=at,
        caller=_caller(random, f"+7495{1_000_000 + number}", dials.hints),
        team_id=DEFAULT_TEAM,
        destination_id=destination,
        expect=Expectations(longest_silence=dials.limit, ends_within=ENDS_WITHIN),
    )


def _caller(random: Random, phone: str, hints: Hints) -> Caller:
    """Return somebody who hangs up at last, whatever happens."""
    ways: Sequence[tuple[int, Callable[[Random, Hints], Sequence[Step]]]] = (
        (8, _chooses),
        (2, _presses_early),
        (2, _is_silent),
        (3, _does_anything),
        (3, _leaves_at_a_moment),
        (2, _leaves_a_message),
    )
    way = random.choices([way for _, way in ways], [weight for weight, _ in ways])[0]
    patience = random.choices([(0.5, 15.0), (15.0, 60.0), (60.0, PATIENCE)], [2, 3, 4])[0]
    return Caller(
        phone=phone,
        steps=way(random, hints),
        hangs_up_after=_time(random, *patience),
        talks_for=_time(random, 1.0, TALKS) if _likely(random, 0.5) else None,
    )


def _chooses(random: Random, hints: Hints) -> Sequence[Step]:
    """Listen, and press a key at some time: during what is heard, after it, or too late."""
    steps: list[Step] = []
    for _ in range(random.randint(1, 5)):
        steps.append(Until(Cue.BEGINS, times=random.choice((1, 1, 1, 2))))
        if _likely(random, 0.3):
            steps.append(Until(Cue.ENDS))
        steps += [Wait(_time(random, 0.0, random.choice((1.0, 4.0, 12.0)))), Press(_keys(random, hints))]
    return steps


def _presses_early(random: Random, hints: Hints) -> Sequence[Step]:
    """Press keys before, or as soon as, anything is heard."""
    keys = [_keys(random, hints) for _ in range(random.randint(1, 4))]
    return [step for key in keys for step in (Wait(_time(random, 0.0, 1.5)), Press(key))]


def _is_silent(random: Random, hints: Hints) -> Sequence[Step]:
    """Do nothing."""
    del random, hints
    return []


def _does_anything(random: Random, hints: Hints) -> Sequence[Step]:
    """Do one thing after another, without rhyme or reason."""
    draws: Sequence[Callable[[], Step]] = (
        lambda: Wait(_time(random, 0.0, 10.0)),
        lambda: Press(_keys(random, hints)),
        lambda: Talk(_time(random, 0.5, 8.0)),
        lambda: Until(random.choice((Cue.BEGINS, Cue.ENDS)), times=random.randint(1, 3)),
        lambda: Until(random.choice((Cue.RINGS, Cue.JOINS, Cue.LEAVES, Cue.MISSES))),
    )
    return [random.choice(draws)() for _ in range(random.randint(2, 10))]


def _leaves_at_a_moment(random: Random, hints: Hints) -> Sequence[Step]:
    """Hang up just when something happens, having chosen something perhaps."""
    first = _chooses(random, hints) if _likely(random, 0.6) else []
    cue = random.choice((Cue.BEGINS, Cue.ENDS, Cue.RINGS, Cue.JOINS, Cue.MISSES, Cue.LEAVES))
    pause = [Wait(_time(random, 0.0, 1.0))] if _likely(random, 0.5) else []
    return [*first, Until(cue, times=random.randint(1, 3)), *pause, HangUp()]


def _leaves_a_message(random: Random, hints: Hints) -> Sequence[Step]:
    """Wait for a while, speak, and press the hash key."""
    del hints
    steps: Sequence[Step] = [Wait(_time(random, 20.0, 90.0)), Talk(_time(random, 1.0, 20.0)), Press("#")]
    return steps[: random.randint(2, 3)]


def _keys(random: Random, hints: Hints) -> str:
    if hints.keys and _likely(random, 0.5):
        return random.choice(hints.keys) + random.choice(("", "", "#"))
    return random.choice(_COMMON_KEYS if _likely(random, 0.8) else _MANY_KEYS)


def _agent(random: Random, number: int, mood: Sequence[int]) -> Contact:
    """Return somebody who does not stay for ever."""
    name = f"agent-{number}"
    times = random.choice((1, 1, 1, 2, 3))
    contact = Contact(
        contact_id=name,
        name=name,
        phone=f"+7495000000{number}",
        when_rung=[_reaction(random, mood) for _ in range(times)],
        talks_for=_time(random, 1.0, TALKS),
        online=not _likely(random, 0.05),
    )
    if _likely(random, 0.5):
        contact = replace(contact, presses=[(_time(random, 0.5, 8.0), "1")])
    if _likely(random, 0.2):
        contact = replace(contact, steps=[Wait(_time(random, 0.5, 10.0)), Press(random.choice(_COMMON_KEYS))])
    return contact


def _reaction(random: Random, mood: Sequence[int]) -> Reaction:
    how = random.choices(list(Reacts), mood)[0]
    if how is Reacts.IGNORES:
        return Reaction(how)
    if how is Reacts.VOICEMAIL:
        return Reaction(how, _time(random, 5.0, 19.0), _time(random, 5.0, 40.0))
    return Reaction(how, _time(random, *random.choice(((0.0, 1.0), (1.0, 6.0), (6.0, 19.9)))))


def _faults(random: Random, seed: int) -> Faults:
    """Return what goes wrong: some kinds at once, so that they meet, and now and then nothing."""
    if _likely(random, 0.1):
        return Faults(seed=seed)
    rates = {kind: random.choice(_RATES) for kind in (*_DELIVERY, *_REQUESTS) if _likely(random, 0.4)}
    rates |= {kind: random.choice(_RARE_RATES) for kind in _RARE if _likely(random, 0.25)}
    restart = random.choice(_RESTARTS) if _likely(random, 0.25) else 0.0
    return replace(Faults.from_json({"seed": seed, **rates}), restart=restart)


def _away(random: Random, longest: float) -> Sequence[tuple[float, float]]:
    """Return when the bot is stopped, and for how long it is away."""
    times = random.choice((0, 0, 1, 1, 2))
    moments = sorted(_time(random, 1.0, longest) for _ in range(times))
    return [(moment, _time(random, 0.2, 6.0)) for moment in moments]


def _likely(random: Random, rate: float) -> bool:
    return random.random() < rate


def _time(random: Random, least: float, most: float) -> float:
    """Return a time in hundredths of a second, so that two things seldom happen at once."""
    return round(random.uniform(least, most), 2)
