"""What happens to a call whose handler failed, hangs or is missing: somebody's phone rings.

It uses nothing of what failed: it asks the platform who is in the call, and
rings only those who are not being rung already.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence

import structlog

from bot.api import ApiClient, CallInfo, TeamApi
from bot.errors import ApiError, PromptError
from bot.events import Event, MemberInviteEnded
from bot.metrics import Metrics

log = structlog.get_logger("bot.fallback")


class Fallback:
    """Rings the agents on duty; with nobody to ring, takes a message.

    Args:
        api: the client of the platform.
        on_duty: gives the contact ids to ring.
        message_url: gives the address of the prompt that asks for a message.
        metrics: where results are counted.
    """

    def __init__(
        self,
        *,
        api: ApiClient,
        on_duty: Callable[[], Sequence[str]],
        message_url: Callable[[], str],
        metrics: Metrics,
    ) -> None:
        self._api = api
        self._on_duty = on_duty
        self._message_url = message_url
        self._fallbacks = metrics.fallbacks

    async def rescue(self, event: Event, *, reason: str) -> str:
        """See to it that somebody gets the call of an event.

        Never raises an `ApiError`: what cannot be done is logged and counted.

        Args:
            event: any event of the call.
            reason: why, for the log.

        Returns:
            ``attended`` (an agent is in or rung already), ``rung``, ``message``, or ``failed``.
        """
        key = event.call_key
        call_id = key.home_id if key else ""
        idle = {event.user_id} if isinstance(event, MemberInviteEnded) and event.answered is False else set()
        result = await self._result(self._api.team(event.team_id), call_id, idle)
        report = log.error if result == "failed" else log.warning
        report("fallback", reason=reason, result=result)
        self._fallbacks.labels(result).inc()
        return result

    async def _result(self, api: TeamApi, call_id: str, idle: Collection[str | None]) -> str:
        info = await self._info(api, call_id)
        agents = [member for member in info.members if not member.has_originator] if info else []
        if any(agent.answered for agent in agents):
            return "attended"
        # Whoever just declined may still be listed; whoever else is listed is being rung.
        ringing = {agent.contact_id for agent in agents} - set(idle)
        rung = [agent for agent in self._on_duty() if agent not in ringing and await self._ring(api, call_id, agent)]
        if rung:
            return "rung"
        if ringing:
            return "attended"
        return "message" if await self._take_message(api, call_id) else "failed"

    async def _info(self, api: TeamApi, call_id: str) -> CallInfo | None:
        try:
            return await api.calls.get(call_id)
        except ApiError as error:
            # Not knowing who is in the call is no reason to leave the caller alone.
            log.warning("fallback cannot see who is in the call", error=str(error))
            return None

    async def _ring(self, api: TeamApi, call_id: str, agent: str) -> bool:
        try:
            await api.calls.invite(call_id, contact_id=agent)
        except ApiError as error:
            log.error("fallback cannot ring an agent", agent=agent, error=str(error))  # noqa: TRY400 - the line says it
            return False
        return True

    async def _take_message(self, api: TeamApi, call_id: str) -> bool:
        try:
            await api.calls.start_recording(call_id)
        except ApiError as error:
            # It may be on already; the prompt is what the caller needs.
            log.warning("fallback cannot start the recording", error=str(error))
        try:
            await api.calls.play_audio(call_id, self._message_url())
        except (ApiError, PromptError) as error:
            log.error("fallback cannot play a prompt", error=str(error))  # noqa: TRY400 - the line says it all
            return False
        return True
