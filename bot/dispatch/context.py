"""What a handler gets beside its event."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

import structlog
from structlog.typing import FilteringBoundLogger

from bot.api import TeamApi
from bot.events import CallCreated, Event
from bot.flow import Services
from bot.journal import StoredEvent
from bot.prompts import AudioLink

_log: FilteringBoundLogger = structlog.get_logger("handlers")


class Context:
    """What a handler gets beside its event; one for each event and attempt.

    Attributes:
        api: the platform's requests, for the team of the event.
        attempt: 1 at first, 2 at the first repeat after a failure, and so on.
        log: a structlog logger; the call, team and event type stand in every line.
    """

    __slots__ = ("_event", "_services", "api", "attempt", "log")

    def __init__(self, services: Services, event: Event, attempt: int = 1) -> None:
        self.api: TeamApi = services.api.team(event.team_id)
        self.attempt = attempt
        self.log: FilteringBoundLogger = _log
        self._services = services
        self._event = event

    @property
    def on_duty(self) -> Sequence[str]:
        """Contact ids of the agents on duty now, in the order to ring them; may be empty."""
        rota = self._services.rota()
        now = datetime.fromtimestamp(self.now(), UTC)
        return [member.contact_id for member in rota.on_duty(rota.fallback_group, now).members]

    def now(self) -> float:
        """Return unix time in seconds."""
        return self._services.clock.now()

    async def sleep(self, seconds: float) -> None:
        """Wait; the time counts against the handler's time-out."""
        await self._services.clock.sleep(seconds)

    def prompt(self, name: str, language: str | None = None) -> AudioLink:
        """Return a named prompt: its address for `api.calls.play_audio`, and how long it plays.

        Raises:
            PromptError: there is no such prompt.
        """
        return self._services.prompts.get(name, language)

    async def comment(self, text: str) -> None:
        """Write a comment where the event belongs: into its thread, or into its stream if it names no thread.

        Raises:
            BadRequest: the event names neither.
            ApiError: the platform refuses it or cannot be reached.
        """
        thread, stream = self._event.thread_id, self._event.stream_id
        await self.api.comments.create(thread_id=thread, stream_id=None if thread else stream, text=text)

    async def history(self) -> Sequence[StoredEvent]:
        """Return the events of this call so far, oldest first, each with the time at which it came.

        For an event of no call: the events of its thread, stream or team. The newest 1,000 at the most.

        Raises:
            JournalUnavailable: the journal cannot be read now.
        """
        events = await self._services.history(self._event.lane)
        starts = [index for index, stored in enumerate(events) if isinstance(stored.event, CallCreated)]
        return events[starts[-1] :] if starts else events
