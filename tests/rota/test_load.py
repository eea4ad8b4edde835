from __future__ import annotations

from pathlib import Path

import pytest

from bot.errors import RotaError
from bot.rota import Rota

GOOD = """\
timezone = "Europe/Berlin"
[people]
anna = "A"
[people.boris]
contact = "B"
[groups.sales]
[[groups.sales.shifts]]
who = ["anna"]
"""


def mistakes(tmp_path: Path, text: str) -> list[str]:
    """Return the mistakes of a file as ``line: problem. fix``."""
    path = tmp_path / "rota.toml"
    path.write_text(text, "utf-8")
    with pytest.raises(RotaError) as caught:
        Rota.load(path)
    assert str(caught.value) == "\n".join(caught.value.problems)
    prefix = f"{path}:"
    assert all(problem.startswith(prefix) for problem in caught.value.problems)
    return [problem.removeprefix(prefix) for problem in caught.value.problems]


def one(tmp_path: Path, more: str, base: str = GOOD) -> str:
    """Return the only mistake of the good file with something added, its line counted from what was added."""
    (found,) = mistakes(tmp_path, base + more)
    line, _, text = found.partition(":")
    return f"{int(line) - base.count(chr(10))}:{text}"


def test_several_mistakes_are_told_at_once_in_order_of_lines(tmp_path: Path) -> None:
    found = mistakes(
        tmp_path,
        'timezone = "Europe/Berln"\nfallback = "reception"\n[people]\nanna = "A"\n[groups.sales]\n'
        '[[groups.sales.shifts]]\ndays = "mon-fry"\nfrom = "25:00"\nwho = ["ana"]\ncolour = "red"\n',
    )
    assert found == [
        "1: there is no time zone 'Europe/Berln'. Did you mean 'Europe/Berlin'? Write one such as \"Europe/Berlin\".",
        "2: there is no group 'reception'. Groups are sales.",
        '7: days: \'fry\' is no weekday. Write weekdays such as "mon-fri", "sat,sun" or "daily".',
        "8: from: '25:00' is no time of day. Write a time of day such as \"09:00\".",
        "9: there is nobody called 'ana'. Did you mean 'anna'? Write a key of [people]: anna.",
        "10: 'colour' means nothing here. Known are days, from, name, on_holidays, rotate, starting, take, to, who.",
    ]


def test_a_missing_file_and_one_that_is_no_text(tmp_path: Path) -> None:
    with pytest.raises(RotaError, match="the rota cannot be read: No such file or directory"):
        Rota.load(tmp_path / "missing.toml")
    path = tmp_path / "binary.toml"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(RotaError, match="it is not in UTF-8"):
        Rota.load(path)


@pytest.mark.parametrize(
    ("text", "start"),
    [
        ("a = 1\nb = \n", "2: this is no TOML: Invalid value"),
        ('a = """\nnever closed', "2: this is no TOML: "),
        ("a = 1\na = 2\n", "2: this is no TOML: Cannot overwrite a value"),
    ],
)
def test_what_is_no_toml_is_told_with_its_line(tmp_path: Path, text: str, start: str) -> None:
    (found,) = mistakes(tmp_path, text)
    assert found.startswith(start)
    assert found.endswith("Mend the line, or the one before it.")


def test_a_file_of_another_system_is_read(tmp_path: Path) -> None:
    path = tmp_path / "rota.toml"
    path.write_bytes(b"\xef\xbb\xbf" + GOOD.replace("\n", "\r\n").encode())
    assert Rota.load(path).groups == ("sales",)


def test_an_empty_file_lacks_people_and_groups(tmp_path: Path) -> None:
    assert mistakes(tmp_path, "") == [
        '1: nobody is named. Write [people] and below it: anna = "the contact id".',
        "1: there is no group. Write [groups.NAME], and below it its shifts.",
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("people = 3\n", "people is 3. Write a table."),
        ("[people]\n", "nobody is named."),
        ("[people]\nanna = 5\n", "anna is 5. Write the contact id as text"),
        ("[people.anna]\nname = 'x'\n", "'anna' has no contact."),
        ("[people.anna]\ncontact = ' '\n", "contact is empty."),
        ("[people]\nanna = 'a b'\n", "contact 'a b' has blanks in it."),
        ("[people.anna]\ncontact = 'a'\nphone = 49\n", "phone is 49. Write a phone number as text"),
        ("[people.anna]\ncontact = 'a'\naliases = ['x', 1]\n", "aliases holds something other than text."),
        ("[people.anna]\ncontact = 'a'\nfone = '1'\n", "'fone' means nothing here. Did you mean 'phone'?"),
    ],
)
def test_mistakes_in_people(tmp_path: Path, text: str, expected: str) -> None:
    found = mistakes(tmp_path, f"groups.g.shifts = [{{ who = ['anna'] }}]\n{text}")
    assert any(expected in problem and problem[0] != "1" for problem in found)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('[groups.g]\norder = "round robin"\n[[groups.g.shifts]]\nwho = ["anna"]\n', "2: order is 'round robin'. Did"),
        ("[groups]\ng = 3\n", "2: g is 3. Write a table."),
        ("[groups.g]\n", "1: group 'g' never has anybody on duty."),
        ('[groups.g]\nshifts = "x"\n', "2: shifts is 'x'. Write a list of tables, each under [[groups.g.shifts]]."),
        ("[groups.g]\nshifts = [\n1]\n", "3: 1 is no table. Write [[groups.g.shifts]]."),
        ("[[groups.g.shifts]]\nname = 'x'\n", "1: the shift names nobody."),
        ("[[groups.g.shifts]]\nwho = []\n", "2: the shift names nobody."),
        ('[[groups.g.shifts]]\nwho = ["anna",\n"anna"]\n', "3: 'anna' is named twice."),
        ('[[groups.g.shifts]]\nwho = ["anna",\n7]\n', "3: there is nobody called 7. Write a key of [people]"),
        ('[[groups.g.shifts]]\nwho = ["anna"]\ntake = 2\n', "3: take is 2. Write a number from 1 to 1."),
        ('[[groups.g.shifts]]\nwho = ["anna"]\ntake = true\n', "3: take is True."),
        ('[[groups.g.shifts]]\nwho = ["anna"]\nfrom = "24:00"\n', "3: nothing begins at 24:00."),
        ('[[groups.g.shifts]]\nwho = ["anna"]\nfrom = 9\n', "3: from is 9. Write a time of day"),
        ('[[groups.g.shifts]]\nwho = ["anna"]\nfrom = 09:00:30\n', "3: from: 09:00:30 has seconds"),
        ('[[groups.g.shifts]]\nwho = ["anna"]\nrotate = "week"\n', "3: a rotation needs its first day."),
        ('[[groups.g.shifts]]\nwho = ["anna"]\nstarting = 2026-01-05\n', "3: starting needs a rotation."),
        (
            '[[groups.g.shifts]]\nwho = ["anna"]\nrotate = "day"\nstarting = 2026-01-05 01:00:00\n',
            "4: starting has a time.",
        ),
        ('[[groups.g.shifts]]\nwho = ["anna"]\non_holidays = "no"\n', "3: on_holidays is 'no'."),
        (
            '[groups.g]\notherwise = "gg"\n[[groups.g.shifts]]\nwho = ["anna"]\n',
            "2: there is no group 'gg'. Did you mean 'g'?",
        ),
        ('[[groups.g.calendars]]\nname = "x"\n', "1: the calendar has no address."),
        ('[[groups.g.calendars]]\nurl = "ftp://x/y"\n', "2: url is no address that can be fetched."),
        ('[[groups.g.calendars]]\nurl = "https://[x/y"\n', "2: url is no address that can be fetched."),
        ('[[groups.g.calendars]]\nurl = "https://x/y"\nevery_minutes = 0\n', "3: every_minutes is 0."),
    ],
)
def test_mistakes_in_groups(tmp_path: Path, text: str, expected: str) -> None:
    base = GOOD[: GOOD.index("[groups")]
    assert one(tmp_path, text, base).startswith(expected)


def test_an_address_is_not_shown(tmp_path: Path) -> None:
    assert "secret" not in one(tmp_path, '[[groups.g.calendars]]\nurl = "file://x/secret"\n')


def test_otherwise_must_not_lead_round_in_a_circle(tmp_path: Path) -> None:
    shifts = 'shifts = [{ who = ["anna"] }]\n'
    text = (
        f'[people]\nanna = "A"\n[groups.a]\notherwise = "b"\n{shifts}[groups.b]\notherwise = "c"\n{shifts}'
        f'[groups.c]\notherwise = "b"\n{shifts}[groups.d]\notherwise = "d"\n{shifts}'
    )
    assert mistakes(tmp_path, text) == [
        "7: otherwise leads round in a circle: b > c > b. Let one of them end it.",
        "10: otherwise leads round in a circle: c > b > c. Let one of them end it.",
        "13: otherwise leads round in a circle: d > d. Let one of them end it.",
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('on = 2026-01-01\nwho = ["ann"]', "3: there is nobody called 'ann'. Did you mean 'anna'?"),
        ("on = 2026-01-01", "1: the override changes nothing."),
        ('on = 2026-01-01\nmode = "add"\nopen = true', "3: mode needs people."),
        ('on = 2026-01-01\nmode = "remove"\nwho = []', "4: nobody is named to remove."),
        ('on = 2026-01-01\nmode = "swap"\nwho = ["anna"]', "3: mode is 'swap'."),
        ('on = "1 January"\nwho = ["anna"]', "2: on is '1 January'. Write a date such as"),
        ('on = 2026-01-01 10:00:00\nwho = ["anna"]', "2: on has a time."),
        ('on = 2026-01-01\nfrom = "8"\nwho = ["anna"]', "3: from: '8' is no time of day."),
        ('from = 2026-01-01\nwho = ["anna"]', "1: the override has no to. Write on ="),
        ('to = 2026-01-01\nwho = ["anna"]', "1: the override has no from. Write on ="),
        ('from = "today"\nto = 2026-01-01\nwho = ["anna"]', "2: from is 'today'. Write on ="),
        ('from = 2026-01-02\nto = 2026-01-01\nwho = ["anna"]', "3: the override ends before it begins."),
        ('from = 2026-01-02\nto = 2026-01-03T00:00:00Z\nwho = ["anna"]', "3: only one of from and to has a time zone."),
        ('from = 2026-01-02\nto = 9999-12-31\nwho = ["anna"]', "1: the override has no to."),
        ('on = 2026-01-01\ngroups = ["sale"]\nwho = ["anna"]', "3: there is no group 'sale'. Did you mean 'sales'?"),
        ('on = 2026-01-01\nopen = "no"\nwho = ["anna"]', "3: open is 'no'. Write true or false."),
    ],
)
def test_mistakes_in_overrides(tmp_path: Path, text: str, expected: str) -> None:
    assert one(tmp_path, f"[[overrides]]\n{text}\n").startswith(expected)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('country = "XX"', "2: no holidays are known for country 'XX'"),
        ('country = "de"', "2: no holidays are known for country 'de'; did you mean 'DE'?"),
        ('country = "DE"\nsubdivision = "BX"', "3: DE has no subdivision 'BX'"),
        ('subdivision = "BY"', "2: a subdivision needs its country."),
        ("country = 49", "2: country is 49."),
        ("also = [\n{ on = 2026-01-01 10:00:00 }]", "3: datetime.datetime(2026, 1, 1, 10, 0) is no day."),
        ('also = [\n{ on = "02-30" }]', "3: '02-30' is no day."),
        ('also = [\n{ on = "2-3" }]', "3: '2-3' is no day."),
        ("also = [\n{ name = 'x' }]", "3: a day is missing."),
        ('except = ["2026-01-01"]', "2: except holds something other than dates."),
        ("except = 2026-01-01", "2: except is datetime.date(2026, 1, 1). Write a list of dates"),
        ("exept = []", "2: 'exept' means nothing here. Did you mean 'except'?"),
    ],
)
def test_mistakes_in_holidays(tmp_path: Path, text: str, expected: str) -> None:
    assert one(tmp_path, f"[holidays]\n{text}\n").startswith(expected)


def test_the_fallback_is_the_first_group_unless_named(tmp_path: Path) -> None:
    path = tmp_path / "rota.toml"
    more = "[groups.reception]\n[[groups.reception.shifts]]\nwho = ['boris']\n"
    path.write_text(GOOD + more)
    assert Rota.load(path).fallback_group == "sales"
    path.write_text(f'fallback = "reception"\n{GOOD}{more}')
    assert Rota.load(path).fallback_group == "reception"


def test_the_example_is_a_rota() -> None:
    example = Rota.load(Path(__file__).parents[2] / "deploy" / "rota.example.toml")
    assert example.groups == ("sales", "support", "reception")
    assert example.fallback_group == "reception"


def test_the_calendar_of_the_example_is_one_too(tmp_path: Path) -> None:
    text = (Path(__file__).parents[2] / "deploy" / "rota.example.toml").read_text("utf-8")
    start = text.index("# [[groups.support.calendars]]")
    end = text.index("[groups.reception]", start)
    path = tmp_path / "rota.toml"
    path.write_text(text[:start] + text[start:end].replace("\n# ", "\n").removeprefix("# ") + text[end:], "utf-8")
    (calendar,) = Rota.load(path).plan.groups["support"].calendars
    assert (calendar.name, calendar.every, "example.com" in repr(calendar)) == ("on-call", 900.0, False)
