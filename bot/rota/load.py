"""Reading a rota file: from TOML to a plan."""

from __future__ import annotations

from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from bot.errors import RotaError
from bot.rota.holidays import HolidayCalendar
from bot.rota.load_holidays import read_holidays
from bot.rota.load_parts import PartReader
from bot.rota.model import Group, Order, Override, Person, Plan
from bot.rota.occurrence import FIX, MISSING, can_be_read
from bot.toml import Table, read_toml, suggestion


def load_plan(path: Path) -> Plan:
    """Read a rota file.

    Raises:
        RotaError: the file cannot be read or has mistakes; all of them are listed, each with its line and the fix.
    """
    top = read_toml(path, "the rota", RotaError)
    people = _people(top)
    zone = _zone(top) or ZoneInfo("UTC")
    parts = PartReader(people)
    holidays = read_holidays(top)
    groups = _groups(top, parts, zone, holidays)
    with_calendars = next((name for name, group in groups.items() if group.calendars), None)
    if with_calendars is not None and not can_be_read():
        top.problems.add(("groups", with_calendars, "calendars"), MISSING, FIX)
    fallback = top.text("fallback", "the name of a group")
    if fallback is not None and fallback not in groups:
        known = ", ".join(groups) or "none"
        top.wrong("fallback", f"there is no group {fallback!r}", f"{suggestion(fallback, groups)}Groups are {known}.")
    top.finish()
    top.problems.check()
    return Plan(groups, fallback or next(iter(groups)), people)


def _people(top: Table) -> dict[str, Person]:
    table = top.table("people")
    if table is None or not table.keys():
        if not ("people" in top and table is None):
            top.problems.add(("people",), "nobody is named", 'Write [people] and below it: anna = "the contact id".')
        return {}
    return {key: _person(table, key) for key in table.keys()}  # noqa: SIM118 - a `Table` is no mapping


def _person(table: Table, key: str) -> Person:
    """Read someone: only a contact id, or a table."""
    wanted = "the contact id as text, or a table with contact = ..."
    entry = table.raw(key)
    if not isinstance(entry, str | dict):
        table.wrong(key, f"{key} is {entry!r}", f"Write {wanted}.")
        return Person(key, "", key)  # a stand-in, so that whoever names the key is not blamed as well
    data = {"contact": entry} if isinstance(entry, str) else entry
    fields = Table(data, (*table.path, key), table.problems)
    contact = fields.text("contact", "the platform's contact id")
    if "contact" not in fields:
        table.wrong(key, f"{key!r} has no contact", 'Write contact = "the platform\'s contact id".')
    if contact and len(contact.split()) > 1:
        fields.wrong("contact", f"contact {contact!r} has blanks in it", "Write a contact id.")
    person = Person(
        key=key,
        contact_id=contact or "",
        name=fields.text("name", "the name that people know") or key,
        phone=fields.text("phone", 'a phone number as text, such as "+49301234567"'),
        email=fields.text("email", "the address that calendars use"),
        aliases=tuple(_texts(fields, "aliases")),
    )
    fields.finish()
    return person


def _texts(table: Table, key: str) -> list[str]:
    wanted = 'a list of texts such as ["a", "b"]'
    values = table.get(key, list, wanted) or []
    texts = [value for value in values if isinstance(value, str) and value.strip()]
    if len(texts) < len(values):
        table.wrong(key, f"{key} holds something other than text", f"Write {wanted}.")
    return texts


def _zone(table: Table) -> ZoneInfo | None:
    name = table.text("timezone", 'a time zone such as "Europe/Berlin"')
    if name is None:
        return None
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        hint = suggestion(name, available_timezones())
        table.wrong("timezone", f"there is no time zone {name!r}", f'{hint}Write one such as "Europe/Berlin".')
        return None


def _groups(top: Table, parts: PartReader, zone: ZoneInfo, holidays: HolidayCalendar) -> dict[str, Group]:
    table = top.table("groups")
    names = table.keys() if table is not None else []
    if not names:
        top.problems.add(("groups",), "there is no group", "Write [groups.NAME], and below it its shifts.")
    overrides = _overrides(top, parts, names)
    groups: dict[str, Group] = {}
    for name in names:
        fields = table.table(name) if table is not None else None
        if fields is not None:
            own = tuple(override for concerned, override in overrides if name in concerned)
            groups[name] = _group(fields, name, parts, zone=zone, holidays=holidays, overrides=own)
    for name, group in groups.items():
        _check_otherwise(top, name, group, groups, set(names))
    return groups


def _group(
    fields: Table,
    name: str,
    parts: PartReader,
    *,
    zone: ZoneInfo,
    holidays: HolidayCalendar,
    overrides: tuple[Override, ...],
) -> Group:
    order = fields.one_of("order", [*Order], "the order in which members are called")
    group = Group(
        name=name,
        zone=_zone(fields) or zone,
        shifts=parts.shifts(fields),
        hours=parts.hours(fields),
        calendars=parts.calendars(fields),
        overrides=overrides,
        holidays=read_holidays(fields) if "holidays" in fields else holidays,
        order=Order(order) if order else Order.LISTED,
        otherwise=fields.text("otherwise", "the name of the group that answers when nobody is on duty"),
    )
    if not any(key in fields for key in ("shifts", "calendars")) and not overrides:
        fields.problems.add(
            fields.path,
            f"group {name!r} never has anybody on duty",
            f"Write [[groups.{name}.shifts]] with who = [...].",
        )
    fields.finish()
    return group


def _overrides(top: Table, parts: PartReader, names: list[str]) -> list[tuple[list[str], Override]]:
    """Read the dated overrides, each with the groups that it is for."""
    found: list[tuple[list[str], Override]] = []
    for fields in top.tables("overrides"):
        concerned = _texts(fields, "groups") if "groups" in fields else names
        for name in concerned:
            if name not in names:
                fix = f"{suggestion(name, names)}Groups are {', '.join(names)}."
                fields.wrong("groups", f"there is no group {name!r}", fix)
        override = parts.override(fields)
        if override is not None:
            found.append((concerned, override))
    return found


def _check_otherwise(top: Table, name: str, group: Group, groups: dict[str, Group], names: set[str]) -> None:
    """Note an ``otherwise`` that names no group or leads round in a circle."""
    path = ("groups", name, "otherwise")
    if group.otherwise is not None and group.otherwise not in names:
        hint = suggestion(group.otherwise, names)
        top.problems.add(path, f"there is no group {group.otherwise!r}", f"{hint}Groups are {', '.join(groups)}.")
    seen = [name]
    link = group.otherwise
    while link in groups and link not in seen:
        seen.append(link)
        link = groups[link].otherwise
    if link == name:
        circle = " > ".join([*seen, name])
        top.problems.add(path, f"otherwise leads round in a circle: {circle}", "Let one of them end it.")
