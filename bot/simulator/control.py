"""HTTP endpoints for people: place calls, press keys, hang up, and see what happens."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

import orjson
from aiohttp import web

from bot.events import JsonObject, JsonValue
from bot.simulator.call import SimCall
from bot.simulator.line import DEFAULT_TEAM
from bot.simulator.people import Caller, Contact
from bot.simulator.refusal import Refusal, SimulatorError

if TYPE_CHECKING:
    from bot.simulator.platform import Simulator

_PHONE: Final = re.compile(r"\+?[0-9]{2,20}")
_CALL_FIELDS: Final = frozenset({"phone", "presses", "hangs_up_after", "talks_for", "team_id"})

_PRESSES_FORM: Final = 'presses must be a list such as [[1.5, "1"], [3, "#"]]: seconds from the beginning, and a key'
_INDEX: Final = """\
This is a simulated Workonflow platform. The bot makes its requests here; you make the calls.

Place a call (every field may be left out; times are seconds):
  curl -d '{{"phone": "+74951234567", "presses": [[5, "1"]], "hangs_up_after": 30}}' {url}/simulator/calls
List the calls:
  curl {url}/simulator/calls
Press a key in a call, and hang up, with the thread_id that placing it gave:
  curl -d '{{"key": "1"}}' {url}/simulator/calls/THREAD_ID/press
  curl -X POST {url}/simulator/calls/THREAD_ID/hang-up
See who can be invited:
  curl {url}/simulator/contacts
See what happened, all of it or what is newer than a record:
  curl {url}/simulator/timeline
  curl '{url}/simulator/timeline?after=20'
"""


class Control:
    """The control endpoints of a simulator; whoever reaches them may use them.

    Args:
        simulator: what they control.
    """

    def __init__(self, simulator: Simulator) -> None:
        self._simulator = simulator

    def routes(self) -> list[web.RouteDef]:
        """Return the routes of the endpoints."""
        return [
            web.get("/", self._index),
            web.get("/simulator/calls", self._list_calls),
            web.post("/simulator/calls", self._place_call),
            web.post("/simulator/calls/{thread_id}/press", self._press),
            web.post("/simulator/calls/{thread_id}/hang-up", self._hang_up),
            web.get("/simulator/contacts", self._list_contacts),
            web.get("/simulator/timeline", self._list_records),
        ]

    async def _index(self, _request: web.Request) -> web.Response:
        return web.Response(text=_INDEX.format(url=self._simulator.url))

    async def _place_call(self, request: web.Request) -> web.Response:
        wanted = await _body(request, _CALL_FIELDS)
        try:
            caller = Caller(
                phone=_phone(wanted, Caller().phone),
                presses=_presses(wanted),
                hangs_up_after=_seconds(wanted, "hangs_up_after"),
                talks_for=_seconds(wanted, "talks_for"),
            )
            call = await self._simulator.place_call(caller, team_id=_text(wanted, "team_id") or DEFAULT_TEAM)
        except (ValueError, SimulatorError) as error:
            raise Refusal(400, str(error)) from error
        return _json(_call(call), status=201)

    async def _list_calls(self, _request: web.Request) -> web.Response:
        return _json({"calls": [_call(call) for call in self._simulator.calls.values()]})

    async def _press(self, request: web.Request) -> web.Response:
        call = self._call_of(request)
        key = _text(await _body(request, frozenset({"key"})), "key")
        if key is None:
            raise Refusal(400, "key is required")
        await call.press(key)
        return _json(_call(call))

    async def _hang_up(self, request: web.Request) -> web.Response:
        call = self._call_of(request)
        await call.hang_up()
        return _json(_call(call))

    async def _list_contacts(self, _request: web.Request) -> web.Response:
        return _json({"contacts": [_contact(contact) for contact in self._simulator.contacts.values()]})

    async def _list_records(self, request: web.Request) -> web.Response:
        after = request.query.get("after", "0")
        if not re.fullmatch("[0-9]{1,18}", after):
            raise Refusal(400, "after must be the number of a record")
        records = self._simulator.timeline.since(int(after))
        return _json({"records": [record.as_json() for record in records], "last": self._simulator.timeline.last})

    def _call_of(self, request: web.Request) -> SimCall:
        thread_id = request.match_info["thread_id"]
        for call in self._simulator.calls.values():
            if call.thread_id == thread_id:
                return call
        raise Refusal(404, f"there is no call {thread_id}")


async def _body(request: web.Request, known: frozenset[str]) -> JsonObject:
    content = await request.read()
    try:
        body: JsonValue = orjson.loads(content or b"{}")
    except orjson.JSONDecodeError as error:
        raise Refusal(400, f"the body is not JSON ({error})") from error
    if not isinstance(body, dict):
        raise Refusal(400, "the body is not a JSON object")
    if unknown := sorted(body.keys() - known):
        raise Refusal(400, f"there is no field {unknown[0]}; there are {', '.join(sorted(known))}")
    return body


def _text(body: JsonObject, name: str) -> str | None:
    value = body.get(name)
    if value is None or (isinstance(value, str) and value):
        return value
    raise Refusal(400, f"{name} must be a string that is not empty")


def _phone(body: JsonObject, default: str) -> str:
    phone = _text(body, "phone") or default
    if not _PHONE.fullmatch(phone):
        raise Refusal(400, "phone must be 2 to 20 digits, perhaps with a plus before them")
    return phone


def _seconds(body: JsonObject, name: str) -> float | None:
    value = body.get(name)
    if value is None:
        return None
    return _number(value, name)


def _number(value: JsonValue, name: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise Refusal(400, f"{name} must be a number of seconds")
    return float(value)


def _presses(body: JsonObject) -> list[tuple[float, str]]:
    value = body.get("presses")
    if value is None:
        return []
    if not isinstance(value, list):
        raise Refusal(400, _PRESSES_FORM)
    presses: list[tuple[float, str]] = []
    for entry in value:
        match entry:
            case [after, str(key)]:
                presses.append((_number(after, "presses"), key))
            case _:
                raise Refusal(400, _PRESSES_FORM)
    return presses


def _call(call: SimCall) -> dict[str, JsonValue]:
    return {
        "team_id": call.team_id,
        "thread_id": call.thread_id,
        "phone": call.caller.phone,
        "ended": call.ended,
        "recorded": call.recorded,
        "played": [playback.sound.url for playback in call.played],
        "members": [
            {"contact_id": leg.contact_id, "name": call.name_of(leg), "answered": leg.answered, "held": leg.held}
            for leg in call.members
        ],
    }


def _contact(contact: Contact) -> dict[str, JsonValue]:
    return {
        "contact_id": contact.contact_id,
        "name": contact.name,
        "phone": contact.phone,
        "answers_after": contact.answers_after,
        "declines": contact.declines,
        "online": contact.online,
    }


def _json(data: Mapping[str, JsonValue], *, status: int = 200) -> web.Response:
    return web.Response(status=status, body=orjson.dumps(data), content_type="application/json")
