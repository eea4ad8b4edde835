"""The requests of comments, typed.

A comment lives in a thread or in a stream, or goes to one person. Source of
paths, fields and answers: the platform's bot API documents. They changed over
time, so an answer's id is taken from ``commentId``, ``id`` or ``_id``, and its
content from ``att`` (a text, or a list of attachments) or ``attText``.

Every method raises `BadRequest` on wrong arguments, before anything is sent,
and the errors of `TeamApi.request` otherwise.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.api import spec
from bot.api.arguments import Arguments
from bot.api.attachments import Attachment, duration, link, parse_attachments
from bot.api.team import TeamRequests, ask_for_objects, first_text
from bot.events import JsonObject, JsonValue
from bot.events.coerce import moment, text, unpacked

_ID = ("commentId", "id", "_id")


@dataclass(frozen=True, slots=True, kw_only=True)
class Comment:
    """A comment; made of an answer or of a ``Comment.created`` event.

    Attributes:
        comment_id: the platform's id of it.
        author: id of who wrote it (``from``); None for what the platform wrote itself.
        text: its text; empty if it has none.
        attachments: its parts, the texts among them.
        created_at: when it was written, by the platform's clock.
        type: what kind it is; an open list; empty for a plain message.
        call_duration: seconds that the call lasted which the comment closes (``callDuration``).
        dialog_duration: seconds of that in which people talked (``dialogDuration``).
        file_urls: links to its files, such as the recording of a call.
        file_ids: ids of its files, of which not all need have a link.
        raw: the comment as it came.
    """

    comment_id: str | None
    author: str | None
    text: str
    attachments: tuple[Attachment, ...]
    created_at: datetime | None
    type: str
    call_duration: float | None
    dialog_duration: float | None
    file_urls: tuple[str, ...]
    file_ids: tuple[str, ...]
    raw: JsonObject


class CommentsApi:
    """The requests of comments of one team.

    Args:
        team: what sends them.
    """

    __slots__ = ("_team",)

    def __init__(self, team: TeamRequests) -> None:
        self._team = team

    async def create(
        self,
        *,
        thread_id: str | None = None,
        stream_id: str | None = None,
        to: str | None = None,
        text: str,
        is_public: bool | None = None,
    ) -> str | None:
        """Post a comment; exactly one of ``thread_id``, ``stream_id`` and ``to``.

        It is sent once: where its answer is lost, `InDoubt` is raised, and `read` can tell whether it is there.

        Args:
            thread_id: the thread that it goes into.
            stream_id: the stream that it goes into.
            to: the person who gets it as a private message.
            text: its text, not blank.
            is_public: whether outside customers see it; the platform decides if it is None.

        Returns:
            The comment's id; None if the platform did not say.
        """
        arguments = Arguments(spec.COMMENT_CREATE.path, self._team.team_id)
        target = arguments.given(threadId=thread_id, streamId=stream_id, to=to)
        if len(target) != 1:
            raise arguments.wrong("needs exactly one of thread_id, stream_id and to")
        body: dict[str, JsonValue] = {**target, "text": arguments.needed("text", text)}
        if is_public is not None:
            body["isPublic"] = bool(is_public)
        return _created(await self._team.request(spec.COMMENT_CREATE, body))

    async def read(
        self,
        *,
        thread_id: str | None = None,
        stream_id: str | None = None,
        comment_id: str | None = None,
        skip: int | None = None,
        type: str | None = None,  # noqa: A002 - what the platform calls it
    ) -> Sequence[Comment]:
        """Ask for comments; at least one of ``thread_id``, ``stream_id`` and ``comment_id``.

        How many come at once and in which order is not documented; whoever wants all goes on with ``skip`` until
        none come.

        Args:
            thread_id: comments of this thread.
            stream_id: comments of this stream.
            comment_id: this comment.
            skip: how many to leave out, from 0.
            type: comments of this type.
        """
        arguments = Arguments(spec.COMMENT_READ.path, self._team.team_id)
        where = arguments.given(threadId=thread_id, streamId=stream_id, commentId=comment_id)
        if not where:
            raise arguments.wrong("needs thread_id, stream_id or comment_id")
        body: dict[str, JsonValue] = {**where, **arguments.given(type=type)}
        if skip is not None:
            body["skip"] = arguments.count("skip", skip)
        return tuple(map(parse_comment, await ask_for_objects(self._team, spec.COMMENT_READ, body)))


def parse_comment(data: JsonObject) -> Comment:
    """Return the comment of an answer, or of the raw JSON of a ``Comment.created`` event; never raises."""
    attachments = parse_attachments(data.get("att")) or parse_attachments(data.get("attText"))
    places = [part.data for part in attachments] + _own_places(data)
    links = (part.file_url for part in attachments)
    return Comment(
        comment_id=first_text(data, *_ID),
        author=text(data.get("from")),
        text="\n".join(part.text for part in attachments if part.text is not None),
        attachments=attachments,
        created_at=moment(data.get("createdAt")),
        type=text(data.get("type")) or "",
        call_duration=duration(places, "callDuration"),
        dialog_duration=duration(places, "dialogDuration"),
        file_urls=_distinct(*links, *map(_own_link, _own_places(data))),
        file_ids=_distinct(*(part.file_id for part in attachments)),
        raw=data,
    )


def _own_places(data: JsonObject) -> list[JsonObject]:
    """Return where a comment may say something of itself: its own fields, and those of its ``metadata``."""
    metadata = unpacked(data.get("metadata"))
    return [data, metadata] if isinstance(metadata, dict) else [data]


def _own_link(place: JsonObject) -> str | None:
    return link({"fileUrl": place.get("fileUrl")})


def _distinct(*values: str | None) -> tuple[str, ...]:
    return tuple(dict.fromkeys(value for value in values if value is not None))


def _created(data: JsonValue) -> str | None:
    inner = unpacked(data)
    return first_text(inner, *_ID) if isinstance(inner, Mapping) else text(inner)
