"""A bot with a short menu, agents who are acted for by hand, and the platform, in real time."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from bot import Call, Router
from bot.app import Bot
from bot.clock import SystemClock
from bot.config import simulated
from bot.dispatch import Handlers
from bot.simulator import Contact, SimCall, Simulator, SimulatorConfig
from bot.testing import settings_for
from tests.simulator.sound_tools import tone

ANNA = Contact(contact_id="agent-anna", name="Anna", phone="+74950000001", by_hand=True)
BORIS = Contact(contact_id="agent-boris", name="Boris", phone="+74950000002", by_hand=True)
SECRET = "made-up"
CONFIG = SimulatorConfig(bot_id="bot", secret_key=SECRET, comment_after=0.0)

PROMPTS = {"welcome": (440, 2.0), "main-menu": (520, 4.0), "invalid-choice": (300, 0.1), "ringback": (425, 2.0)}
"""Name to frequency and seconds."""

router = Router()


@router.call(incoming=True)
async def desk(call: Call) -> None:
    """Greet, ask for a key, and ring one after another."""
    await call.record()
    await call.play("welcome")
    await call.menu("main-menu", {"1": "sales"}, tries=4, timeout=5.0)
    if not await call.dial([ANNA.contact_id, BORIS.contact_id], ring=20):
        await call.hang_up()


class Office:
    """A platform and its bot, running.

    Attributes:
        simulator: the platform.
        bot: the bot.
    """

    def __init__(self, simulator: Simulator, bot: Bot) -> None:
        self.simulator = simulator
        self.bot = bot

    @property
    def call(self) -> SimCall:
        """The latest call."""
        return list(self.simulator.calls.values())[-1]

    def happened(self, text: str) -> bool:
        """Return whether something stands in the timeline."""
        return any(text in record.text for record in self.simulator.timeline.since())


@asynccontextmanager
async def office(folder: Path) -> AsyncIterator[Office]:
    """Start both; the prompts are tones, long enough to be noticed on a busy machine, and keys stop them."""
    prompts = folder / "prompts"
    prompts.mkdir()
    for name, (frequency, seconds) in PROMPTS.items():
        (prompts / f"{name}.wav").write_bytes(tone(frequency, seconds))
    async with Simulator(CONFIG, clock=SystemClock()) as simulator:
        for contact in (ANNA, BORIS):
            simulator.add_contact(contact)
        settings = settings_for(folder, on_duty=(ANNA.contact_id, BORIS.contact_id), drain_seconds=0.1)
        config = simulated(
            settings, api_url=simulator.url, bot_id=CONFIG.bot_id, secret_key=SECRET, webhook_secret=SECRET
        )
        async with Bot(config, Handlers(router, [prompts])) as bot:
            simulator.connect(f"{bot.url}/webhook/{SECRET}")
            yield Office(simulator, bot)
