"""``simulate``: the platform for a bot that runs elsewhere on this machine, or calls to the handlers installed here."""

from __future__ import annotations

import argparse
from pathlib import Path
from random import SystemRandom

from bot.cli.common import Subparsers, add_command, set_up_logging
from bot.cli.fuzzing import fuzz
from bot.cli.scenarios import play_files
from bot.cli.serve import stop_signal
from bot.cli.stage import AGENTS
from bot.clock import SystemClock
from bot.config import resolve
from bot.errors import SettingProblem, SettingsError
from bot.fuzz import LIMIT, Orders
from bot.masking import Masker
from bot.simulator import Contact, Faults, Simulator, SimulatorConfig, format_line
from bot.simulator.steps import check_seconds


def add_to(commands: Subparsers) -> None:
    """Add the command."""
    parser = add_command(
        commands,
        "simulate",
        "Run the simulator alone, for a bot started with the same BOT_ID, BOT_SECRET_KEY and BOT_WEBHOOK_SECRET "
        "and with BOT_API_URL set to the simulator's address.",
        run,
        own_time=lambda options: bool(options.fuzz or (options.scenario and not options.real_time)),
    )
    parser.add_argument("--sign", action="store_true", help="sign the events, too")
    either = parser.add_mutually_exclusive_group()
    either.add_argument(
        "--faults",
        type=_faults,
        default=Faults(),
        metavar="LINE",
        help="what goes wrong, such as 'seed=7 duplicated=0.1 cut_after=0.05'; docs/simulator.md has the list",
    )
    either.add_argument(
        "--scenario",
        type=Path,
        nargs="+",
        metavar="FILE",
        help="play scenarios with the installed handlers instead, in a world of their own; 1 if one goes wrong",
    )
    either.add_argument(
        "--fuzz",
        type=_count,
        metavar="N",
        help="let random people make N calls to the installed handlers instead, with random faults; 1 if one goes "
        "wrong; docs/fuzzing.md says what that means",
    )
    parser.add_argument("--seed", type=int, help="of --fuzz: the same seed draws the same people; a new one by default")
    parser.add_argument(
        "--limit", type=_seconds, default=LIMIT, help=f"of --fuzz: seconds that a caller may hear nothing ({LIMIT:g})"
    )
    parser.add_argument("--no-faults", action="store_true", help="of --fuzz: nothing goes wrong but people")
    parser.add_argument("--save", type=Path, metavar="FOLDER", help="of --fuzz: where scenarios of what is found go")
    parser.add_argument(
        "--real-time", action="store_true", help="play them by the clock on the wall, not as fast as the bot can work"
    )


async def run(options: argparse.Namespace) -> int:
    """Play scenarios, or run until told to stop; show what happens."""
    settings = options.settings
    if options.scenario:
        return await play_files(options.scenario, settings, real_time=options.real_time)
    if options.fuzz:
        seed = SystemRandom().randrange(10**6) if options.seed is None else options.seed
        orders = Orders(calls=options.fuzz, seed=seed, limit=options.limit, faults=not options.no_faults)
        return await fuzz(orders, settings, options.save)
    local = settings.model_copy(update={"public_url": settings.public_url or settings.api_url})
    config = resolve(local)
    set_up_logging(settings, Masker(config.secrets, personal=settings.log_mask))
    stopping = stop_signal()
    simulator = Simulator(
        SimulatorConfig(
            bot_id=config.bot_id,
            secret_key=config.secret_key,
            webhook_url=f"http://{settings.host}:{settings.port}/webhook/{config.webhook_secrets[0]}",
            port=settings.simulator_port,
            sign_deliveries=options.sign,
        ),
        clock=SystemClock(),
        faults=options.faults,
    )
    for contact in [Contact(contact_id=one, name=one) for one in settings.on_duty] or AGENTS:
        simulator.add_contact(contact)
    try:
        await simulator.__aenter__()
    except OSError as error:
        problem = f"cannot listen on 127.0.0.1 port {settings.simulator_port}: {error.strerror}"
        raise SettingsError(
            SettingProblem("BOT_SIMULATOR_PORT", problem, "Choose a free port, or 0 for any")
        ) from error
    try:
        simulator.timeline.subscribe(lambda record: print(format_line(record), flush=True))
        print(f"The simulator listens on {simulator.url}; start the bot with BOT_API_URL={simulator.url}")
        print(f"Call the bot: open {simulator.url} in a browser")
        print(f"Place a call: curl -X POST {simulator.url}/simulator/calls", flush=True)
        await stopping.wait()
    finally:
        await simulator.__aexit__(None, None, None)
    return 0


def _count(text: str) -> int:
    if not text.isdecimal() or not int(text):
        raise argparse.ArgumentTypeError(f"{text!r} is no number of calls; write a whole number from 1")
    return int(text)


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
        check_seconds(seconds)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of seconds from 0, to a day at most") from error
    return seconds


def _faults(line: str) -> Faults:
    try:
        return Faults.parse(line)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error
