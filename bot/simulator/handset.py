"""A person's telephone in a call; what comes too late has no effect, as in life."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from bot.simulator.conference import Leg
from bot.simulator.moments import OWN_CUES, Cue
from bot.simulator.refusal import Refusal

if TYPE_CHECKING:
    from bot.simulator.call import SimCall


class LegHandset:
    """The telephone at the end of one line.

    Args:
        call: the call.
        leg: the line.
    """

    def __init__(self, call: SimCall, leg: Leg) -> None:
        self._call = call
        self._leg = leg
        # Whoever joins a call did not hear what came before.
        self._noticed = len(call.outlet.moments)

    @property
    def busy(self) -> bool:
        """Whether the person is in the call already, by another line."""
        return any(leg.contact_id == self._leg.contact_id for leg in self._call.conference.present)

    @property
    def engaged(self) -> bool:
        """Whether the person is in another call."""
        return self._call.is_elsewhere(self._leg.contact_id)

    @property
    def ring(self) -> int:
        """For the how-manieth time the call rings, or has rung, this person."""
        return self._leg.ring

    def answer(self) -> None:
        """Take the call."""
        with suppress(Refusal):
            self._call.answer_on(self._leg)

    def decline(self) -> None:
        """Refuse the call."""
        self._stop_ringing("declines")

    def signal_busy(self) -> None:
        """Give the platform the engaged tone."""
        self._stop_ringing("is in another call")

    def stay_silent(self) -> None:
        """Be out of the platform's reach until it gives up."""
        self._stop_ringing("is off-line")

    def ring_out(self) -> None:
        """Let it ring until the platform gives up."""
        self._stop_ringing("does not answer")

    def press(self, key: str) -> None:
        """Press a key."""
        with suppress(Refusal):
            self._call.press_on(self._leg, key)

    def hang_up(self) -> None:
        """Leave the call."""
        with suppress(Refusal):
            self._call.leave_on(self._leg)

    def be_a_machine(self) -> None:
        """Be a voicemail that has answered in the person's place."""
        self._call.outlet.notice(Cue.MACHINE, self._leg.contact_id)

    async def joined(self) -> None:
        """Wait until somebody else has come into the call."""
        await self._call.wait_joined()

    def speak(self, seconds: float) -> None:
        """Begin to speak, for so long."""
        with suppress(Refusal):
            self._call.player.say(self._leg, self._call.name_of(self._leg), seconds)
            self._call.outlet.notice(Cue.SPEAKS, self._leg.contact_id)

    def pause(self) -> None:
        """Have spoken."""
        self._call.outlet.notice(Cue.PAUSES, self._leg.contact_id)

    async def until(self, cue: Cue, subject: str | None) -> None:
        """Wait for what comes next of that kind, counted from what was waited for last."""
        whom = self._leg.contact_id if cue in OWN_CUES else subject
        self._noticed = await self._call.outlet.moments.next(
            lambda moment: moment.cue is cue and moment.concerns(whom), self._noticed
        )

    def _stop_ringing(self, why: str) -> None:
        with suppress(Refusal):
            self._call.stop_ringing_on(self._leg, why)
