"""The identity of a call."""

from __future__ import annotations

from functools import lru_cache
from typing import Final, Literal, NamedTuple
from urllib.parse import quote, unquote

_ODD: Final = "surrogatepass"


class CallKey(NamedTuple):
    """A call: the team, and the thread or stream that it lives in.

    Its text form is ``team/thread/id`` or ``team/stream/id``, each part
    percent-encoded, because ids have no documented alphabet; every string has
    one, half a surrogate pair too, and `parse` gives it back.
    """

    team_id: str
    home: Literal["thread", "stream"]
    home_id: str

    @classmethod
    def of(
        cls, team_id: str, thread_id: str | None, stream_id: str | None, call_type: str | None = None
    ) -> CallKey | None:
        """Return the key of a call that lives in a thread or a stream, or None if both are unknown.

        Args:
            team_id: the team.
            thread_id: the thread, if any.
            stream_id: the stream, if any.
            call_type: ``type`` of `Call.created`, which says where the call lives; the other
                events do not say, and a thread goes before a stream there.
        """
        if stream_id and (not thread_id or (call_type or "").startswith("stream")):
            return cls(team_id, "stream", stream_id)
        return cls(team_id, "thread", thread_id) if thread_id else None

    @classmethod
    def parse(cls, text: str) -> CallKey:
        """Return the key of its text form.

        Raises:
            ValueError: the text is not of that form.
        """
        match [unquote(part, errors=_ODD) for part in text.split("/")]:
            case [team_id, "thread", home_id]:
                return cls(team_id, "thread", home_id)
            case [team_id, "stream", home_id]:
                return cls(team_id, "stream", home_id)
            case _:
                raise ValueError(f"{text!r} is not a call key; one looks like TEAM/thread/ID")

    def __str__(self) -> str:
        return key_text(*self)


@lru_cache(maxsize=1024)
def key_text(team_id: str, home: str, home_id: str) -> str:
    """Return the text form of a key; remembered, because it is asked for at every station of an event's way."""
    ids = team_id + home_id
    if ids.isalnum() and ids.isascii():
        # Nothing to encode, as in every id that the documents show; encoding costs ten times as much.
        return f"{team_id}/{home}/{home_id}"
    return f"{quote(team_id, safe='', errors=_ODD)}/{home}/{quote(home_id, safe='', errors=_ODD)}"
