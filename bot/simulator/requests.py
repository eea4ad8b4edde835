"""The requests that are simulated, described once: fields, rules, and what their answers hold.

Source: the platform's documents of its requests. Where they contradict
themselves, this is how it is settled:

- ``phone`` of hold and unhold is called a number there and a string everywhere
  else. Numbers have leading zeros and plus signs: it is a string.
- Unhold is headed ``call/unpause``, and its working example posts to
  ``call.user/unhold``: the example counts.
- The example of invite sends ``userId``, its table and its body say
  ``contactId``: the table counts.
- Invite marks ``contactId`` and ``userIds`` both as required, and says below that
  it is one or the other: exactly one.
- Reading contacts is said to need ``userId``, ``userIds`` or ``customField``, and the
  example has ``billingType`` alone: any of the four will do.
- What the documents list as parameters of reading threads are partly fields of
  the answer. One of those that choose threads is needed.
- A comment without a text is not described as wrong; here it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final, Literal, TypeAlias

from bot.events import JsonObject, JsonValue
from bot.simulator.refusal import Refusal

JsonType: TypeAlias = Literal["string", "number", "boolean", "array"]

_PYTHON_TYPES: Final[Mapping[JsonType, type | tuple[type, ...]]] = {
    "string": str,
    "number": (int, float),
    "boolean": bool,
    "array": list,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestDescription:
    """One request of the platform.

    Attributes:
        path: what follows the team id in the URL.
        fields: every field that it knows, with its JSON type.
        required: the fields that must be there.
        exactly_one: fields of which exactly one must be there; empty for no such rule.
        at_least_one: fields of which one or more must be there; empty for no such rule.
        only_with: fields that make sense only beside another one.
        answers: the fields of the answer's ``data``, or of each object in it; empty if it has none.
        message_field: what the answer calls its message; the documents spell it in two ways.
    """

    path: str
    fields: Mapping[str, JsonType]
    required: tuple[str, ...] = ()
    exactly_one: tuple[str, ...] = ()
    at_least_one: tuple[str, ...] = ()
    only_with: Mapping[str, str] = field(default_factory=dict)
    answers: tuple[str, ...] = ()
    message_field: str = "message"

    def check(self, body: JsonObject) -> None:
        """Check a body against the description.

        Raises:
            Refusal: 400, naming the first thing that is wrong.
        """
        for name in self.required:
            if is_absent(body.get(name)):
                raise Refusal(400, f"{name} is required")
        for name, json_type in self.fields.items():
            value = body.get(name)
            if value is not None and not _has_type(value, json_type):
                raise Refusal(400, f"{name} must be of type {json_type}")
        given = {name for name in self.fields if not is_absent(body.get(name))}
        if self.exactly_one and len(given.intersection(self.exactly_one)) != 1:
            raise Refusal(400, f"exactly one of {', '.join(self.exactly_one)} is required")
        if self.at_least_one and not given.intersection(self.at_least_one):
            raise Refusal(400, f"at least one of {', '.join(self.at_least_one)} is required")
        for name, companion in self.only_with.items():
            if name in given and companion not in given:
                raise Refusal(400, f"{name} needs {companion} beside it")


def is_absent(value: JsonValue) -> bool:
    """Return whether a field counts as not given: null, an empty string, or an empty list."""
    return value is None or value in ("", [])


def _has_type(value: JsonValue, json_type: JsonType) -> bool:
    # To Python a truth value is a number.
    return isinstance(value, _PYTHON_TYPES[json_type]) and (json_type == "boolean" or not isinstance(value, bool))


def _request(
    path: str,
    *,
    required: tuple[str, ...] = (),
    exactly_one: tuple[str, ...] = (),
    at_least_one: tuple[str, ...] = (),
    only_with: Mapping[str, str] | None = None,
    answers: tuple[str, ...] = (),
    **fields: JsonType,
) -> RequestDescription:
    return RequestDescription(
        path=path,
        fields={"threadId": "string", **fields},
        required=("threadId", *required),
        exactly_one=exactly_one,
        at_least_one=at_least_one,
        only_with=only_with or {},
        answers=answers,
    )


_MEMBER: Final = ("contactId", "phone")

CALL_REQUESTS: Final[Mapping[str, RequestDescription]] = {
    description.path: description
    for description in (
        _request(
            "call/get",
            answers=("destinationId", "streamId", "originateUserId", "typeDestination", "destinationContacts"),
        ),
        _request(
            "call.user/invite",
            contactId="string",
            phone="string",
            userIds="array",
            exactly_one=("contactId", "userIds"),
            only_with={"phone": "contactId"},
        ),
        _request("call/kick", contactId="string", phone="string"),
        _request("call.user/hold", contactId="string", phone="string", at_least_one=_MEMBER),
        _request("call.user/unhold", contactId="string", phone="string", at_least_one=_MEMBER),
        _request("call.audio/play", url="string", isLoop="boolean", required=("url",)),
        _request("call.audio/stop", url="string"),
        _request("call.recording/start"),
        _request("call.recording/stop", answers=("fileUrl",)),
        _request("call.stream/start", answers=("streamUrl",)),
        _request("call.stream/stop"),
    )
}
"""The requests of the call family, by path."""


RECORD_REQUESTS: Final[Mapping[str, RequestDescription]] = {
    description.path: description
    for description in (
        RequestDescription(
            path="comment/create",
            fields={
                "threadId": "string",
                "streamId": "string",
                "to": "string",
                "text": "string",
                "type": "string",
                "isPublic": "boolean",
            },
            required=("text",),
            exactly_one=("threadId", "streamId", "to"),
            answers=("commentId",),
            message_field="massage",
        ),
        RequestDescription(
            path="comment/read",
            fields={
                "threadId": "string",
                "streamId": "string",
                "commentId": "string",
                "skip": "number",
                "type": "string",
            },
            at_least_one=("threadId", "streamId", "commentId"),
            answers=("commentId", "type", "createdAt", "to", "from", "att", "channel"),
        ),
        RequestDescription(
            path="contact/read",
            fields={"userId": "string", "userIds": "array", "billingType": "string", "customField": "string"},
            at_least_one=("userId", "userIds", "billingType", "customField"),
            answers=("_id", "billingType", "basicData", "teamId", "status", "voiceRules"),
        ),
        RequestDescription(
            path="thread/read",
            fields={
                "threadId": "string",
                "statusId": "string",
                "statusIds": "array",
                "streamId": "string",
                "ltUpdatedAt": "number",
                "gtUpdatedAt": "number",
                "deadline": "array",
                "responsibleUserId": "string",
                "status": "string",
                "customerId": "string",
                "customerIds": "array",
                "title": "string",
                "type": "string",
                "roles": "array",
                "createdAt": "number",
                "updatedAt": "number",
            },
            at_least_one=("threadId", "statusId", "statusIds", "streamId"),
            answers=(
                "threadId",
                "createdAt",
                "status",
                "streamId",
                "teamId",
                "title",
                "customerId",
                "type",
                "updatedAt",
            ),
        ),
    )
}
"""The requests of comments, contacts and threads, by path."""

REQUESTS: Final[Mapping[str, RequestDescription]] = MappingProxyType({**CALL_REQUESTS, **RECORD_REQUESTS})
"""All of them, by path."""


def invitees(body: JsonObject) -> list[tuple[str, str | None]]:
    """Return whom a checked body of ``call.user/invite`` names: contact id and phone of each.

    Raises:
        Refusal: 400, an entry of ``userIds`` is no object of strings with a ``contactId``.
    """
    listed = body.get("userIds")
    entries = listed if isinstance(listed, list) and listed else [dict(body)]
    return [_invitee(entry) for entry in entries]


def _invitee(entry: JsonValue) -> tuple[str, str | None]:
    if not isinstance(entry, dict):
        raise Refusal(400, "every entry of userIds must be an object")
    contact_id, phone = entry.get("contactId"), entry.get("phone")
    if not isinstance(contact_id, str) or not contact_id:
        raise Refusal(400, "every entry of userIds needs a contactId of type string")
    if phone is not None and not isinstance(phone, str):
        raise Refusal(400, "phone must be of type string")
    return contact_id, phone or None
