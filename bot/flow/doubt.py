"""Requests that may have been made already.

Either a process died before it could record the step (the flow has been resumed, and this is its first step for
real), or the answer to an attempt was lost and the client has sent another one. What is done about it depends on
the request: most are simply sent again; where a repeat would do harm, the platform is asked first; and what is
refused because it has been done is done.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

from bot.api import Comment
from bot.api.comments import CommentsApi
from bot.errors import ApiError, InDoubt, Rejected
from bot.events import JsonValue

_PAGES: Final = 100
"""Requests in which a comment is looked for."""
_CLOCKS_DIFFER: Final = 60.0
"""Seconds by which the platform's clock may be behind the bot's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sending:
    """A request and how to tell whether it was made already.

    Attributes:
        send: sends it and returns what it brought.
        done: asks the platform what it brought if it has taken effect; something false if it has not. For requests
            that do harm when they are repeated; None for others.
        refused_once_done: whether the platform may refuse it because it has taken effect.
    """

    send: Callable[[], Awaitable[JsonValue]]
    done: Callable[[], Awaitable[JsonValue]] | None = None
    refused_once_done: bool = False

    async def carry_out(self, *, doubt: bool) -> JsonValue:
        """Send it, unless it has taken effect.

        Args:
            doubt: whether a process that died may have sent it.

        Returns:
            What it brought; None where that is lost.

        Raises:
            InDoubt: it may have taken effect, and the platform cannot say.
            ApiError: as sending it.
        """
        if doubt and (brought := await self._brought()):
            return brought
        try:
            return await self.send()
        except Rejected:
            if doubt and self.refused_once_done:
                return None
            raise
        except InDoubt as error:
            if self.refused_once_done and refused(error):
                return None
            if brought := await self._brought_after(error):
                return brought
            raise

    async def _brought(self) -> JsonValue:
        if self.done is None:
            return None
        try:
            return await self.done()
        except ApiError as error:
            raise InDoubt(
                f"it may have been done before the restart, and asking failed: {error}",
                path=error.path,
                team_id=error.team_id,
                code=error.code,
                attempts=error.attempts,
            ) from error

    async def _brought_after(self, lost: InDoubt) -> JsonValue:
        """Ask after an answer was lost; not knowing adds nothing to the error that there is."""
        try:
            return await self._brought()
        except InDoubt as error:
            raise lost from error


@dataclass(frozen=True, slots=True)
class OwnComment:
    """A comment of which it is not known whether it has been written.

    Attributes:
        text: its text.
        bot_id: whose it is.
        after: unix seconds before which it cannot have been written.
        others: ids of comments that the flow has written before; none of them is it.
    """

    text: str
    bot_id: str
    after: float
    others: Collection[str]

    async def find(self, comments: CommentsApi, *, thread_id: str | None, stream_id: str | None) -> JsonValue:
        """Look for it among all comments, page by page: their order is not documented.

        Returns:
            Its id, or True where the platform does not tell the id; False if it is not there.
        """
        seen: set[str | None] = set()
        skip = 0
        for _ in range(_PAGES):
            page = await comments.read(thread_id=thread_id, stream_id=stream_id, skip=skip)
            found = next(filter(self._is_it, page), None)
            if found is not None:
                return found.comment_id or True
            ids = {comment.comment_id for comment in page}
            if ids <= seen:
                # Nothing more; or the platform takes no notice of ``skip``.
                return False
            seen |= ids
            skip += len(page)
        return False

    def _is_it(self, comment: Comment) -> bool:
        if comment.text != self.text or comment.author not in (None, self.bot_id) or comment.comment_id in self.others:
            return False
        written = comment.created_at
        return written is None or written.timestamp() >= self.after - _CLOCKS_DIFFER


def refused(error: ApiError) -> bool:
    """Return whether the platform's last word was a refusal, whatever attempts before it may have done."""
    if isinstance(error, Rejected):
        return True
    server_errors = HTTPStatus.INTERNAL_SERVER_ERROR
    return (
        isinstance(error, InDoubt) and error.code is not None and HTTPStatus.BAD_REQUEST <= error.code < server_errors
    )
