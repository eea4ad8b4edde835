"""`Call`: a phone call, as its flow has it."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any, Final, NoReturn, TypeAlias

from bot.events import JsonValue
from bot.flow.checks import positive
from bot.flow.dialled import Dialled, Fate
from bot.flow.duty import Target
from bot.flow.voicemail import CallVoicemail

FlowFunction: TypeAlias = Callable[..., Coroutine[Any, Any, None]]
"""A flow: an async function of a `Call`, and of what another flow hands over by `Call.transfer`."""

_BETWEEN_ROUNDS: Final = 5.0
"""Seconds from the beginning of one round of a queue to the next one, at least."""


class Transfer(BaseException):
    """Leaves a flow for another one; no flow should catch it.

    Args:
        flow: the other flow.
        arguments: what it is given beside the call.
    """

    def __init__(self, flow: FlowFunction, arguments: dict[str, JsonValue]) -> None:
        super().__init__(getattr(flow, "__qualname__", "flow"))
        self.flow = flow
        self.arguments = arguments


class Call(CallVoicemail):
    """A phone call, from the first ring to the end.

    Every awaited operation is a step: its outcome is recorded before the flow goes on, and a bot that was
    killed goes on after the last recorded step. So between steps a flow must do the same on every run; time,
    chance and the outside world come through `now`, `random` and `step`.

    When the call ends, `CallEnded` is raised at the await where the flow stands. Every operation raises
    `bot.ApiError` if the platform refuses it or cannot be reached, and ValueError for wrong arguments, before
    anything is sent.
    """

    async def queue(
        self,
        target: Target,
        *,
        longest: float = 300.0,
        ring: float = 15.0,
        music: str | None = "hold-music",
        announcement: str | None = "please-hold",
        announce_every: float = 45.0,
        confirm: bool | str = False,
        language: str | None = None,
    ) -> Dialled:
        """Keep the caller waiting, with music and announcements, until somebody takes the call.

        Args:
            target: whom to ring, again and again, as for `dial`; whoever is on duty is looked up each time.
            longest: seconds that the caller may wait.
            ring: seconds for which each rings.
            music: played over and over while people are rung; None for silence.
            announcement: played now and then; None plays nothing.
            announce_every: seconds between two announcements.
            confirm: a key that whoever answers must press, as for `dial`.
            language: of the prompts.

        Returns:
            As for `dial`; false if the time was up.

        Raises:
            ValueError: a number is out of its range.
        """
        positive(longest=longest, ring=ring, announce_every=announce_every)
        began = said = await self._now()
        fates: dict[str, Fate] = {}
        while (left := began + longest - self._steps.now) > 0:
            again = min(self._steps.now + _BETWEEN_ROUNDS, began + longest)
            dialled = await self.dial(
                target, ring=min(ring, left), hold_music=music, confirm=confirm, language=language
            )
            fates.update(dialled.fates)
            if dialled:
                return Dialled(dialled.answered_by, fates)
            if announcement is not None and self._steps.now - said >= announce_every:
                await self.play(announcement, language=language)
                said = self._steps.now
            if self._steps.now < again:
                # Nobody to ring, or everybody busy or declining at once: no reason to ask the platform without a break.
                await self._pause(again - self._steps.now, music, language)
        return Dialled(None, fates)

    def transfer(self, flow: FlowFunction, **arguments: JsonValue) -> NoReturn:
        """Hand the call over to another flow, which begins at its top; nothing after this line runs.

        Args:
            flow: a function registered with ``@router.call`` or ``@router.flow``.
            arguments: JSON values that it is given beside the call.
        """
        raise Transfer(flow, arguments)

    async def _pause(self, seconds: float, music: str | None, language: str | None) -> None:
        sound = await self._start_music(music, language)
        await self._sleep_until(self._steps.now + max(0.0, seconds))
        if sound is not None:
            await self._stop_sound(sound)
