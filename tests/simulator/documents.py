"""The platform's documents as data, and where the simulator departs from them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from bot.events import parse_event

_DATA = Path(__file__).parents[1] / "data"
REQUESTS = json.loads((_DATA / "requests.json").read_text())["requests"]
EVENTS = json.loads((_DATA / "events.json").read_text())["events"]

# Each departure with its reason; everything else is as documented.
FIELD_TYPES: dict[tuple[str, str], tuple[str, str]] = {
    ("call.user/hold", "phone"): ("string", "a string everywhere else: numbers have leading zeros and plus signs"),
    ("call.user/unhold", "phone"): ("string", "as for hold"),
}
REQUIRED: dict[tuple[str, str], str] = {
    ("comment/create", "text"): "no comment is without, though the documents do not say so",
}
EVENT_TYPES: dict[tuple[str, str], tuple[str, str]] = {
    ("Call.Member.dtmf", "dtmfNumber"): ("string", "a string in the example, and star and hash are no numbers"),
}
NOT_SIMULATED: dict[str, str] = {
    "stream/create": "no bot that handles calls makes a stream: they are there with the lines",
    "stream/delete": "as above",
    "stream.name/set": "as above",
    "stream.description/set": "as above",
    "stream.description/get": "as above",
    "stream.field/set": "about how a stream looks",
    "stream.channels/use.default": "about channels, of which the simulator has none",
    "invite.user": "about who works in the team",
    "channel.mail/account.get": "about mail",
    "channel.mail/read": "about mail",
    "channel.telephony/create": "about the company's telephone lines, which are given to the simulator",
    "channel.telephony/delete": "as above",
    "channel.telephony/get": "as above",
    "channel.telephony/update": "as above",
}

_PYTHON_TYPES = {"string": str, "number": int, "integer": int, "boolean": bool, "array": list}


def check_event(event: dict[str, Any]) -> None:
    """Check an event against the documents: its name, the names of its fields and their types."""
    name = event["eventType"]
    fields = EVENTS[name]["fields"]
    for field, value in event.items():
        assert field in fields, f"{name} has no {field}"
        documented = EVENT_TYPES.get((name, field), (fields[field], ""))[0]
        assert type(value) is _PYTHON_TYPES[documented], (name, field)
    assert parse_event(event).raw == event
