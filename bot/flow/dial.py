"""Finding somebody who takes the call."""

from __future__ import annotations

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from bot.api import Invitee
from bot.events import Event, MemberDtmf, MemberEvent, MemberLeft
from bot.flow.checks import not_negative, one_key, positive
from bot.flow.dialled import Dialled, Fate
from bot.flow.duty import Duty, Target
from bot.flow.ringing import CallRinging, answers, ends, who_of


@dataclass(frozen=True, slots=True, kw_only=True)
class _Manner:
    ring: float
    confirm: str | None
    confirm_prompt: str
    confirm_timeout: float
    language: str | None
    rung: AbstractSet[str]
    """Whose telephones ring already, and could not be called off."""


class CallDial(CallRinging):
    """Dialling."""

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
            return ends(event, ringing) or (isinstance(event, MemberLeft) and self._book.is_callers(event))

        while ringing:
            ended = await self._end_of_ringing("wait for answer", matters, after, until)
            if ended is not None:
                after = ended.seq
                who, answered = who_of(ended.event), answers(ended.event)
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
