from __future__ import annotations

from bot.rota import Turns
from tests.rota.plans import at, ids, rota

PLAN = rota("""
[groups.even]
order = "round-robin"
shifts = [{ who = ["anna", "boris", "carla"] }]
[groups.idle]
order = "longest-idle"
shifts = [{ who = ["anna", "boris", "carla"] }]
""")
NOON = at("2026-06-02 12:00")


def order(turns: Turns, group: str, number: int | None = None) -> str:
    return ids(PLAN.on_duty(group, NOON, turns.turn(group, number)))


def test_every_call_begins_with_the_next_one() -> None:
    turns = Turns()
    taken = [turns.take("even") for _ in range(4)]
    assert [order(turns, "even", number) for number in taken] == ["ABC", "BCA", "CAB", "ABC"]
    assert order(turns, "even") == "BCA", "asking alone takes no turn"
    assert order(turns, "idle") == "ABC"


def test_who_had_no_call_for_the_longest_time_is_first() -> None:
    turns = Turns()
    turns.served("A", 100.0)
    turns.served("B", 50.0)
    assert order(turns, "idle") == "CBA"
    turns.served("C", 200.0)
    turns.served("C", 10.0)
    assert order(turns, "idle") == "BAC", "an older call changes nothing"


def test_what_was_before_is_gone_on_with() -> None:
    turns = Turns()
    for number in (4, 7, 5):
        turns.taken("even", number)
    assert turns.take("even") == 8


def test_only_so_much_is_remembered() -> None:
    turns = Turns(most=2)
    for number, who in enumerate("ABC"):
        turns.served(who, 100.0 - number)
        turns.take(who)
    assert dict(turns.turn("x").served) == {"B": 99.0, "C": 98.0}
    assert [turns.turn(group).calls for group in "ABC"] == [0, 1, 1]
