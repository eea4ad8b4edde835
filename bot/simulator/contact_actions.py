"""What requests do to contacts.

Source: the platform's documents of its requests. A contact that a request makes
is an outside one: it can be a thread's customer, and who calls from its number is
known by it; the simulator cannot ring it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from bot.events import JsonObject, JsonValue
from bot.simulator.entries import customer_entry
from bot.simulator.ledger import RecordAction, RecordFamily, text_of, texts_of
from bot.simulator.payloads import Payload
from bot.simulator.refusal import Refusal
from bot.simulator.teams import Team, room_for_one_more

LANGUAGE: Final = "us"
"""What is answered about everybody's language: the one in the documents' example."""

_BILLING_TYPES: Final = ("users", "contacts", "bots")
_CUSTOM_FIELD: Final = ("id", "label", "value", "type")


class ContactActions(RecordFamily):
    """The requests of contacts."""

    @property
    def actions(self) -> Mapping[str, RecordAction]:
        """What each request does, by path."""
        return {
            "contact/read": self._read,
            "contact/create": self._create,
            "contact/local": self._language,
        }

    def _read(self, team: Team, body: JsonObject) -> JsonValue:
        billing_type = text_of(body, "billingType")
        if billing_type not in (None, *_BILLING_TYPES):
            raise Refusal(400, f"billingType must be one of {', '.join(_BILLING_TYPES)}")
        ids, custom = texts_of(body, "userId", "userIds"), text_of(body, "customField")
        return [
            entry
            for contact_id, entry in self._ledger.people(team).items()
            if (ids is None or contact_id in ids)
            and (billing_type is None or entry["billingType"] == billing_type)
            and (custom is None or custom in _custom_values(entry))
        ]

    def _create(self, team: Team, body: JsonObject) -> JsonValue:
        room_for_one_more(team.customers, "contacts")
        basic, custom = body["basicData"], body.get("customFields") or []
        name = basic.get("name") if isinstance(basic, dict) else None
        if not isinstance(name, str) or not name:
            raise Refusal(400, "basicData needs a name of type string")
        fields = [_custom_field(entry) for entry in custom] if isinstance(custom, list) else []
        contact_id = self._ledger.around.new_id()
        team.customers[contact_id] = customer_entry(
            contact_id,
            team.team_id,
            name=name,
            phones=[str(one["value"]) for one in fields if one["type"] == "phone"],
            custom_fields=[*fields],
        )
        return {"contactId": contact_id}

    def _language(self, team: Team, body: JsonObject) -> JsonValue:
        user_id = str(body["userId"])
        self._ledger.require_person(team, user_id)
        return {"userId": user_id, "local": LANGUAGE}


def _custom_field(entry: JsonValue) -> Payload:
    if not isinstance(entry, dict) or not all(isinstance(entry.get(name), str) for name in _CUSTOM_FIELD):
        raise Refusal(400, f"every entry of customFields needs {', '.join(_CUSTOM_FIELD)} of type string")
    return entry


def _custom_values(entry: Payload) -> Sequence[JsonValue]:
    """Return what a contact can be found by: its numbers, and its own fields."""
    basic, custom = entry["basicData"], entry.get("customFields", [])
    phones = basic["phone"] if isinstance(basic, dict) else []
    values = [one["value"] for one in custom if isinstance(one, dict)] if isinstance(custom, list) else []
    return [*(phones if isinstance(phones, list) else []), *values]
