"""The requests that are simulated, described once: fields, rules, and what their answers hold.

Source: the platform's documents of its requests. Where they contradict
themselves about calls, this is how it is settled:

- ``phone`` of hold and unhold is called a number there and a string everywhere
  else. Numbers have leading zeros and plus signs: it is a string.
- Unhold is headed ``call/unpause``, and its working example posts to
  ``call.user/unhold``: the example counts.
- The example of invite sends ``userId``, its table and its body say
  ``contactId``: the table counts.
- Invite marks ``contactId`` and ``userIds`` both as required, and says below that
  it is one or the other: exactly one.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from bot.events import JsonObject, JsonValue
from bot.simulator.description import JsonType, RequestDescription
from bot.simulator.record_requests import RECORD_REQUESTS
from bot.simulator.refusal import Refusal


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
