"""What a call tells the outside: the timeline for people, events for the bot, links to its files."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import quote

from bot.clock import Clock
from bot.events import JsonValue
from bot.simulator.clips import Shelf
from bot.simulator.comments import CommentBook
from bot.simulator.delivery import Deliveries, Delivery
from bot.simulator.moments import Cue, Moments
from bot.simulator.payloads import Payload, Place, cue_of
from bot.simulator.presence import Presence
from bot.simulator.tasks import Tasks
from bot.simulator.timeline import RecordKind, Timeline, shown_fields


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What a call needs of its simulator.

    Attributes:
        clock: the time.
        timeline: where everything is written down.
        deliveries: the way to the bot.
        tasks: what owns the people and the sounds.
        comments: the comments of all threads and streams.
        presence: who is in which call.
        shelf: the sounds that calls are made of.
        new_id: makes an id of the platform.
        base_url: gives the address that links to files begin with.
        comment_after: seconds from the end of a call to the comment with its durations.
    """

    clock: Clock
    timeline: Timeline
    deliveries: Deliveries
    tasks: Tasks
    comments: CommentBook
    presence: Presence
    shelf: Shelf
    new_id: Callable[[], str]
    base_url: Callable[[], str]
    comment_after: float


class Outlet:
    """What one call tells the outside.

    Args:
        place: the call.
        around: the simulator's parts.

    Attributes:
        deliveries: the call's events on their way to the bot, in order.
        moments: what people in the call notice.
    """

    def __init__(self, place: Place, around: Surroundings) -> None:
        self.deliveries: list[Delivery] = []
        self.moments = Moments()
        self._place = place
        self._around = around

    def note(self, kind: RecordKind, who: str, text: str, data: JsonValue = None) -> None:
        """Write something down, with its time since the call began."""
        now = self._around.clock.now()
        self._around.timeline.add(
            kind, who, text, at=now, elapsed=now - self._place.created_at, call=self._place.key, data=data
        )

    def tell(self, event: Payload) -> None:
        """Post an event to the bot, behind those before it."""
        self.note("event", "platform", f"{event['eventType']} {shown_fields(event)}".rstrip(), event)
        if (cue := cue_of(event)) is not None:
            self.notice(cue, str(event["userId"]))
        by = f"{self._place.originator.phone} {event['eventType']}"
        self.deliveries.append(self._around.deliveries.post(self._place.key, event, by))

    def notice(self, cue: Cue, subject: str) -> None:
        """Let people in the call notice something; parameters as the attributes of `bot.simulator.moments.Moment`."""
        self.moments.add(cue, subject, self._around.clock.now())

    async def idle(self) -> None:
        """Wait until no event of the call is on its way."""
        await self._around.deliveries.idle(self._place.key)

    def file_url(self, kind: str, name: str) -> str:
        """Return the link to a file of the call.

        Args:
            kind: ``recordings`` or ``streams``.
            name: the file's name, without its suffix.
        """
        home = f"{quote(self._place.team_id, safe='')}/{quote(self._place.thread_id, safe='')}"
        return f"{self._around.base_url()}/simulator/{kind}/{home}/{name}.wav"
