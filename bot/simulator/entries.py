"""Contacts, threads, streams and files as the platform answers with them.

Source: the examples in the platform's documents of its requests. The id of a
contact is missing in the last of them; an earlier one calls it ``_id``.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

from bot.events import JsonValue
from bot.simulator.payloads import Payload, Place, milliseconds
from bot.simulator.people import Contact
from bot.simulator.teams import SimFile, SimStatus, SimStream, SimThread

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
    return customer_entry(caller.contact_id or "", place.team_id, name=phone, phones=[phone])


def customer_entry(
    contact_id: str, team_id: str, *, name: str, phones: Sequence[str], custom_fields: Sequence[JsonValue] = ()
) -> Payload:
    """Return an outside contact."""
    entry = _person(contact_id, team_id, "contacts", name=name, phones=[*phones], online=False, devices=_devices(""))
    return {**entry, "customFields": [*custom_fields]} if custom_fields else entry


def thread_entry(thread: SimThread, stream: SimStream, team_id: str) -> Payload:
    """Return a thread.

    Args:
        thread: the thread.
        stream: the one that it is in, whose status says what the thread's type is.
        team_id: the team's id.
    """
    types = [status.type for status in stream.statuses if status.status_id == thread.status_id]
    return {
        "threadId": thread.thread_id,
        "createdAt": milliseconds(thread.created_at),
        "deadline": [*thread.deadline],
        "responsibleUserId": thread.responsible_id,
        "status": thread.status_id,
        "streamId": thread.stream_id,
        "teamId": team_id,
        "title": thread.title,
        "customerId": thread.customer_ids[0] if thread.customer_ids else "",
        "customerIds": [*thread.customer_ids],
        "commentsFilter": {},
        "type": types[0] if types else "",
        "roles": [*thread.follower_ids],
        "updatedAt": milliseconds(thread.updated_at),
        **thread.fields,
    }


def stream_entry(stream: SimStream, team_id: str) -> Payload:
    """Return a stream; who owns it, and its settings, are not simulated."""
    return {
        "streamId": stream.stream_id,
        "name": stream.name,
        "roles": [*stream.member_ids],
        "statuses": [status.status_id for status in stream.statuses],
        "settings": [],
        "teamId": team_id,
        "owner": "",
        "isPrivate": False,
        "createdAt": milliseconds(stream.created_at),
        "updatedAt": milliseconds(stream.created_at),
        "admins": [*stream.admin_ids],
    }


def status_entry(status: SimStatus, stream: SimStream) -> Payload:
    """Return a status of a stream."""
    return {
        "statusId": status.status_id,
        "streamId": stream.stream_id,
        "name": status.name,
        "type": status.type,
        "color": status.color,
    }


def file_entry(file: SimFile) -> Payload:
    """Return a file."""
    return {
        "authorId": file.author_id,
        "createdAt": milliseconds(file.created_at),
        "filename": file.name,
        "id": file.file_id,
        "size": file.size,
        "streamId": file.stream_id,
        "threadId": file.thread_id,
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
