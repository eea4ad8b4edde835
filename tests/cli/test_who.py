from __future__ import annotations

import asyncio

import pytest

from bot.clock import SystemClock
from bot.rota.feeds import FeedStore
from bot.rota.readings import FeedCopy
from bot.simulator import Simulator, SimulatorConfig
from tests.cli.bench import SECRET_KEY, Bench
from tests.rota.calendars import calendar, shift
from tests.support.command import ROOT

ROTA = """
timezone = "Europe/Berlin"
fallback = "support"
[people]
anna = "contact-of-anna"
olga = { contact = "contact-of-olga", name = "Olga", phone = "+4930123456" }
[groups.sales]
[[groups.sales.shifts]]
days = "mon-fri"
from = "09:00"
to = "17:00"
who = ["anna"]
[groups.support]
[[groups.support.shifts]]
name = "night watch"
from = "20:00"
to = "08:00"
who = ["olga", "anna"]
"""
FEED = "https://calendars.example/secret-of-the-feed.ics"


async def test_who_is_on_duty_and_why(bench: Bench) -> None:
    (bench.folder / "rota.toml").write_text(ROTA, encoding="utf-8")
    support, everybody, now, unknown, nonsense = await asyncio.gather(
        bench.run("who", "--group", "support", "--at", "2026-12-31 23:30", BOT_ROTA="rota.toml"),
        bench.run("who", "--at", "2026-12-31 10:00", BOT_ROTA="rota.toml"),
        bench.run("who", BOT_ROTA="rota.toml"),
        bench.run("who", "--group", "suport", BOT_ROTA="rota.toml"),
        bench.run("who", "--at", "soon", BOT_ROTA="rota.toml"),
    )
    assert (support.status, support.out.splitlines()) == (
        0,
        [
            "support on Thu 31 Dec 2026 23:30 CET: open, on duty:",
            "  1. Olga (contact contact-of-olga, phone +4930123456)",
            "  2. anna (contact contact-of-anna)",
            "Next change: Fri 1 Jan 2027 08:00 CET",
            "Why:",
            "  - Shift 'night watch' (daily 20:00-08:00 of the next day): Olga, anna.",
        ],
    )
    assert [line for line in everybody.out.splitlines() if " on Thu " in line] == [
        "sales on Thu 31 Dec 2026 10:00 CET: open, on duty:",
        "support on Thu 31 Dec 2026 10:00 CET: closed, nobody is on duty.",
    ]
    assert (now.status, now.out.count("Why:")) == (0, 2)
    assert (unknown.status, unknown.out) == (2, "")
    assert unknown.err == "the rota has no group 'suport'; it has sales, support. Did you mean 'support'?\n"
    assert (nonsense.status, nonsense.out) == (2, "")
    assert nonsense.err == "'soon' is no moment; write one such as '2026-12-31 23:30'\n"


async def test_a_list_of_contacts_is_a_rota(bench: Bench) -> None:
    listed, nobody = await asyncio.gather(bench.run("who", BOT_ON_DUTY="one,two"), bench.run("who"))
    assert listed.out.splitlines()[1:3] == ["  1. one (contact one)", "  2. two (contact two)"]
    assert (nobody.status, nobody.out.partition(" on ")[0]) == (0, "default")
    assert "nobody is on duty" in nobody.out


async def test_all_mistakes_of_a_rota_are_told(bench: Bench) -> None:
    wrong = ROTA.replace('"anna"]', '"ana"]').replace("17:00", "17 h")
    (bench.folder / "rota.toml").write_text(wrong, encoding="utf-8")
    for command in ("who", "check"):
        result = await bench.run(command, BOT_ROTA="rota.toml")
        assert result.status == (2 if command == "who" else 1)
        for line in (11, 12, 18):
            assert f"rota.toml:{line}: " in result.text
    missing = await bench.run("who", BOT_ROTA="elsewhere.toml")
    assert (missing.status, missing.out) == (2, "")
    assert missing.err.startswith("elsewhere.toml")


async def test_the_copies_of_calendars_that_a_bot_keeps_are_read(bench: Bench) -> None:
    text = f'[people]\nboris = "B"\n[groups.g]\n[[groups.g.calendars]]\nname = "on call"\nurl = "{FEED}"\n'
    (bench.folder / "rota.toml").write_text(text, encoding="utf-8")
    feed = calendar(shift(":20260601T090000Z", ":20260601T170000Z", "boris"))
    FeedStore(bench.folder / "data" / "calendars").save(FEED, FeedCopy(feed, 1_780_000_000.0))
    asked = ("who", "--at", "2026-06-01 12:00")
    copied, fresh = await asyncio.gather(
        bench.run(*asked, BOT_ROTA="rota.toml", BOT_JOURNAL="sqlite:///data/bot.sqlite3"),
        bench.run(*asked, BOT_ROTA="rota.toml"),
    )
    assert "  1. boris (contact B)" in copied.out.splitlines()
    assert "Calendar 'on call' has not been read yet" in fresh.out
    assert "secret-of-the-feed" not in copied.text + fresh.text


async def test_a_calendar_without_the_extra_that_reads_it(bench: Bench) -> None:
    text = f"""
[people]
boris = "B"
[groups.quiet]
shifts = [{{ who = ["boris"] }}]
[groups.loud]
[[groups.loud.calendars]]
url = "{FEED}"
[[groups.loud.calendars]]
url = "{FEED}"
"""
    (bench.folder / "rota.toml").write_text(text, encoding="utf-8")
    (bench.folder / "recurring_ical_events.py").write_text("raise ImportError('not installed')\n", encoding="utf-8")
    result = await bench.run("who", BOT_ROTA="rota.toml", PYTHONPATH=f"{bench.folder}:{ROOT}")
    assert (result.status, result.out) == (2, "")
    assert result.err == (
        "rota.toml:7: calendars need packages that are not installed. "
        "Install them: pip install 'workonflow-bot[calendars]'.\n"
    )


@pytest.mark.parametrize(
    ("settings", "told", "warned"),
    [
        ({"BOT_ON_DUTY": "one,two"}, "default: one, two", []),
        ({}, "default: nobody", ["BOT_ON_DUTY", "nobody"]),
        ({"BOT_ROTA": "rota.toml"}, "sales: nobody; support: nobody", ["nobody"]),
        ({"BOT_ROTA": "rota.toml", "BOT_ON_DUTY": "one"}, "sales: nobody; support: nobody", ["BOT_ON_DUTY", "nobody"]),
    ],
)
async def test_check_says_who_is_on_duty_now(
    bench: Bench, settings: dict[str, str], told: str, warned: list[str]
) -> None:
    empty = '[people]\nanna = "A"\n[[overrides]]\nwho = []\nfrom = 2020-01-01\nto = 2099-12-31\n'
    groups = "[groups.sales]\nshifts = [{ who = ['anna'] }]\n[groups.support]\nshifts = [{ who = ['anna'] }]\n"
    (bench.folder / "rota.toml").write_text(f'fallback = "support"\n{empty}{groups}', encoding="utf-8")
    async with Simulator(SimulatorConfig(bot_id="bot-of-the-tests", secret_key=SECRET_KEY), clock=SystemClock()) as at:
        bench.environment |= settings
        result = await bench.run("check", BOT_API_URL=at.url)
    assert result.status == 0, result.text
    assert f"OK       rota: on duty now: {told}" in result.out.splitlines()
    warnings = [line.split()[1].rstrip(":") for line in result.out.splitlines() if line.startswith("WARNING")]
    assert warnings == warned
