"""What may go wrong, as a value; and the choices that are made by it."""

from __future__ import annotations

import pytest

from bot.events import JsonValue
from bot.simulator import Chance, Faults
from bot.simulator.dice import AttemptFate, Dice, EventFate, RequestFate
from bot.simulator.faults import DELIVERY_FAULTS, KINDS, REQUEST_FAULTS


def test_nothing_goes_wrong_by_default() -> None:
    dice = Dice(Faults())

    assert all(dice.event() == EventFate() for _ in range(100))
    assert all(dice.attempt() == AttemptFate() for _ in range(100))
    assert all(dice.request() == RequestFate() for _ in range(100))


@pytest.mark.parametrize(
    ("value", "problem"),
    [
        ({"duplicated": 1.1}, "duplicated: a rate is a number from 0 to 1, not 1.1"),
        ({"dropped": -0.1}, "dropped: a rate is"),
        ({"slow": "often"}, "slow: a rate is a number from 0 to 1, not 'often'"),
        ({"slow": True}, "slow: a rate is"),
        ({"slow": None}, "slow: a rate is"),
        ({"limited": {"rate": 2}}, "limited: a rate is"),
        ({"limited": {"rate": "x"}}, "limited: rate and most must be numbers"),
        ({"limited": {"most": 1.5}}, "limited: rate and most must be numbers"),
        ({"limited": {"most": -1}}, "limited: most is a whole number from 0, not -1"),
        ({"limited": {"often": 1}}, "limited: must be a number, or an object of rate and most"),
        ({"seed": {"rate": 1}}, "seed: must be a number$"),
        ({"seed": 1.5}, "seed: must be a whole number, not 1.5"),
        ({"seed": "x"}, "seed: must be a whole number"),
        ({"retry_after": 0.5}, "retry_after: must be a whole number"),
        ({"slow_longest": -1}, "slow_longest: seconds are a number from 0, not -1"),
        ({"delay_longest": [1]}, "delay_longest: seconds are"),
        ({"restart_seconds": float("inf")}, "restart_seconds: seconds are"),
        ({"thunder": 1}, "there is no fault 'thunder'; there are seed, duplicated, "),
        ([], "faults are an object such as"),
    ],
)
def test_what_makes_no_sense_is_named(value: JsonValue, problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        Faults.from_json(value)


def test_a_line_says_the_same_as_json() -> None:
    faults = Faults.parse("seed=7, duplicated=0.1\n cut_after=1:2  slow_longest=20 ")

    assert faults == Faults(seed=7, duplicated=0.1, cut_after=Chance(1, most=2), slow_longest=20)
    assert faults.as_json() == {
        "seed": 7,
        "duplicated": 0.1,
        "cut_after": {"rate": 1, "most": 2},
        "slow_longest": 20,
    }
    assert Faults.from_json(dict(faults.as_json())) == faults
    assert Faults.from_json({"limited": {"most": 3}}) == Faults(limited=Chance(1.0, most=3))
    assert Faults.parse("") == Faults() == Faults.from_json({})


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("duplicated", "'duplicated' is no fault; write name=rate"),
        ("duplicated=often", "duplicated: 'often' is not a number"),
        ("thunder=1", "there is no fault 'thunder'"),
        ("seed=1:2", "seed: must be a number"),
    ],
)
def test_a_line_that_makes_no_sense(line: str, problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        Faults.parse(line)


def choices(faults: Faults, count: int = 200) -> list[tuple[EventFate, AttemptFate, RequestFate]]:
    dice = Dice(faults)
    return [(dice.event(), dice.attempt(), dice.request()) for _ in range(count)]


def all_on(seed: int, rate: float = 0.3) -> Faults:
    return Faults.from_json({"seed": seed, **dict.fromkeys(KINDS, rate)})


def test_the_same_seed_makes_the_same_choices() -> None:
    assert choices(all_on(1)) == choices(all_on(1))
    assert choices(all_on(1)) != choices(all_on(2))
    dice = Dice(all_on(1))
    before = [dice.event() for _ in range(50)]
    dice.faults = all_on(1)
    assert [dice.event() for _ in range(50)] == before


@pytest.mark.parametrize("kind", ["duplicated", "delayed", "reordered", "dropped", "unread", "unacknowledged", "slow"])
def test_a_fault_happens_where_it_does_without_the_others(kind: str) -> None:
    among = Faults.from_json({"seed": 3, kind: 0.3, "slow": 0.3, **dict.fromkeys(DELIVERY_FAULTS, 0.3)})

    def happened(faults: Faults) -> list[object]:
        if kind == "slow":
            return [(request.fault, request.late) for _, _, request in choices(faults)]
        name = {"delayed": "delay"}.get(kind, kind)
        return [getattr(event, name, getattr(attempt, name, None)) for event, attempt, _ in choices(faults)]

    assert happened(among) == happened(Faults.from_json({"seed": 3, kind: 0.3}))
    assert 20 < sum(map(bool, happened(among))) <= 200


def test_what_happens_in_a_lane_does_not_depend_on_the_others() -> None:
    alone, among = Dice(all_on(1)), Dice(all_on(1))
    expected = [(alone.event("a"), alone.attempt("a"), alone.request("a")) for _ in range(50)]
    found = []
    for _ in range(50):
        among.event("b")
        among.request("b")
        found.append((among.event("a"), among.attempt("a"), among.request("a")))
    assert found == expected
    assert [alone.event("b") for _ in range(50)] != [event for event, _, _ in expected]


def test_only_so_many_lanes_are_remembered() -> None:
    dice = Dice(all_on(1))
    first = [dice.event("a") for _ in range(20)]
    for number in range(10_000):
        dice.event(f"{number}")
    assert [dice.event("a") for _ in range(20)] == first


def test_a_rate_is_kept_and_a_count_is_not_exceeded() -> None:
    dropped = [event.dropped for event, _, _ in choices(Faults(dropped=0.25), 4000)]
    assert 900 < sum(dropped) < 1100
    twice = [event.dropped for event, _, _ in choices(Faults(dropped=Chance(1, most=2)), 5)]
    assert twice == [True, True, False, False, False]


def test_of_several_faults_of_a_request_one_happens() -> None:
    for number, kind in enumerate(REQUEST_FAULTS):
        on = Faults.from_json(dict.fromkeys(REQUEST_FAULTS[number:], 1))
        assert {request.fault for _, _, request in choices(on, 3)} == {kind}


def test_times_are_within_their_limits() -> None:
    faults = Faults(delayed=1, slow=1, delay_longest=2.0, slow_longest=0.05)

    delays = {event.delay for event, _, _ in choices(faults)}
    assert (min(delays), max(delays)) == (0.1, 2.0)
    assert {request.late for _, _, request in choices(faults)} == {0.05}
    assert choices(Faults(delayed=1, delay_longest=0))[0][0].delay == 0
