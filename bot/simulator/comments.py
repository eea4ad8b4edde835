"""Comments: in threads, in streams, and to single people.

Source: the platform's documents of its events and requests. A comment is
written differently in the event that tells of it and in the answer to
``comment/read``.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from bot.events import JsonValue
from bot.simulator.payloads import Payload, Place, milliseconds

MOST_KEPT: Final = 10_000
"""How many comments of all teams are remembered; the oldest are forgotten."""

CLOSING: Final = "call"
"""Type of the comment that follows a call. Not documented."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SimComment:
    """A comment.

    Attributes:
        comment_id: its id.
        team_id: the team.
        thread_id: the thread that it is in, if any.
        stream_id: the stream that it is in, or that its thread is in, if any.
        to: whom it is for, if anybody.
        author: who wrote it; empty for nobody.
        type: what kind it is; empty for a plain message.
        attachments: its parts, as the platform sends them.
        at: when it was written, unix seconds.
    """

    comment_id: str
    team_id: str
    thread_id: str | None = None
    stream_id: str | None = None
    to: str | None = None
    author: str = ""
    type: str = ""
    attachments: Sequence[JsonValue]
    at: float

    def as_event(self) -> Payload:
        """Return the ``Comment.created`` of it."""
        places = {"streamId": self.stream_id, "threadId": self.thread_id, "to": self.to}
        return {
            "teamId": self.team_id,
            "eventType": "Comment.created",
            **{name: value for name, value in places.items() if value is not None},
            "id": self.comment_id,
            "createdAt": milliseconds(self.at),
            "updatedAt": milliseconds(self.at),
            "type": self.type,
            "from": self.author,
            "att": list(self.attachments),
        }

    def as_entry(self) -> Payload:
        """Return it as ``comment/read`` answers with it."""
        places = {"threadId": self.thread_id, "streamId": self.stream_id}
        return {
            "commentId": self.comment_id,
            "teamId": self.team_id,
            **{name: value for name, value in places.items() if value is not None},
            "type": self.type,
            "createdAt": milliseconds(self.at),
            "updatedAt": milliseconds(self.at),
            "to": [] if self.to is None else [self.to],
            "from": self.author,
            "att": list(self.attachments),
            "channel": None,
        }


def text_part(text: str) -> JsonValue:
    """Return a text as the part of a comment."""
    return {"type": "text", "data": {"text": text}}


def closing_comment(
    place: Place, *, comment_id: str, at: float, duration: float, talked: float, recordings: Sequence[str]
) -> SimComment:
    """Return the comment that follows a call.

    The documents say that the durations come in a comment, as ``callDuration`` and ``dialogDuration``, and leave
    open where in it and in which unit. Here its attachments are one of type ``call`` with them in whole seconds, and
    a ``file`` for each recording that nobody had stopped when the call ended.

    Args:
        place: the call.
        comment_id: the comment's id.
        at: when it is written, unix seconds.
        duration: how long the call lasted, seconds.
        talked: how long of that somebody was in it beside the caller, seconds.
        recordings: the links of the recordings.
    """
    durations: JsonValue = {"callDuration": round(duration), "dialogDuration": round(talked)}
    files: list[JsonValue] = [{"type": "file", "data": {"url": url, "mime": "audio/wav"}} for url in recordings]
    return SimComment(
        comment_id=comment_id,
        team_id=place.team_id,
        thread_id=place.thread_id,
        stream_id=place.stream_id,
        to=place.destination_id,
        author=place.originator.contact_id or "",
        type=CLOSING,
        attachments=[{"type": "call", "data": durations}, *files],
        at=at,
    )


class CommentBook:
    """All comments that are remembered.

    Args:
        most: how many, at least 1.
    """

    def __init__(self, most: int = MOST_KEPT) -> None:
        self._comments: deque[SimComment] = deque(maxlen=most)

    def add(self, comment: SimComment) -> None:
        """Remember a comment."""
        self._comments.append(comment)

    def find(
        self,
        team_id: str,
        *,
        thread_id: str | None = None,
        stream_id: str | None = None,
        comment_id: str | None = None,
        kind: str | None = None,
    ) -> Sequence[SimComment]:
        """Return the comments of a team for which all that is given is true, the oldest first."""
        wanted = (("thread_id", thread_id), ("stream_id", stream_id), ("comment_id", comment_id), ("type", kind))
        given = [(name, value) for name, value in wanted if value is not None]
        return [
            comment
            for comment in self._comments
            if comment.team_id == team_id and all(getattr(comment, name) == value for name, value in given)
        ]
