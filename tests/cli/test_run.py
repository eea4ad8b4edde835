"""``run``, as a process of its own."""

from __future__ import annotations

import asyncio
import signal
import socket
from typing import Final

import aiohttp
import msgspec

from bot.testing.clock import until
from tests.cli.bench import METRICS_TOKEN, SECRET_KEY, Bench, check_secrets, get, post
from tests.support.events import created, payload


async def test_missing_settings_are_named_one_a_line(bench: Bench) -> None:
    bench.without("BOT_ID", "BOT_SECRET_KEY", "BOT_WEBHOOK_SECRET", "BOT_API_URL")
    result = await bench.run("run")
    assert result.status == 2
    assert result.out == ""
    lines = result.err.splitlines()
    assert [line.split(":")[0] for line in lines] == [
        "BOT_ID",
        "BOT_SECRET_KEY",
        "BOT_WEBHOOK_SECRET",
        "BOT_PUBLIC_URL",
    ]
    assert all("is missing. Set it: " in line for line in lines)


async def test_wrong_and_misspelt_settings_are_named_with_the_fix(bench: Bench) -> None:
    result = await bench.run("run", BOT_PORT="http", BOT_WEBHOOK_SECRETS="x", BOT_KEEP_DAYS="-1")
    assert result.status == 2
    lines = result.err.splitlines()
    assert sorted(line.split(":")[0] for line in lines) == ["BOT_KEEP_DAYS", "BOT_PORT", "BOT_WEBHOOK_SECRETS"]
    assert "Did you mean BOT_WEBHOOK_SECRET?" in result.err


async def test_settings_are_read_from_a_file_too(bench: Bench) -> None:
    bench.without("BOT_ID", "BOT_SECRET_KEY", "BOT_WEBHOOK_SECRET")
    (bench.folder / ".env").write_text(f"BOT_ID=from-file\nBOT_SECRET_KEY={SECRET_KEY}\nBOT_PORTS=1\n")
    result = await bench.run("run")
    assert (result.status, result.err) == (
        2,
        "BOT_PORTS: there is no such setting. Did you mean BOT_PORT?\n",
    )


UNUSABLE: Final = {
    "absent": ("import nothing_of_this_name\n", "ModuleNotFoundError: No module named 'nothing_of_this_name'"),
    "misspelt": (
        "from bot import Router\nrouter = Router()\n@router.on('Call.craeted')\nasync def f(e, c): ...\n",
        "misspelt.py:3",
    ),
}


async def test_a_handler_module_that_cannot_be_used(bench: Bench) -> None:
    for name, (text, _) in UNUSABLE.items():
        bench.write(name, text)
    results = await asyncio.gather(*(bench.run("run", BOT_HANDLERS=f"handlers.{name}") for name in UNUSABLE))
    for result, (_, says) in zip(results, UNUSABLE.values(), strict=True):
        assert result.status == 2
        assert says in result.err
        assert "bot/cli" not in result.err, "the bot's own frames help nobody"


async def test_no_handlers_at_all(bench: Bench) -> None:
    result = await bench.run("run", BOT_HANDLERS="no_such_package")
    assert result.status == 2
    assert result.err.startswith("there is no module 'no_such_package'. Set BOT_HANDLERS")


async def test_a_port_that_is_taken(bench: Bench) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        result = await bench.run("run", BOT_PORT=str(port))
        assert result.status == 2
        assert result.err.startswith(f"BOT_HOST, BOT_PORT: cannot listen on 127.0.0.1 port {port}: ")
        bench.without("BOT_ID", "BOT_SECRET_KEY", "BOT_WEBHOOK_SECRET")
        result = await bench.run("run", "--or-simulate", BOT_SIMULATOR_PORT=str(port))
        assert result.status == 2
        assert result.err.startswith(f"BOT_SIMULATOR_PORT: cannot listen on 127.0.0.1 port {port}: ")


async def test_a_journal_that_another_bot_uses(bench: Bench) -> None:
    async with bench.start("run") as first:
        await first.says("listens on ")
        result = await bench.run("run")
        assert result.status == 1
        assert "var/bot.sqlite3" in result.err
        assert "Traceback" not in result.err


async def test_events_are_handled_logged_without_personal_data_and_drained(bench: Bench) -> None:
    async with bench.start("run") as bot:
        url = await bot.says("listens on ")
        assert await post(url, created("one"), payload("Thread.updated", "two")) == 200
        assert await post(url, payload("Thread.created", "three"), secret="wrong-word") == 401
        assert await get(f"{url}/health/live") == (200, '{"status": "alive"}')
        assert await get(f"{url}/health/ready") == (200, '{"status": "ready"}')
        assert (await get(f"{url}/metrics"))[0] == 401
        status, metrics = await get(f"{url}/metrics", METRICS_TOKEN)
        assert status == 200
        assert 'bot_events_received_total{type="Call.created"} 1.0' in metrics
        await until(lambda: "slow begins" in bot.err)
        bot.signal(signal.SIGTERM)
        result = await bot.wait()
    assert result.status == 0
    check_secrets(result.text)
    lines = [msgspec.json.decode(line) for line in result.err.splitlines()]
    (greeted,) = [line for line in lines if line["event"] == "greeted"]
    assert greeted["phone"] == "******49"
    assert greeted["call"].endswith("/thread/one")
    assert greeted["event_type"] == "Call.created"
    assert "slow ends" in [line["event"] for line in lines], "what was under way was finished"
    assert "/webhook/SECRET" in result.out

    listed = await bench.run("calls")
    assert listed.status == 0
    (line,) = listed.out.splitlines()
    assert line.endswith("/thread/one")
    assert " 1 events " in line


async def test_the_first_screen_with_the_simulator_leads_to_a_call(bench: Bench) -> None:
    bench.without("BOT_ID", "BOT_SECRET_KEY", "BOT_WEBHOOK_SECRET", "BOT_API_URL")
    async with bench.start("run", "--or-simulate", BOT_SIMULATOR_PORT="0", BOT_LOG_LEVEL="debug") as bot:
        await bot.says("Ctrl-C stops both.")
        screen = bot.out
        assert "SIMULATOR" in screen.splitlines()[0]
        assert "handlers/front.py:" in screen
        address = next(line.split()[-1] for line in screen.splitlines() if "curl -X POST" in line)
        async with aiohttp.ClientSession() as session, session.post(address) as answer:
            assert answer.status == 201
            thread = (await answer.json())["thread_id"]
        await until(lambda: "greeted" in bot.err)
        bot.signal(signal.SIGTERM)
        result = await bot.wait()
    assert result.status == 0
    check_secrets(result.text)
    assert thread in result.err
    assert "4951234567" not in result.err, "the caller's number is masked"


async def test_ctrl_c_ends_it_as_well(bench: Bench) -> None:
    async with bench.start("run") as bot:
        await bot.says("listens on ")
        bot.signal(signal.SIGINT)
        result = await bot.wait()
    assert result.status == 0
    assert "Traceback" not in result.text
