"""A call, and the caller in it, led by a test."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from bot.simulator import Playback, Refusal, SimCall
from bot.simulator.handset import LegHandset
from bot.simulator.moments import is_sound, sound_name
from bot.simulator.scenario.silence import silences
from bot.simulator.steps import KEY_PAUSE
from bot.testing.agent import Agent
from bot.testing.timeline import Golden, Timeline
from bot.testing.world import World

_AFTERWARDS: Final = 600.0
"""Seconds in which a bot is done with a call that is over."""


class PhoneCall:
    """A call from outside.

    Every method fails the test, with the call's story, where what it says cannot be. Times are seconds of the
    test's own time.

    Args:
        world: where.
        call: the simulator's side of it.
        golden: where golden timelines are.

    Attributes:
        sim: the simulator's side of it, for all that is not here.
    """

    def __init__(self, world: World, call: SimCall, golden: Golden) -> None:
        self.sim = call
        self._world = world
        self._golden = golden
        self._heard = 0

    async def hears(self, prompt: str, *, to_end: bool = False, within: float = 60.0) -> None:
        """Wait until a sound begins; one that began already counts, unless an earlier `hears` came to it or past it.

        Args:
            prompt: its name; of a sound that is no prompt, the end of its address.
            to_end: wait until it is over, too; it must not be stopped.
            within: how long to wait for its beginning.
        """
        __tracebackhide__ = True
        await self._wait(lambda: self._next(prompt) is not None or self.ended, within)
        found = self._next(prompt)
        if found is None:
            before = "the call ended" if self.ended else f"{within:g} s were over"
            since = [sound_name(one.sound.url) for one in self.sim.played[self._heard :]]
            raise self._failed(f"{prompt} was not heard before {before}, but {', '.join(since) or 'nothing'}")
        self._heard, playback = found
        if to_end:
            await self._wait(lambda: playback.ended_at is not None, playback.sound.duration + 1.0)
            if not playback.complete:
                raise self._failed(f"{prompt} was not heard to its end")

    async def presses(self, keys: str) -> None:
        """Press keys, one after another."""
        __tracebackhide__ = True
        for number, key in enumerate(keys):
            await self._world.live(KEY_PAUSE if number else 0.0)
            try:
                await self.sim.press(key)
            except Refusal as refusal:
                raise self._failed(f"the caller cannot press {key}: {refusal.message}") from None
        await self._world.live(0.0)

    async def says(self, seconds: float) -> None:
        """Speak for so long."""
        __tracebackhide__ = True
        legs = [leg for leg in self.sim.members if leg.has_originator]
        if not legs:
            raise self._failed("the caller cannot speak: the call has ended")
        handset = LegHandset(self.sim, legs[0])
        handset.speak(seconds)
        await self._world.live(seconds)
        handset.pause()

    async def hangs_up(self) -> None:
        """Hang up, and wait until the bot has done all that it does afterwards."""
        __tracebackhide__ = True
        try:
            await self.sim.hang_up()
        except Refusal as refusal:
            raise self._failed(f"the caller cannot hang up: {refusal.message}") from None
        await self._settle()

    async def ends(self, within: float = 120.0) -> None:
        """Wait until the call is over, whoever ends it, and until the bot has done all that it does afterwards."""
        __tracebackhide__ = True
        if not await self._wait(lambda: self.ended, within):
            raise self._failed(f"the call is not over after {within:g} s")
        await self._settle()

    async def connected_to(self, agent: Agent, within: float = 60.0) -> None:
        """Wait until the caller and an agent can talk to each other: both are in, nobody is on hold."""
        __tracebackhide__ = True
        if not await self._wait(lambda: self._talks_to(agent) or self.ended, within) or not self._talks_to(agent):
            raise self._failed(f"the caller is not connected to {agent.name}")

    @property
    def ended(self) -> bool:
        """Whether it is over."""
        return self.sim.ended

    @property
    def recorded(self) -> bool:
        """Whether it was recorded, at any time."""
        return self.sim.recorded

    @property
    def heard(self) -> Sequence[str]:
        """The names of all sounds, in order."""
        return [sound_name(one.sound.url) for one in self.sim.played]

    @property
    def playing(self) -> Sequence[str]:
        """The names of the sounds that play now."""
        return [sound_name(one.sound.url) for one in self.sim.player.media.playing]

    @property
    def comments(self) -> Sequence[str]:
        """The texts of the comments in its thread, in order."""
        parts = [part for comment in self.sim.comments for part in comment.attachments]
        data = [part.get("data") for part in parts if isinstance(part, dict) and part.get("type") == "text"]
        return [str(one["text"]) for one in data if isinstance(one, dict) and "text" in one]

    @property
    def silence(self) -> float:
        """How many seconds the caller heard nothing, without a break, at most; speaking oneself is no silence."""
        found = silences(self.sim, self._world.clock.now())
        return max((one.seconds for one in found), default=0.0)

    @property
    def timeline(self) -> Timeline:
        """What happened so far."""
        return Timeline(self._world.simulator.timeline.of(self.sim.key), self._golden)

    def _next(self, prompt: str) -> tuple[int, Playback] | None:
        """Return the next playing of a sound, and how many there are up to it."""
        for number, playback in enumerate(self.sim.played[self._heard :], self._heard + 1):
            if is_sound(playback.sound.url, prompt):
                return number, playback
        return None

    def _talks_to(self, agent: Agent) -> bool:
        present = [leg for leg in self.sim.members if leg.answered]
        wanted = [leg for leg in present if leg.has_originator or leg.contact_id == agent.contact_id]
        return len(wanted) > 1 and not any(leg.held for leg in wanted)

    async def _settle(self) -> None:
        """Let the bot finish what belongs to the call; where others go on, only what it does about events."""
        await self._world.see(self.sim.wait_settled())
        alone = all(call.ended for call in self._world.simulator.calls.values())
        await self._world.comes_true(lambda: self._world.count("bot_backlog_events") == 0, _AFTERWARDS)
        if alone:
            await self._world.comes_true(lambda: self._world.count("bot_flows_running") == 0, _AFTERWARDS)

    async def _wait(self, condition: Callable[[], bool], within: float) -> bool:
        return await self._world.comes_true(condition, within)

    def _failed(self, what: str) -> AssertionError:
        return AssertionError(f"{what}. The call so far:\n{self._world.story(self.sim)}")
