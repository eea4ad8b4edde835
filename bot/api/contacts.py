"""The requests of contacts, typed: people of the team, outside customers, and bots.

Source of path, fields and answers: the platform's bot API documents. Their last
example of an answer lacks the contact's id, an earlier one has it as ``_id``;
the other names that the platform has for the same id are taken too.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from bot.api import spec
from bot.api.arguments import Arguments
from bot.api.team import TeamRequests, ask_for_objects, first_text, texts
from bot.events import JsonObject, JsonValue
from bot.events.coerce import flag, text, unpacked

_ON_LINE: Final = {"on": True, "online": True, "off": False, "offline": False}


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactInfo:
    """A contact as the platform sees it now.

    Attributes:
        contact_id: the platform's id; events call it ``userId``.
        name: for people to read.
        phones: the telephone numbers, always as strings.
        extensions: the numbers within the team; those of devices that are switched off are left out.
        online: whether the contact is on-line; None if the platform did not say.
        raw: the contact as it came.
    """

    contact_id: str | None
    name: str | None
    phones: tuple[str, ...]
    extensions: tuple[str, ...]
    online: bool | None
    raw: JsonObject


class ContactsApi:
    """The requests of contacts of one team.

    Args:
        team: what sends them.
    """

    __slots__ = ("_team",)

    def __init__(self, team: TeamRequests) -> None:
        self._team = team

    async def read(self, user_ids: Sequence[str]) -> Sequence[ContactInfo]:
        """Ask for contacts.

        Args:
            user_ids: their ids, at least one.

        Returns:
            Those that the platform knows, in its order.

        Raises:
            BadRequest: an id is no text or empty, or there is none; nothing was sent.
            ApiError: as `TeamApi.request`.
        """
        ids = Arguments(spec.CONTACT_READ.path, self._team.team_id).all_needed("user_ids", user_ids)
        contacts = tuple(map(parse_contact, await ask_for_objects(self._team, spec.CONTACT_READ, {"userIds": [*ids]})))
        if len(ids) == len(contacts) == 1 and contacts[0].contact_id is None:
            return (replace(contacts[0], contact_id=ids[0]),)
        return contacts


def parse_contact(data: JsonObject) -> ContactInfo:
    """Return the contact of an answer to ``contact/read``; never raises."""
    basic = _object(data.get("basicData"))
    return ContactInfo(
        contact_id=first_text(data, "userId", "contactId", "_id", "id"),
        name=text(basic.get("name")) or text(data.get("name")),
        phones=_distinct(*texts(basic.get("phone")), *texts(data.get("canonicalPhone")), *_custom_phones(data)),
        extensions=_distinct(*texts(data.get("extension")), *_device_extensions(data)),
        online=_online(data),
        raw=data,
    )


def _online(data: JsonObject) -> bool | None:
    status = text(data.get("status"))
    known = None if status is None else _ON_LINE.get(status.lower())
    return flag(data.get("online")) if known is None else known


def _custom_phones(data: JsonObject) -> Sequence[str]:
    fields = _objects(data.get("customFields"))
    return [value for field in fields if field.get("type") == "phone" for value in texts(field.get("value"))]


def _device_extensions(data: JsonObject) -> Sequence[str]:
    rules = _objects(data.get("voiceRules"))
    return [value for rule in rules if flag(rule.get("enabled")) is not False for value in texts(rule.get("extension"))]


def _object(value: JsonValue) -> JsonObject:
    inner = unpacked(value)
    return inner if isinstance(inner, dict) else {}


def _objects(value: JsonValue) -> Sequence[JsonObject]:
    inner = unpacked(value)
    return [entry for entry in inner if isinstance(entry, dict)] if isinstance(inner, list) else []


def _distinct(*values: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(values))
