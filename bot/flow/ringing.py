"""Ringing people, and seeing that their telephones stop."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from typing import Final

from bot.api import Invitee
from bot.errors import ApiError, InDoubt, Rejected, Unauthorised
from bot.events import Event, JsonValue, MemberEvent, MemberInviteEnded, MemberLeft
from bot.flow.dialled import Fate
from bot.flow.mailbox import Match
from bot.flow.members import MemberState
from bot.flow.parts import CallParts
from bot.flow.people import CallPeople
from bot.journal import StoredEvent

_CALLED_OFF_WITHIN: Final = 2.0
"""Seconds in which the platform tells that an invitation, or the call, is over."""


class CallRinging(CallPeople):
    """What dialling is made of: who rings, who is in the call, and who has gone."""

    def __init__(self, parts: CallParts) -> None:
        super().__init__(parts)
        self._late_ends: set[str] = set()  # whose ringing is over, while the event of that is still to come

    async def _rung_already(self, wanted: AbstractSet[str]) -> AbstractSet[str]:
        """Call off those who are being rung already; return who could not be, whom nobody may ring twice."""
        after = self._steps.position
        ringing = {one.contact_id for one in self.members if one.contact_id and one.state is MemberState.RINGING}
        return await self._stop_ringing(ringing & wanted, after)

    async def _in_call_already(self, wanted: AbstractSet[str]) -> dict[str, Fate]:
        """Return those who are in the call, whom nobody rings."""
        present = sorted(who for one in self.members if one.present and (who := one.contact_id) in wanted and who)
        if not present:
            return {}

        async def look() -> JsonValue:
            try:
                members = (await self._api.calls.get(self.id)).members
            except ApiError as error:
                self.log.warning("cannot see who is in the call, its events tell", reason=error.message)
                return [*present]
            # The event of somebody's leaving may have been lost; who is not rung then, is never rung again.
            return [one.contact_id for one in members if one.answered and one.contact_id in present]

        found = await self._look_step("who is in the call", [*present], look)
        return {who: Fate.IN_CALL for who in present if isinstance(found, list) and who in found}

    async def _abandoned(self) -> bool:
        """Return whether the caller has left; the platform, or else the bot, ends the call over it in a moment."""
        if any(member.is_caller and member.present for member in self.members):
            return False
        await self._sleep_until(self._steps.now + _CALLED_OFF_WITHIN)
        if not any(member.present for member in self.members):
            await self.hang_up()
            await self._sleep_until(self._steps.now + _CALLED_OFF_WITHIN)
        return True

    async def _rings(self, one: Invitee, fates: dict[str, Fate]) -> bool:
        try:
            await self.invite(one.contact_id, phone=one.phone)
        except ApiError as error:
            self.log.warning("cannot be rung", contact=one.contact_id, reason=error.message)
            fates[one.contact_id] = Fate.UNREACHABLE
            if isinstance(error, InDoubt):
                await self.call_off(one.contact_id)
            return False
        return True

    async def _stop_ringing(self, ringing: set[str], after: int) -> AbstractSet[str]:
        """Call off who does not pick up, and see it done, so that its end is not taken for that of a later ring.

        Returns:
            Who may be ringing still: the platform was not reached, and has not told of an end either.
        """
        unreached = {who for who in sorted(ringing) if not await self._silenced(who)}
        until = self._steps.now + _CALLED_OFF_WITHIN

        def falls_silent(event: Event) -> bool:
            return ends(event, ringing)

        while ringing:
            ended = await self._end_of_ringing("wait for silence", falls_silent, after, until)
            if ended is None:
                break
            after = ended.seq
            if not answers(ended.event):
                # Who answered at the last moment is put out, which is still to come.
                ringing.discard(who_of(ended.event))
        self._late_ends |= ringing - unreached
        return ringing & unreached

    async def _end_of_ringing(self, name: str, match: Match, after: int, until: float) -> StoredEvent | None:
        """Wait for an event; the end of an earlier ringing, which had not come in time, is none."""
        while True:
            ended = await self._wait(name, match, after=after, until=until)
            if ended is None or answers(ended.event) or who_of(ended.event) not in self._late_ends:
                return ended
            self._late_ends.discard(who_of(ended.event))
            after = ended.seq

    async def _silenced(self, who: str) -> bool:
        """Call an invitation off; return whether the platform was told, which refuses where there is none."""
        try:
            await self.kick(who)
        except ApiError as error:
            self.log.info("not called off", contact=who, reason=error.message)
            return isinstance(error, Rejected) and not isinstance(error, Unauthorised)
        return True

    async def _in_already(self, ringing: AbstractSet[str]) -> str | None:
        """Return one of those being rung who is in the call although no event has told so; None if nobody is."""

        async def look() -> JsonValue:
            try:
                members = (await self._api.calls.get(self.id)).members
            except ApiError as error:
                self.log.warning("cannot see who has answered", reason=error.message)
                return None
            return next((one.contact_id for one in members if one.answered and one.contact_id in ringing), None)

        found = await self._look_step("who has answered", [*sorted(ringing)], look)
        return found if isinstance(found, str) else None


def ends(event: Event, ringing: AbstractSet[str]) -> bool:
    """Return whether an event ends the ringing of one of several people; leaving meanwhile counts."""
    return isinstance(event, MemberInviteEnded | MemberLeft) and event.user_id in ringing


def answers(event: Event) -> bool:
    """Return whether an event says that somebody answered."""
    return isinstance(event, MemberInviteEnded) and event.answered is True


def who_of(event: Event) -> str:
    """Return the contact id of whom an event is about; empty if it names nobody."""
    return (event.user_id if isinstance(event, MemberEvent) else None) or ""
