"""The telephone of a test: a bot with handlers, a platform, callers and agents."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from bot.dispatch import Handlers
from bot.rota import Rota
from bot.simulator import DEFAULT_TEAM, Caller, Contact, Line
from bot.simulator.faults import Faults
from bot.testing.agent import Agent
from bot.testing.caller import PhoneCall
from bot.testing.timeline import Golden
from bot.testing.world import World, world


class Phone:
    """Places calls at a bot, and leads whoever is in them; `telephone` makes one, as does the fixture ``phone``.

    Time is the test's own and passes only while something here is awaited.

    Args:
        handlers: the bot's.
        golden: where golden timelines are.
        on_duty: contact ids of who is on duty, the agents of `agent` aside; only those that are known can be rung.

    Attributes:
        world: what is behind it, for all that is not here.
    """

    def __init__(self, handlers: Handlers, golden: Golden, on_duty: Sequence[str] = ()) -> None:
        self.world: World
        self._handlers = handlers
        self._golden = golden
        self._on_duty = list(on_duty)
        self._rota: tuple[int, Rota] | None = None
        self._expected: re.Pattern[str] | None = None

    def agent(
        self, name: str, *, on_duty: bool = True, contact_id: str | None = None, phone: str | None = None
    ) -> Agent:
        """Return somebody whom the bot may ring, and who does nothing but what the test says.

        Args:
            name: what people call them.
            on_duty: whether they are on duty. Where the settings name a rota file, the file says so instead.
            contact_id: the id on the platform; ``agent-`` and the name in small letters by default.
            phone: the number that rings.

        Raises:
            ValueError: there is somebody of this id.
        """
        contact_id = contact_id or f"agent-{'-'.join(name.lower().split())}"
        if contact_id in self.world.simulator.contacts:
            raise ValueError(f"there is somebody called {contact_id} already; name another contact_id")
        contact = Contact(contact_id=contact_id, name=name, phone=phone, by_hand=True)
        self.contact(contact, on_duty=on_duty)
        return Agent(self.world, contact)

    def contact(self, contact: Contact, *, on_duty: bool = True) -> None:
        """Let the bot ring somebody who acts by themselves, such as ``Contact.with_voicemail(...)``."""
        self.world.simulator.add_contact(contact)
        if on_duty:
            self._on_duty.append(contact.contact_id)

    async def dials(self, number: str = "+74951234567", *, line: Line | None = None, team: str = "") -> PhoneCall:
        """Call the bot, and return the call; the caller does nothing but what the test says.

        Args:
            number: that is called from.
            line: the telephone line that is called; some line by default.
            team: id of the team that is called; some team by default.
        """
        caller = Caller(phone=number)
        call = await self.world.simulator.place_call(caller, line=line, team_id=team or DEFAULT_TEAM)
        await self.world.live(0.0)
        return PhoneCall(self.world, call, self._golden)

    async def passes(self, seconds: float) -> None:
        """Let time pass."""
        await self.world.live(seconds)

    async def restarts_bot(self, away: float = 0.0) -> None:
        """Stop the bot as a new version's deployment does, let time pass, and start it again."""
        await self.world.stop()
        await self._comes_back(away)

    async def kills_bot(self, away: float = 0.0) -> None:
        """End the bot without a chance to finish anything, let time pass, and start it again."""
        await self.world.kill()
        await self._comes_back(away)

    @property
    def faults(self) -> Faults:
        """What goes wrong between platform and bot; nothing, unless it is set."""
        return self.world.simulator.faults

    @faults.setter
    def faults(self, faults: Faults) -> None:
        self.world.simulator.faults = faults

    def expects_failure(self, pattern: str = "") -> None:
        """Say that something will fail in the bot: a flow, or a handler. Otherwise that fails the test at its end.

        Args:
            pattern: a regular expression that is found in the story of every failure.
        """
        self._expected = re.compile(pattern)

    async def check(self) -> None:
        """Check that nothing failed in the bot, or just what was expected to.

        Raises:
            AssertionError: it is otherwise.
        """
        __tracebackhide__ = True
        failures = await self.world.failures()
        if self._expected is None:
            wrong = failures
        else:
            wrong = [one for one in failures if not self._expected.search(one)]
            if not failures:
                raise AssertionError("a failure in the bot was expected, and there was none")
        if wrong:
            text = "\n\n".join(wrong)
            raise AssertionError(
                f"in the bot, {text}\n\nIf that is right, call phone.expects_failure(). "
                f"What happened:\n{self.world.story()}"
            )

    def rota(self) -> Rota:
        """Return who is on duty now."""
        if self._rota is None or self._rota[0] != len(self._on_duty):
            self._rota = len(self._on_duty), Rota.simple(self._on_duty)
        return self._rota[1]

    async def _comes_back(self, away: float) -> None:
        await self.world.live(away)
        await self.world.start(self._handlers)
        await self.world.live(0.0)


@asynccontextmanager
async def telephone(
    folder: Path, handlers: Handlers, *, golden: Golden | None = None, **settings: object
) -> AsyncIterator[Phone]:
    """Start a platform and a bot, and stop them in the end.

    Args:
        folder: where the journal is kept.
        handlers: the bot's.
        golden: where golden timelines are; in the folder by default.
        settings: of the bot, by the names of `bot.settings.Settings`; what differs from the defaults.
    """
    on_duty = settings.pop("on_duty", ())
    if not isinstance(on_duty, list | tuple):
        raise TypeError("on_duty is a list of contact ids")
    phone = Phone(handlers, golden or Golden(folder), on_duty)
    duty = None if "rota" in settings else phone.rota
    async with world(folder, handlers, on_duty=on_duty, duty=duty, **settings) as phone.world:  # type: ignore[arg-type]
        yield phone
