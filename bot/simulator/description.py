"""How one request of the platform is described, and how a body is checked against that."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal, TypeAlias

from bot.events import JsonObject, JsonValue
from bot.simulator.refusal import Refusal

JsonType: TypeAlias = Literal["string", "number", "boolean", "array", "object"]

_PYTHON_TYPES: Final[Mapping[JsonType, type | tuple[type, ...]]] = {
    "string": str,
    "number": (int, float),
    "boolean": bool,
    "array": list,
    "object": dict,
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
