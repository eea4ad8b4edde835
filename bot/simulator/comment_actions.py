"""What requests do to comments.

Source: the platform's documents of its requests. They leave open how many
comments come at once and in which order (here: at most `PAGE`, the oldest
first), and what is answered about ids that do not exist (here: nothing).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from bot.events import JsonObject, JsonValue
from bot.simulator.comments import SimComment, text_part
from bot.simulator.ledger import RecordAction, RecordFamily, count_of, text_of, texts_of
from bot.simulator.refusal import Refusal
from bot.simulator.teams import Team

PAGE: Final = 100
"""How many comments one answer holds at most."""

_TEXT: Final = "text"


class CommentActions(RecordFamily):
    """The requests of comments."""

    @property
    def actions(self) -> Mapping[str, RecordAction]:
        """What each request does, by path."""
        return {
            "comment/create": self._create,
            "comment/read": self._read,
            "comment/count": self._count,
        }

    def _create(self, team: Team, body: JsonObject) -> JsonValue:
        if body.get("type") not in (None, "", _TEXT):
            raise Refusal(400, "comments of the simulator are of type text")
        thread_id, stream_id, to = (text_of(body, name) for name in ("threadId", "streamId", "to"))
        thread = team.thread(thread_id) if thread_id else None
        if stream_id:
            team.stream(stream_id)
        if to:
            self._ledger.require_person(team, to)
        comment = SimComment(
            comment_id=self._ledger.around.new_id(),
            team_id=team.team_id,
            thread_id=thread_id,
            stream_id=thread.stream_id if thread else stream_id,
            to=to,
            author=self._ledger.bot_id,
            attachments=[text_part(str(body["text"]))],
            at=self._ledger.now(),
        )
        self._publish(team, comment)
        return {"commentId": comment.comment_id}

    def _publish(self, team: Team, comment: SimComment) -> None:
        call = None
        if comment.thread_id is not None:
            team.thread(comment.thread_id).updated_at = comment.at
            call = self._ledger.call_of(team, comment.thread_id)
        if call is not None:
            call.post(comment)
            return
        self._ledger.around.comments.add(comment)
        if comment.thread_id is not None:
            self._ledger.tell(team, "thread", comment.thread_id, comment.as_event())
        elif comment.stream_id is not None:
            self._ledger.tell(team, "stream", comment.stream_id, comment.as_event())

    def _read(self, team: Team, body: JsonObject) -> JsonValue:
        skip = count_of(body, "skip", 0)
        kind = text_of(body, "type")
        found = self._ledger.around.comments.find(
            team.team_id,
            thread_id=text_of(body, "threadId"),
            stream_id=text_of(body, "streamId"),
            comment_id=text_of(body, "commentId"),
            kind="" if kind == _TEXT else kind,
        )
        return [comment.as_entry() for comment in found[skip : skip + PAGE]]

    def _count(self, team: Team, body: JsonObject) -> JsonValue:
        threads = texts_of(body, "threadId", "threadIds")
        found = self._ledger.around.comments.find(team.team_id, stream_id=text_of(body, "streamId"))
        return {"count": sum(threads is None or comment.thread_id in threads for comment in found)}
