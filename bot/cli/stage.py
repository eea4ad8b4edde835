"""The simulator as the platform of a bot on this machine."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from contextlib import AsyncExitStack
from typing import Final, Self

from bot.app import Bot
from bot.cli.screen import handler_lines
from bot.clock import SystemClock
from bot.config import Config, simulated
from bot.dispatch import Router
from bot.errors import SettingProblem, SettingsError
from bot.settings import Settings
from bot.simulator import Contact, Simulator, SimulatorConfig, format_line

BOT_ID: Final = "simulated-bot"
AGENTS: Final = (
    Contact(contact_id="agent-anna", name="Anna", phone="+74950000001", answers_after=4.0),
    Contact(contact_id="agent-boris", name="Boris", phone="+74950000002", answers_after=4.0),
)


class Stage:
    """A simulator, with people, and the configuration of a bot that takes it for the platform.

    Args:
        settings: of the bot.
        agents: who can be rung; those of ``BOT_ON_DUTY``, or two made up, by default.
        on_duty: ids of those who are on duty where there is no rota; all of them by default.

    Attributes:
        config: for the bot; there once the block is entered.
        simulator: the platform.
    """

    def __init__(
        self, settings: Settings, agents: Sequence[Contact] | None = None, on_duty: Sequence[str] | None = None
    ) -> None:
        named = tuple(Contact(contact_id=one, name=one, answers_after=4.0) for one in settings.on_duty)
        self.agents = tuple(named or AGENTS) if agents is None else tuple(agents)
        duty = tuple(one.contact_id for one in self.agents) if on_duty is None else tuple(on_duty)
        self._settings = settings.model_copy(update={"on_duty": duty})
        self._secret_key = secrets.token_hex(16)
        self._webhook_secret = secrets.token_hex(16)
        self.simulator = Simulator(
            SimulatorConfig(bot_id=BOT_ID, secret_key=self._secret_key, host="127.0.0.1", port=settings.simulator_port),
            clock=SystemClock(),
        )
        self.config: Config
        self._stack = AsyncExitStack()

    async def __aenter__(self) -> Self:
        """Start the simulator.

        Raises:
            SettingsError: its port is taken, or the bot's settings do not go with it.
        """
        async with AsyncExitStack() as stack:
            try:
                await stack.enter_async_context(self.simulator)
            except OSError as error:
                problem = f"cannot listen on 127.0.0.1 port {self._settings.simulator_port}: {error.strerror}"
                raise SettingsError(
                    SettingProblem("BOT_SIMULATOR_PORT", problem, "Choose a free port, or 0 for any")
                ) from error
            for agent in self.agents:
                self.simulator.add_contact(agent)
            self.config = simulated(
                self._settings,
                api_url=self.simulator.url,
                bot_id=BOT_ID,
                secret_key=self._secret_key,
                webhook_secret=self._webhook_secret,
            )
            self._stack = stack.pop_all()
        return self

    async def __aexit__(self, *_: object) -> None:
        """Stop the simulator."""
        await self._stack.aclose()

    def connect(self, bot: Bot) -> None:
        """Let the simulator post its events to a bot."""
        self.simulator.connect(f"{bot.url}/webhook/{self._webhook_secret}")

    def show_timeline(self) -> None:
        """Print what happens, as it happens."""
        self.simulator.timeline.subscribe(lambda record: print(format_line(record), flush=True))

    def first_screen(self, bot: Bot, router: Router) -> Sequence[str]:
        """Return what to show when bot and simulator run together."""
        calls = f"{self.simulator.url}/simulator/calls"
        return [
            "workonflow-bot runs with the SIMULATOR: no platform is configured (BOT_ID is not set).",
            "",
            f"  bot        {bot.url}   state: {bot.url}/health/ready",
            f"  simulator  {self.simulator.url}   a telephone to call the bot with",
            f"  journal    {self.config.journal_path}   what happened: python -m bot calls",
            f"  on duty    {', '.join(f'{agent.name} ({agent.contact_id})' for agent in self.agents)}",
            "",
            "Handlers:",
            *handler_lines(router),
            "",
            "Call the bot: open this in a browser, dial, press keys, and answer for the agents:",
            f"  {self.simulator.url}",
            "Or place a call from another terminal, and watch it here:",
            f"  curl -X POST {calls}",
            f"  curl -X POST {calls} -H 'Content-Type: application/json' -d '{{\"hangs_up_after\": 3}}'",
            "",
            "Ctrl-C stops both.",
            "",
        ]
