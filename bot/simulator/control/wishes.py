"""What people ask the control endpoints for, read from JSON and checked."""

from __future__ import annotations

import re
from typing import Final

from aiohttp import web

from bot import wire
from bot.events import JsonObject, JsonValue
from bot.simulator.refusal import Refusal

_PHONE: Final = re.compile(r"\+?[0-9]{2,20}")
_PRESSES_FORM: Final = 'presses must be a list such as [[1.5, "1"], [3, "#"]]: seconds from the beginning, and a key'


async def json_object(request: web.Request) -> JsonObject:
    """Return the JSON object that a request has as its body; an empty body is an empty object.

    Raises:
        Refusal: 400; it is something else.
    """
    content = await request.read()
    try:
        body: JsonValue = wire.decode(content or b"{}")
    except ValueError as error:
        raise Refusal(400, f"the body is not JSON ({error})") from error
    if not isinstance(body, dict):
        raise Refusal(400, "the body is not a JSON object")
    return body


async def fields(request: web.Request, known: frozenset[str]) -> JsonObject:
    """Return a request's JSON object, in which only known fields may stand.

    Raises:
        Refusal: 400; it is no object, or has another field.
    """
    body = await json_object(request)
    if unknown := sorted(body.keys() - known):
        raise Refusal(400, f"there is no field {unknown[0]}; there are {', '.join(sorted(known))}")
    return body


def text(body: JsonObject, name: str) -> str | None:
    """Return a text that is not empty; None where there is none."""
    value = body.get(name)
    if value is None or (isinstance(value, str) and value):
        return value
    raise Refusal(400, f"{name} must be a string that is not empty")


def required_text(body: JsonObject, name: str) -> str:
    """Return a text that must be there."""
    value = text(body, name)
    if value is None:
        raise Refusal(400, f"{name} is required")
    return value


def phone(body: JsonObject, default: str) -> str:
    """Return a telephone number."""
    number = text(body, "phone") or default
    if not _PHONE.fullmatch(number):
        raise Refusal(400, "phone must be 2 to 20 digits, perhaps with a plus before them")
    return number


def seconds(body: JsonObject, name: str) -> float | None:
    """Return a number of seconds; None where there is none."""
    value = body.get(name)
    return None if value is None else _number(value, name)


def presses(body: JsonObject) -> list[tuple[float, str]]:
    """Return keys and when they are pressed; whether they are keys is for others to say."""
    value = body.get("presses")
    if value is None:
        return []
    if not isinstance(value, list):
        raise Refusal(400, _PRESSES_FORM)
    found: list[tuple[float, str]] = []
    for entry in value:
        match entry:
            case [after, str(key)]:
                found.append((_number(after, "presses"), key))
            case _:
                raise Refusal(400, _PRESSES_FORM)
    return found


def switch(body: JsonObject, name: str) -> bool | None:
    """Return true or false; None where there is neither."""
    value = body.get(name)
    if value is None or isinstance(value, bool):
        return value
    raise Refusal(400, f"{name} must be true or false")


def _number(value: JsonValue, name: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise Refusal(400, f"{name} must be a number of seconds")
    return float(value)
