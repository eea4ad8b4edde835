"""The why of an answer, in words."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from bot.rota.model import Calendar, Every, Group, Member, Mode, OnDuty, Override, Person, Shift, Window
from bot.rota.readings import Entry
from bot.rota.times import clock, days_text, shown


def names(who: Sequence[Person | Member]) -> str:
    """Return people's names in order, or ``nobody``."""
    return ", ".join(person.name for person in who) or "nobody"


def _window(window: Window) -> str:
    overnight = " of the next day" if window.end > 1440 else ""  # noqa: PLR2004 - minutes of a day
    return f"{days_text(window.days)} {clock(window.start)}-{clock(window.end)}{overnight}"


def hours(window: Window, holiday: str | None) -> str:
    """Say that business hours hold."""
    return f"Business hours {_window(window)}{_although(holiday)}."


def hours_skipped(window: Window, holiday: str) -> str:
    """Say that business hours do not hold because they begin on a holiday."""
    return f"Business hours {_window(window)} do not hold: {holiday}."


def shift(plan: Shift, who: Sequence[Person], holiday: str | None) -> str:
    """Say that a shift is on."""
    turns = f", rotating every {'day' if plan.rotation.every is Every.DAY else 'week'}" if plan.rotation else ""
    return f"Shift {_titled(plan.name, plan.window)}{turns}{_although(holiday)}: {names(who)}."


def shift_skipped(plan: Shift, holiday: str) -> str:
    """Say that a shift is not on because it begins on a holiday."""
    return f"Shift {_titled(plan.name, plan.window)} is not on: {holiday}."


def _titled(name: str, window: Window) -> str:
    return f"{name!r} ({_window(window)})" if name else _window(window)


def _although(holiday: str | None) -> str:
    return f", on a holiday too ({holiday})" if holiday else ""


def event(calendar: Calendar, entry: Entry, read_at: float, zone: ZoneInfo) -> str:
    """Say what an event of a calendar does."""
    source = f"Calendar {calendar.name!r}, read {shown(datetime.fromtimestamp(read_at, UTC), zone)}"
    if not entry.who:
        return f"{source}: {entry.title!r} names nobody of the rota's people, so it changes nothing."
    return f"{source}: {entry.title!r} {_does(calendar.mode, entry.who)}."


def calendar_missing(calendar: Calendar) -> str:
    """Say that a calendar could not be read yet."""
    return f"Calendar {calendar.name!r} has not been read yet, so it changes nothing."


def calendar_unknown(calendar: Calendar) -> str:
    """Say that a moment lies beyond what was read of a calendar."""
    return f"Calendar {calendar.name!r} is not worked out that far from the day on which it was read."


def override(exception: Override) -> str:
    """Say what an override does."""
    effects = [] if exception.mode is None else [_does(exception.mode, exception.who)]
    if exception.open is not None:
        effects.append("opens the business hours" if exception.open else "closes the business hours")
    return f"Override {exception.name!r} {' and '.join(effects)}."


def _does(mode: Mode, who: Sequence[Person]) -> str:
    match mode:
        case Mode.REPLACE:
            return f"puts {names(who)} on duty instead" if who else "takes everybody off duty"
        case Mode.ADD:
            return f"adds {names(who)}"
        case _:
            return f"takes {names(who)} off duty"


def nothing_planned(group: Group) -> str:
    """Say that no part of the rota speaks of this moment."""
    return f"Nothing is planned for {group.name!r} at this time."


def falls_through(asked: str, instead: str) -> str:
    """Say that another group answers."""
    return f"Nobody is on duty in {asked!r}, so {instead!r} answers."


def off_line(who: Sequence[Member]) -> str:
    """Say who is skipped for being off-line."""
    return f"Skipped for being off-line: {names(who)}."


def all_off_line(asked: str, instead: str) -> str:
    """Say that another group answers because everybody is off-line."""
    return f"Everybody on duty in {asked!r} is off-line, so {instead!r} answers."


def presence_unknown(problem: str) -> str:
    """Say that nobody is skipped, because it is not known who is off-line."""
    return f"Who is off-line could not be asked ({problem}), so nobody is skipped."


def lines(answer: OnDuty, zone: ZoneInfo) -> list[str]:
    """Return an answer as the command line shows it: who, since when the question, until when, and why."""
    title = f"{answer.group} on {shown(answer.at, zone)}: {'open' if answer.open else 'closed'}, "
    if answer.answered_by != answer.group and answer.members:
        title += f"answered by {answer.answered_by}, "
    told = [title + ("on duty:" if answer.members else "nobody is on duty.")]
    for place, member in enumerate(answer.members, 1):
        phone = f", phone {member.phone}" if member.phone else ""
        told.append(f"  {place}. {member.name} (contact {member.contact_id}{phone})")
    change = shown(answer.next_change, zone) if answer.next_change else "none within 60 days"
    told.append(f"Next change: {change}")
    told.append("Why:")
    told.extend(f"  - {reason}" for reason in answer.reasons)
    return told
