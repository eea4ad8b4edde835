"""Finding somebody who takes the call."""

from __future__ import annotations

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Final

from bot.api import Invitee
from bot.errors import ApiError, InDoubt, Rejected, Unauthorised
from bot.events import Event, JsonValue, MemberDtmf, MemberEvent, MemberInviteEnded, MemberLeft
from bot.flow.checks import not_negative, one_key, positive
from bot.flow.dialled import Dialled, Fate
from bot.flow.duty import Duty, Target
from bot.flow.mailbox import Match
from bot.flow.members import MemberState
from bot.flow.parts import CallParts
from bot.flow.people import CallPeople
from bot.journal import StoredEvent

_CALLED_OFF_WITHIN: Final = 2.0
"""Seconds in which the platform tells that an invitation, or the call, is over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Manner:
    ring: float
    confirm: str | None
    confirm_prompt: str
    confirm_timeout: float
    language: str | None
    rung: AbstractSet[str]
    """Whose telephones ring already, and could not be called off."""


class CallDial(CallPeople):
    """Dialling."""

    def __init__(self, parts: CallParts) -> None:
        super().__init__(parts)
        self._late_ends: set[str] = set()  # whose ringing is over, while the event of that is still to come

    async def dial(
        self,
        target: Target,
        *,
        ring: float = 20.0,
        together: bool = False,
        confirm: bool | str = False,
        confirm_prompt: str = "confirm-accept",
        confirm_timeout: float = 8.0,
        hold_music: str | None = "ringback",
        language: str | None = None,
    ) -> Dialled:
        """Ring people until one takes the call; the others are called off.

        Whoever is in the call already is not rung, and does not take it: the next one is tried. Whoever is being
        rung already, by `invite`, is called off and rung anew.

        Args:
            target: a contact id, an `Invitee`, ``call.rota.on_duty(...)``, or several of these: a list
                rings one after another, a tuple all at once, and both nest.
            ring: seconds for which each rings.
            together: ring everybody at once, however they are listed.
            confirm: a key that whoever answers must press to take the call (True: ``1``). The caller is on
                hold meanwhile, because everybody hears what is played.
            confirm_prompt: asks for that key.
            confirm_timeout: seconds to press it in, from the end of the prompt.
            hold_music: played to the caller, over and over, until somebody takes the call; None for silence.
            language: of the prompts.

        Returns:
            Who took the call, and what became of everybody.

        Raises:
            ValueError: a time is out of its range, or ``confirm`` is no key.
        """
        key = ("1" if confirm else None) if isinstance(confirm, bool) else confirm
        positive(ring=ring)
        not_negative(confirm_timeout=confirm_timeout)
        if key is not None:
            one_key(confirm=key)
        rounds = await self._rounds(target)
        if together:
            rounds = [tuple(one for group in rounds for one in group)]
        wanted = {one.contact_id for group in rounds for one in group}
        manner = _Manner(
            ring=ring,
            confirm=key,
            confirm_prompt=confirm_prompt,
            confirm_timeout=confirm_timeout,
            language=language,
            rung=await self._rung_already(wanted),
        )
        fates = await self._in_call_already(wanted)
        return await self._with_music(rounds, manner, hold_music, fates)

    async def _with_music(
        self, rounds: Sequence[tuple[Invitee, ...]], manner: _Manner, music: str | None, fates: dict[str, Fate]
    ) -> Dialled:
        sound = winner = None
        begun = False
        for group in rounds:
            # Whoever is listed twice, in two groups for example, has one telephone.
            once = {one.contact_id: one for one in reversed(group) if one.contact_id not in fates}
            if not once:
                continue
            if not begun:
                begun = True
                sound = await self._start_music(music, manner.language)
            elif await self._abandoned():
                break
            winner = await self._ring_group(tuple(reversed(once.values())), manner, fates)
            if winner is not None:
                break
        if sound is not None:
            await self._stop_sound(sound)
        self.log.info("dialled", answered_by=winner, fates={who: str(fate) for who, fate in fates.items()})
        return Dialled(winner, fates)

    async def _rounds(self, target: Target) -> Sequence[tuple[Invitee, ...]]:
        """Return whom to ring, round by round; a round rings all at once."""
        if isinstance(target, str):
            return [(Invitee(target),)]
        if isinstance(target, Invitee):
            return [(target,)]
        if isinstance(target, Duty):
            return [(member,) for member in await self.rota.next_in_turn(target.group)]
        parts = [await self._rounds(part) for part in target]
        if isinstance(target, tuple):
            return [tuple(one for part in parts for group in part for one in group)]
        return [group for part in parts for group in part]

    async def _ring_group(self, group: Sequence[Invitee], manner: _Manner, fates: dict[str, Fate]) -> str | None:
        after = self._steps.position
        ringing = {one.contact_id for one in group if one.contact_id in manner.rung or await self._rings(one, fates)}
        until = self._steps.now + manner.ring

        def matters(event: Event) -> bool:
            return _ends(event, ringing) or (isinstance(event, MemberLeft) and self._book.is_callers(event))

        while ringing:
            ended = await self._end_of_ringing("wait for answer", matters, after, until)
            if ended is not None:
                after = ended.seq
                who, answered = _who(ended.event), _answers(ended.event)
                if self._book.is_callers(ended.event):
                    if await self._abandoned():
                        break
                    continue
            elif late := await self._in_already(ringing):
                who, answered = late, True
            else:
                break
            ringing.discard(who)
            if not answered:
                fates[who] = Fate.NO_ANSWER
            elif await self._accepted(who, manner, after):
                fates[who] = Fate.ANSWERED
                self._services.turns.served(who, self._steps.now)
                for other in sorted(ringing):
                    await self.call_off(other)
                    fates[other] = Fate.CALLED_OFF
                return who
            else:
                fates[who] = Fate.NOT_ACCEPTED
        fates.update(dict.fromkeys(ringing, Fate.NO_ANSWER))
        await self._stop_ringing(ringing, after)
        return None

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
            return _ends(event, ringing)

        while ringing:
            ended = await self._end_of_ringing("wait for silence", falls_silent, after, until)
            if ended is None:
                break
            after = ended.seq
            if not _answers(ended.event):
                # Who answered at the last moment is put out, which is still to come.
                ringing.discard(_who(ended.event))
        self._late_ends |= ringing - unreached
        return ringing & unreached

    async def _end_of_ringing(self, name: str, match: Match, after: int, until: float) -> StoredEvent | None:
        """Wait for an event; the end of an earlier ringing, which had not come in time, is none."""
        while True:
            ended = await self._wait(name, match, after=after, until=until)
            if ended is None or _answers(ended.event) or _who(ended.event) not in self._late_ends:
                return ended
            self._late_ends.discard(_who(ended.event))
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

    async def _accepted(self, who: str, manner: _Manner, after: int) -> bool:
        if manner.confirm is None:
            return True
        await self.hold()
        sound = await self._start_sound(manner.confirm_prompt, language=manner.language)
        until = sound.began_at + (sound.duration or 0.0) + manner.confirm_timeout

        def decided(event: Event) -> bool:
            own = isinstance(event, MemberEvent) and event.user_id == who
            pressed = isinstance(event, MemberDtmf) and event.dtmf_number == manner.confirm
            return own and (pressed or isinstance(event, MemberLeft))

        decision = await self._wait("wait for acceptance", decided, after=after, until=until, patient=True)
        accepted = decision is not None and isinstance(decision.event, MemberDtmf)
        await self._stop_sound(sound)
        if not accepted:
            await self.call_off(who)
        await self.unhold()
        return accepted


def _ends(event: Event, ringing: AbstractSet[str]) -> bool:
    """Return whether an event ends the ringing of one of several people; leaving meanwhile counts."""
    return isinstance(event, MemberInviteEnded | MemberLeft) and event.user_id in ringing


def _answers(event: Event) -> bool:
    return isinstance(event, MemberInviteEnded) and event.answered is True


def _who(event: Event) -> str:
    return (event.user_id if isinstance(event, MemberEvent) else None) or ""
