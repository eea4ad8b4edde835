"""Somebody whom the bot may ring, led by a test."""

from __future__ import annotations

from collections.abc import Callable

from bot.simulator import Contact, Leg, Refusal, SimCall
from bot.simulator.handset import LegHandset
from bot.simulator.steps import KEY_PAUSE
from bot.testing.world import World


class Agent:
    """An agent: the telephone rings until a test says what becomes of it, or the bot or the platform gives up.

    Every method fails the test, with the story of all calls, where what it says cannot be. Times are seconds of the
    test's own time.

    Args:
        world: where.
        contact: who.
    """

    def __init__(self, world: World, contact: Contact) -> None:
        self.contact = contact
        self._world = world

    def __repr__(self) -> str:
        return f"<agent {self.name}>"

    @property
    def name(self) -> str:
        """What people call them."""
        return self.contact.name

    @property
    def contact_id(self) -> str:
        """Their id on the platform."""
        return self.contact.contact_id

    @property
    def ringing(self) -> bool:
        """Whether their telephone rings."""
        return self._find(answered=False) is not None

    @property
    def talking(self) -> bool:
        """Whether they are in a call."""
        return self._find(answered=True) is not None

    async def rings(self, within: float = 60.0) -> None:
        """Wait until the telephone rings; return at once if it does."""
        __tracebackhide__ = True
        await self._line(answered=False, within=within)

    async def answers(self, within: float = 60.0) -> None:
        """Wait until the telephone rings, and take the call."""
        __tracebackhide__ = True
        call, leg = await self._line(answered=False, within=within)
        call.answer_on(leg)
        await self._world.live(0.0)

    async def declines(self, within: float = 60.0) -> None:
        """Wait until the telephone rings, and decline."""
        __tracebackhide__ = True
        call, leg = await self._line(answered=False, within=within)
        LegHandset(call, leg).decline()
        await self._world.live(0.0)

    async def ignores(self, within: float = 60.0) -> None:
        """Wait until the telephone rings, and let it ring until the bot or the platform gives up."""
        __tracebackhide__ = True
        call, leg = await self._line(answered=False, within=within)
        await self._wait(lambda: leg not in call.members, within, "goes on ringing")

    async def presses(self, keys: str) -> None:
        """Press keys, one after another."""
        __tracebackhide__ = True
        call, _ = await self._line(answered=True, within=0.0)
        for number, key in enumerate(keys):
            await self._world.live(KEY_PAUSE if number else 0.0)
            try:
                await call.press(key, self.contact_id)
            except Refusal as refusal:
                raise self._failed(f"cannot press {key}: {refusal.message}") from None
        await self._world.live(0.0)

    async def says(self, seconds: float) -> None:
        """Speak for so long."""
        __tracebackhide__ = True
        handset = LegHandset(*await self._line(answered=True, within=0.0))
        handset.speak(seconds)
        await self._world.live(seconds)
        handset.pause()

    async def hangs_up(self) -> None:
        """Leave the call."""
        __tracebackhide__ = True
        call, leg = await self._line(answered=True, within=0.0)
        call.leave_on(leg)
        await self._world.live(0.0)

    async def _line(self, *, answered: bool, within: float) -> tuple[SimCall, Leg]:
        __tracebackhide__ = True
        wish = "is in no call" if answered else "is not rung"
        await self._wait(lambda: self._find(answered=answered) is not None, within, wish)
        found = self._find(answered=answered)
        if found is None:
            raise self._failed(wish)
        return found

    def _find(self, *, answered: bool) -> tuple[SimCall, Leg] | None:
        for call in self._world.simulator.calls.values():
            for leg in call.members:
                if leg.contact_id == self.contact_id and leg.answered is answered:
                    return call, leg
        return None

    async def _wait(self, condition: Callable[[], bool], within: float, otherwise: str) -> None:
        __tracebackhide__ = True
        if not await self._world.comes_true(condition, within):
            raise self._failed(f"{otherwise}, within {within:g} s" if within else otherwise)

    def _failed(self, what: str) -> AssertionError:
        return AssertionError(f"{self.name} {what}. What happened:\n{self._world.story()}")
