"""The commands beside ``run``."""

from __future__ import annotations

import asyncio
import signal

import aiohttp

from bot.clock import SystemClock
from bot.simulator import DEFAULT_TEAM, Simulator, SimulatorConfig
from bot.testing.clock import until
from tests.cli.bench import SECRET_KEY, Bench, check_secrets, post
from tests.support.command import finished
from tests.support.events import TEAM, created, payload

BROKEN = """
from bot import Router

router = Router()


@router.on("Call.created", incoming=True)
async def greet(event, ctx):
    raise RuntimeError("broken")
"""


FLOWS = """
from bot import Router

router = Router()


@router.call(incoming=True)
async def reception(call):
    call.transfer(survey)


@router.flow()
async def survey(call):
    await call.hang_up()
"""


async def test_check_of_a_good_configuration(bench: Bench) -> None:
    config = SimulatorConfig(bot_id="bot-of-the-tests", secret_key=SECRET_KEY)
    async with Simulator(config, clock=SystemClock()) as platform:
        result = await bench.run("check", BOT_API_URL=platform.url, BOT_ON_DUTY="anna")
    assert result.status == 0, result.text
    assert [line.split(":")[0] for line in result.out.splitlines() if line.startswith("OK ")] == [
        "OK       handlers and prompts",
        "OK       rota",
        "OK       journal",
        "OK       platform's API",
    ]
    assert "WARNING" not in result.out
    assert f"*** ({len(SECRET_KEY)} characters)" in result.out
    assert not (bench.folder / "var" / "bot.sqlite3").exists(), "a check leaves no journal"


async def test_check_of_a_platform_that_does_not_know_the_bot(bench: Bench) -> None:
    config = SimulatorConfig(bot_id="another-bot", secret_key=SECRET_KEY)
    async with Simulator(config, clock=SystemClock()) as platform:
        result = await bench.run("check", BOT_API_URL=platform.url, BOT_WEBHOOK_SECRET="short")
    assert result.status == 1
    assert "FAILED   platform's API: BOT_ID, BOT_SECRET_KEY: the platform does not accept them" in result.out
    assert "WARNING  BOT_ON_DUTY" in result.out
    assert "WARNING  BOT_WEBHOOK_SECRET" in result.out


async def test_check_of_a_bad_configuration(bench: Bench) -> None:
    bench.write("front", "1 / 0\n")
    (bench.folder / "var").write_text("in the way")
    result = await bench.run("check", BOT_API_TRIES="1")
    assert result.status == 1
    assert [line.split(":")[0] for line in result.out.splitlines() if line.startswith("FAILED")] == [
        "FAILED   handlers and prompts",
        "FAILED   journal",
        "FAILED   platform's API",
    ]
    bench.without("BOT_ID")
    result = await bench.run("check", BOT_JOURNAL="postgresql://somewhere/bot")
    assert result.status == 2
    assert [line.split(":")[0] for line in result.out.splitlines() if line.startswith("WRONG")] == [
        "WRONG    BOT_ID",
        "WRONG    BOT_JOURNAL",
    ]


async def test_handlers_are_listed_with_file_and_line(bench: Bench) -> None:
    result = await bench.run("handlers")
    assert result.status == 0
    lines = [line.split() for line in result.out.splitlines()]
    assert [line[:2] for line in lines] == [
        ["Call.created", "handlers.front.greet"],
        ["Thread.created", "handlers.front.fragile"],
        ["Thread.updated", "handlers.front.slow"],
    ]
    assert lines[0][2:] == ["handlers/front.py:9", "if", "incoming=True"]


async def test_flows_are_listed_before_handlers(bench: Bench) -> None:
    bench.write("calls", FLOWS)
    listed, checked = await asyncio.gather(bench.run("handlers"), bench.run("check"))
    assert [" ".join(line.split()) for line in listed.out.splitlines()[:3]] == [
        "a call handlers.calls.reception handlers/calls.py:7 if incoming=True",
        "a transfer handlers.calls.survey handlers/calls.py:12",
        "Call.created handlers.front.greet handlers/front.py:9 if incoming=True",
    ]
    assert "OK       handlers and prompts: 2 flows, 3 handlers, 0 prompts" in checked.out


async def test_a_journal_that_does_not_exist_yet(bench: Bench) -> None:
    for result in await asyncio.gather(bench.run("calls"), bench.run("replay")):
        assert result.status == 1
        assert result.err.startswith("there is no journal at var/bot.sqlite3 yet")
    assert not (bench.folder / "var").exists()


async def test_calls_and_dead_letters_are_seen_and_replayed_while_the_bot_runs(bench: Bench) -> None:
    broken = bench.folder / "broken"
    broken.touch()
    async with bench.start("run", BOT_HANDLER_TRIES="1") as bot:
        url = await bot.says("listens on ")
        empty = await asyncio.gather(bench.run("replay"), bench.run("calls"))
        assert [(one.status, one.out) for one in empty] == [(0, "no dead letters\n"), (0, "no calls yet\n")]

        key = {"dtmfNumber": "7", "phone": "+74951234567"}
        assert await post(url, created("one"), payload("Call.Member.dtmf", "one", **key)) == 200
        assert await post(url, payload("Thread.created", "three"), payload("Thread.created", "four")) == 200
        await until(lambda: bot.err.count("failed for good") == 2)

        shown, open_hearted, unknown, nonsense, letters = await asyncio.gather(
            bench.run("calls", f"{TEAM}/thread/one"),
            bench.run("calls", f"{TEAM}/thread/one", BOT_LOG_MASK="false"),
            bench.run("calls", f"{TEAM}/thread/no"),
            bench.run("calls", "nonsense"),
            bench.run("replay"),
        )
        assert shown.status == 0
        assert [line.split()[3:5] for line in shown.out.splitlines()] == [
            ["Call.created", "handled"],
            ["Call.Member.dtmf", "handled"],
        ]
        assert '"dtmf_number":"*"' in shown.out
        assert "1234567" not in shown.out
        assert "+74951234567" in open_hearted.out
        assert (unknown.status, unknown.out) == (1, "")
        assert (nonsense.status, nonsense.out) == (2, "")
        assert letters.status == 0
        numbers = [line.split()[0] for line in letters.out.splitlines()]
        assert len(numbers) == 2
        assert all("handlers.front.fragile" in line for line in letters.out.splitlines())

        letter, none = await asyncio.gather(
            bench.run("replay", "--show", numbers[0]), bench.run("replay", "--show", "99")
        )
        assert "Traceback" in letter.out
        assert "RuntimeError: out of order, key is ***" in letter.out
        assert none.status == 1

        broken.unlink()
        replayed = await bench.run("replay", numbers[0])
        assert (replayed.status, replayed.err) == (0, "")
        assert replayed.out.startswith(f"{numbers[0]}: replayed as event ")
        again, others = await asyncio.gather(bench.run("replay", numbers[0]), bench.run("replay", "--all"))
        assert again.status == 1
        assert "replayed already" in again.err
        assert others.status == 0
        await until(lambda: bot.err.count('"mended"') == 2)
        bot.signal(signal.SIGTERM)
        result = await bot.wait()
    assert result.status == 0
    check_secrets(result.text)
    assert (await bench.run("replay")).out == "no dead letters\n", "also without a bot"


async def test_the_demo(bench: Bench) -> None:
    bench.write("front", BROKEN)
    bench.environment = {}
    elsewhere = bench.folder / "elsewhere"
    elsewhere.mkdir()
    good, bad = await asyncio.gather(finished(elsewhere, "demo", seconds=60.0), bench.run("demo", seconds=60.0))
    assert (good.status, good.out.splitlines()[-1]) == (0, "The call went as scripted."), good.text
    assert "Anna         answers" in good.out
    assert "4951234567" not in good.text
    assert not list(elsewhere.glob("var")), "it leaves nothing behind"
    assert bad.status == 1
    assert "not as scripted: the caller did not hear welcome where it should come; heard: nothing" in bad.err
    assert "Anna         answers" in bad.out, "the caller was seen to all the same"


async def test_the_simulator_alone(bench: Bench) -> None:
    async with bench.start("run") as bot:
        url = await bot.says("listens on ")
        port = url.rpartition(":")[2]
        faults = ("--faults", "seed=7 duplicated=1:1")
        settings = {"BOT_PORT": port, "BOT_SIMULATOR_PORT": "0", "BOT_ON_DUTY": "anna"}
        async with bench.start("simulate", *faults, **settings) as platform:
            address = await platform.says("Place a call: curl -X POST ")
            async with aiohttp.ClientSession() as session, session.post(address) as answer:
                assert answer.status == 201
                assert (await answer.json())["team_id"] == DEFAULT_TEAM
            await until(lambda: "greeted" in bot.err)
            platform.signal(signal.SIGTERM)
            result = await platform.wait()
            assert result.status == 0
            check_secrets(result.text)
            assert "Call.created" in result.out
            assert "fault: Call.created is posted once more" in result.out


async def test_faults_that_make_no_sense(bench: Bench) -> None:
    result = await bench.run("simulate", "--faults", "thunder=1")
    assert result.status == 2
    assert "argument --faults: there is no fault 'thunder'; there are seed, duplicated, " in result.err


async def test_the_command_line_itself(bench: Bench) -> None:
    nothing, unknown, version, helped = await asyncio.gather(
        *(bench.run(*arguments) for arguments in ([], ["nonsense"], ["--version"], ["--help"]))
    )
    assert [nothing.status, unknown.status, version.status, helped.status] == [2, 2, 0, 0]
    for command in ("run", "simulate", "demo", "check", "handlers", "calls", "replay", "who", "prompts"):
        assert f"\n    {command} " in helped.out
