"""What a fuzzer tells: what it did, what it found, and how to see it again."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from bot.fuzz.fuzzer import Case, Results
from bot.simulator.scenario import dump_scenario


def report(results: Results) -> Iterator[str]:
    """Yield the lines that sum a run up."""
    orders = results.orders
    yield f"seed {orders.seed}: {results.calls} calls in {results.scenarios} scenarios"
    yield f"  time                   {results.seconds:.1f} s, for {results.virtual / 3600:.1f} h of the callers' time"
    yield f"  events posted          {results.events}"
    yield f"  faults of the platform {results.faults}"
    yield f"  kills of the bot       {results.kills}"
    for pardon, times in sorted(results.forgiven.items()):
        yield f"  forgiven {times} times: {pardon}"
    found = sum(case.times for case in results.cases.values())
    yield (
        f"  found                  {found}, of {len(results.cases)} causes"
        if found
        else "  found                  nothing"
    )
    if results.cases:
        yield f"  making it small        {results.small:.1f} s"


def case_lines(number: int, case: Case, path: Path | None) -> Iterator[str]:
    """Yield the lines about findings of one cause.

    Args:
        number: counts them, from 1.
        case: the findings.
        path: the file that the smallest scenario was written to, if it was.
    """
    times = f", {case.times} times" if case.times > 1 else ""
    yield f"{number}. {case.finding.kind}: {case.finding.text} (seed {case.seed}, call {case.finding.call + 1}{times})"
    if case.smallest is None:
        yield "   not made small: there were enough others"
        return
    if not case.smallest.tries:
        yield "   it did not show again when its scenario was played once more"
        if path is not None:
            yield f"   that scenario: {path}"
        return
    scenario = case.smallest.scenario
    so_far = "" if case.smallest.done else " so far; the tries ran out"
    yield (
        f"   the smallest scenario that shows it has {_many(len(scenario.calls), 'call')} and "
        f"{_many(len(scenario.agents), 'agent')}, after {case.smallest.tries} tries{so_far}"
    )
    if path is not None:
        yield f"   see it again: python -m bot simulate --scenario {path}"
    else:
        yield "   see it again: python -m bot simulate --scenario FILE, with this as the file:"
        yield from (f"     {line}".rstrip() for line in scenario_text(case).splitlines())


def scenario_text(case: Case) -> str:
    """Return the smallest scenario of a case as the text of a scenario file; that it was drawn from, if none was."""
    scenario = case.scenario if case.smallest is None else case.smallest.scenario
    comment = f"Found by the fuzzer with seed {case.seed}.\n{case.finding.text}"
    return dump_scenario(scenario, comment=comment)


def file_name(case: Case) -> str:
    """Return a name for the file of a case's scenario: of its seed, its kind and its place."""
    words = f"{case.seed} {case.finding.kind} {case.finding.place}"
    return re.sub(r"[^A-Za-z0-9]+", "-", words).strip("-")[:80].lower() + ".toml"


def _many(count: int, what: str) -> str:
    return f"{count} {what}{'' if count == 1 else 's'}"
