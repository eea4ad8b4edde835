"""Contacts and threads as the platform answers with them.

Source: the examples in the platform's documents of its requests. The id of a
contact is missing in the last of them; an earlier one calls it ``_id``.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from bot.events import JsonValue
from bot.simulator.payloads import Payload, Place, milliseconds
from bot.simulator.people import Contact

_STATUS_ID: Final = "5b0321234c0319001573485e"
_THREAD_TYPE: Final = "Wait"
_SINCE: Final = 1_508_000_000.0


def contact_entry(contact: Contact, team_id: str) -> Payload:
    """Return one of the team's people."""
    entry = _person(
        contact.contact_id,
        team_id,
        "users",
        name=contact.name,
        phones=[contact.phone] if contact.phone else [],
        online=contact.online,
        devices=_devices(contact.extension or ""),
    )
    return {**entry, "extension": contact.extension} if contact.extension else entry


def caller_entry(place: Place) -> Payload:
    """Return somebody who has called, whom the platform has made an outside contact."""
    caller = place.originator
    phone = caller.phone or ""
    return _person(
        caller.contact_id or "",
        place.team_id,
        "contacts",
        name=phone,
        phones=[phone],
        online=False,
        devices=_devices(""),
    )


def thread_entry(place: Place, updated_at: float) -> Payload:
    """Return the thread that was made for a call.

    Args:
        place: the call.
        updated_at: when something was written in it last, unix seconds.
    """
    customer = place.originator.contact_id or ""
    return {
        "threadId": place.thread_id,
        "createdAt": milliseconds(place.created_at),
        "deadline": [],
        "responsibleUserId": "",
        "status": _STATUS_ID,
        "streamId": place.stream_id,
        "teamId": place.team_id,
        "title": f"Call from {place.originator.phone}",
        "customerId": customer,
        "customerIds": [customer],
        "commentsFilter": {},
        "type": _THREAD_TYPE,
        "roles": [],
        "updatedAt": milliseconds(updated_at),
    }


def _person(
    contact_id: str,
    team_id: str,
    billing_type: str,
    *,
    name: str,
    phones: list[JsonValue],
    online: bool,
    devices: JsonValue,
) -> Payload:
    return {
        "_id": contact_id,
        "billingType": billing_type,
        "basicData": {"name": name, "email": [], "phone": phones},
        "teamId": team_id,
        "createdAt": datetime.fromtimestamp(_SINCE, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "updatedAt": milliseconds(_SINCE),
        "color": "#ffffff",
        "status": "on" if online else "off",
        "voiceRules": devices,
    }


def _devices(extension: str) -> JsonValue:
    """Return how calls reach a person: by the browser and by a telephone, numbered behind the extension."""
    return [
        {"type": kind, "enabled": True, "timeout": "", "extension": f"{extension}{suffix}", "visible": True}
        for kind, suffix in (("webrtc", "*9"), ("sip", "*1"))
    ]
