"""What hangs on a comment: texts, files, and the durations of a call.

Source: the platform's bot API documents. An attachment is ``{type, data}``,
where ``data`` holds a text or names a file. They leave open where the link to a
recording stands and in which unit the durations are; so a link is looked for
in several places, and durations are taken for seconds.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, TypeGuard

from bot.api.team import first_text
from bot.events import JsonObject, JsonValue
from bot.events.coerce import text, unpacked

_TEXT: Final = "text"
_LINKS: Final = ("fileUrl", "url")
_SCHEMES: Final = ("http://", "https://")


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """One part of a comment.

    Attributes:
        type: such as ``text`` or ``file``; an open list; empty if the platform did not say.
        text: its text, if it is one.
        file_url: where its file can be fetched, if it names one.
        file_id: the platform's id of its file, which ``file/get.url`` turns into a link.
        data: its fields as they came.
    """

    type: str
    text: str | None
    file_url: str | None
    file_id: str | None
    data: JsonObject


def parse_attachments(value: JsonValue) -> tuple[Attachment, ...]:
    """Return the attachments of ``att``: a list, one of them, plain text, or JSON inside a string; never raises."""
    inner = unpacked(value)
    entries = inner if isinstance(inner, list) else [inner]
    return tuple(found for entry in entries if (found := _attachment(unpacked(entry))) is not None)


def duration(places: Sequence[JsonObject], name: str) -> float | None:
    """Return the seconds that stand under a name in one of some objects.

    Args:
        places: the objects, the likeliest first.
        name: the field.
    """
    return next((found for place in places if (found := _seconds(place.get(name))) is not None), None)


def link(data: JsonObject) -> str | None:
    """Return the link to a file in an object: by the names that the documents use for one, else any."""
    named = [data.get(name) for name in _LINKS]
    return next((value for value in (*named, *data.values()) if _is_link(value)), None)


def _attachment(value: JsonValue) -> Attachment | None:
    if not isinstance(value, dict):
        plain = text(value)
        return None if plain is None else Attachment(type=_TEXT, text=plain, file_url=None, file_id=None, data={})
    inner = unpacked(value.get("data"))
    data = inner if isinstance(inner, dict) else {name: part for name, part in value.items() if name != "type"}
    kind = text(value.get("type")) or ""
    if kind in ("", _TEXT) and (words := first_text(data, "text", "data")) is not None:
        return Attachment(type=kind, text=words, file_url=None, file_id=None, data=data)
    return Attachment(type=kind, text=None, file_url=link(data), file_id=first_text(data, "fileId", "id"), data=data)


def _seconds(value: JsonValue) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        seconds = float(value)
    except (ValueError, OverflowError):
        return None
    return seconds if math.isfinite(seconds) and seconds >= 0 else None


def _is_link(value: JsonValue) -> TypeGuard[str]:
    return isinstance(value, str) and value.startswith(_SCHEMES)
