"""The requests of threads, typed: the tasks that calls, comments and files live in.

Source of path, fields and answers: the platform's bot API documents.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.api import spec
from bot.api.arguments import Arguments
from bot.api.team import TeamRequests, ask_for_objects, first_text, texts
from bot.events import JsonObject
from bot.events.coerce import moment, text


@dataclass(frozen=True, slots=True, kw_only=True)
class ThreadInfo:
    """A thread as the platform sees it now.

    Attributes:
        thread_id: the platform's id.
        stream_id: the business process that it belongs to.
        status_id: where in the process it is.
        title: its title.
        type: ``Wait``, ``inProgress`` or ``Done``; an open list.
        responsible_user_id: who is responsible; None if nobody is.
        customer_ids: the outside customers, the first one foremost.
        follower_ids: the people who follow it (``roles``).
        created_at: when it was made, by the platform's clock.
        updated_at: when it was changed last.
        raw: the thread as it came.
    """

    thread_id: str | None
    stream_id: str | None
    status_id: str | None
    title: str | None
    type: str | None
    responsible_user_id: str | None
    customer_ids: tuple[str, ...]
    follower_ids: tuple[str, ...]
    created_at: datetime | None
    updated_at: datetime | None
    raw: JsonObject


class ThreadsApi:
    """The requests of threads of one team.

    Args:
        team: what sends them.
    """

    __slots__ = ("_team",)

    def __init__(self, team: TeamRequests) -> None:
        self._team = team

    async def read(self, thread_id: str) -> ThreadInfo | None:
        """Ask for a thread.

        Args:
            thread_id: its id.

        Returns:
            The thread, or None if the platform knows none of this id.

        Raises:
            BadRequest: the id is empty; nothing was sent.
            ApiError: as `TeamApi.request`.
        """
        wanted = Arguments(spec.THREAD_READ.path, self._team.team_id).needed("thread_id", thread_id)
        found = [
            parse_thread(entry) for entry in await ask_for_objects(self._team, spec.THREAD_READ, {"threadId": wanted})
        ]
        return next((thread for thread in found if thread.thread_id in (wanted, None)), None)


def parse_thread(data: JsonObject) -> ThreadInfo:
    """Return the thread of an answer to ``thread/read``; never raises."""
    return ThreadInfo(
        thread_id=first_text(data, "threadId", "_id", "id"),
        stream_id=text(data.get("streamId")),
        status_id=first_text(data, "status", "statusId"),
        title=text(data.get("title")),
        type=text(data.get("type")),
        responsible_user_id=text(data.get("responsibleUserId")),
        customer_ids=tuple(dict.fromkeys((*texts(data.get("customerId")), *texts(data.get("customerIds"))))),
        follower_ids=tuple(dict.fromkeys(texts(data.get("roles")))),
        created_at=moment(data.get("createdAt")),
        updated_at=moment(data.get("updatedAt")),
        raw=data,
    )
