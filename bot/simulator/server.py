"""The platform's HTTP side: signed requests in, answers in its one shape out."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Final, Literal

from aiohttp import web
from aiohttp.typedefs import Handler

from bot import wire
from bot.clock import Clock
from bot.events import JsonObject, JsonValue
from bot.signature import BOT_ID_HEADER, SIGNATURE_HEADER, TIMESTAMP_HEADER, matches, sign
from bot.simulator.actions import Actions
from bot.simulator.call import SimCall
from bot.simulator.dice import Dice
from bot.simulator.faults import RequestFault
from bot.simulator.refusal import Refusal, answer_body
from bot.simulator.requests import REQUESTS
from bot.simulator.timeline import Timeline

TIMESTAMP_WINDOW: Final = 300.0
"""Seconds by which a request's timestamp may be off. That there is a window is not documented."""


_FAILURES: Final[Mapping[RequestFault | None, Refusal]] = {
    "unauthorised": Refusal(401, "not authorised"),
    "limited": Refusal(429, "too many requests"),
    "failing": Refusal(500, "internal error"),
}

_SHOWN: Final = ("contactId", "phone", "commentId", "text")
_LONGEST_SHOWN: Final = 60


class PlatformApi:
    """The requests that a bot makes: ``POST /{team}/{path}``.

    Args:
        bot_id: the one bot that is known.
        secret_key: its secret key.
        actions: what the requests do.
        dice: decides what goes wrong.
        restart: lets the platform restart.
        clock: the time.
        timeline: where requests and answers are written down.

    Attributes:
        late: how many answers wait for their time, as the faults say.
    """

    def __init__(
        self,
        *,
        bot_id: str,
        secret_key: str,
        actions: Actions,
        dice: Dice,
        restart: Callable[[], Awaitable[None]],
        clock: Clock,
        timeline: Timeline,
    ) -> None:
        self.late = 0
        self._bot_id = bot_id
        self._secret_key = secret_key
        self._actions = actions
        self._dice = dice
        self._restart = restart
        self._clock = clock
        self._timeline = timeline
        self._started = clock.now()

    async def answer(self, request: web.Request) -> web.Response:
        """Answer a request of the bot."""
        path = request.match_info["path"]
        content = await request.read()
        try:
            self._authenticate(request, content)
            body = _body_of(path, content)
        except Refusal as refusal:
            self._note(None, "request", "bot", path)
            return self._refuse(None, refusal)
        team_id = request.match_info["team"]
        call = self._actions.find(team_id, body)
        self._note(call, "request", "bot", f"{path} {_summary(body)}".rstrip(), dict(body))
        self._note_strange_fields(call, path, body)
        fate = self._dice.request(path if call is None else f"{call.place.originator.phone} {path}")
        response = await self._fail(request, call, fate.fault)
        if response is not None:
            return response
        response = await self._carry_out(path, team_id, call, body)
        if fate.fault == "cut_after":
            self._note(call, "note", "platform", f"fault: the connection breaks before the answer to {path}")
            _cut(request)
        elif fate.fault == "slow":
            self._note(call, "note", "platform", f"fault: the answer to {path} is {fate.late:g} s late")
            self.late += 1
            try:
                await self._clock.sleep(fate.late)
            finally:
                self.late -= 1
        return response

    async def _carry_out(self, path: str, team_id: str, call: SimCall | None, body: JsonObject) -> web.Response:
        try:
            data = await self._actions.perform(path, team_id, call, body)
        except Refusal as refusal:
            return self._refuse(call, refusal)
        self._note(call, "answer", "platform", "200 OK", data)
        content = answer_body(200, "OK", data, message_field=REQUESTS[path].message_field)
        return web.Response(body=content, content_type="application/json")

    async def _fail(
        self, request: web.Request, call: SimCall | None, fault: RequestFault | None
    ) -> web.Response | None:
        """Let a request fail without an effect, if it is to; return what becomes of it."""
        if fault in _FAILURES:
            refusal = _FAILURES[fault]
            self._note(call, "note", "platform", f"fault: refuses with {refusal.code}")
            response = self._refuse(call, refusal)
            if refusal.code == 429:  # noqa: PLR2004 - HTTP's Too Many Requests
                response.headers["Retry-After"] = str(self._dice.faults.retry_after)
            return response
        if fault == "restart":
            await self._restart()
        elif fault == "cut_before":
            self._note(call, "note", "platform", "fault: the connection breaks before the request has an effect")
        else:
            return None
        self._note(call, "answer", "platform", "no answer")
        return _cut(request)

    def _authenticate(self, request: web.Request, content: bytes) -> None:
        given = request.headers
        timestamp = given.get(TIMESTAMP_HEADER, "")
        expected = sign(self._bot_id, self._secret_key, timestamp, content)
        known = matches(self._bot_id, given.get(BOT_ID_HEADER, ""))
        signed = matches(expected, given.get(SIGNATURE_HEADER, ""))
        if not (known and signed and self._is_timely(timestamp)):
            raise Refusal(401, "not authorised: wrong or missing X-Bot-Id, X-timestamp or X-Signature")

    def _is_timely(self, timestamp: str) -> bool:
        return (
            timestamp.isdecimal()
            and len(timestamp) < 20  # noqa: PLR2004 - longer than any time in seconds
            and abs(self._clock.now() - int(timestamp)) <= TIMESTAMP_WINDOW
        )

    def _refuse(self, call: SimCall | None, refusal: Refusal) -> web.Response:
        self._note(call, "answer", "platform", f"{refusal.code} {refusal.message}")
        return refused(refusal)

    def _note_strange_fields(self, call: SimCall | None, path: str, body: JsonObject) -> None:
        if strange := sorted(body.keys() - REQUESTS[path].fields.keys()):
            self._note(call, "note", "platform", f"{path} has no field {', '.join(strange)}: ignored")

    def _note(
        self,
        call: SimCall | None,
        kind: Literal["request", "answer", "note"],
        who: str,
        text: str,
        data: JsonValue = None,
    ) -> None:
        if call is not None:
            call.outlet.note(kind, who, text, data)
        else:
            now = self._clock.now()
            self._timeline.add(kind, who, text, at=now, elapsed=now - self._started, data=data)


def refused(refusal: Refusal) -> web.Response:
    """Return a refusal as an HTTP answer; its code is both the status and in the body."""
    return web.Response(
        status=refusal.code, body=answer_body(refusal.code, refusal.message), content_type="application/json"
    )


async def nothing_there(request: web.Request) -> web.Response:
    """Answer where there is nothing.

    Raises:
        Refusal: 404, always.
    """
    raise Refusal(404, f"there is nothing at {request.method} {request.path}")


@web.middleware
async def platform_errors(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Give every error the platform's shape, those of the HTTP layer too."""
    try:
        return await handler(request)
    except Refusal as refusal:
        return refused(refusal)
    except web.HTTPError as error:
        return refused(Refusal(error.status, f"{error.reason}: {request.method} {request.path}"))


def _cut(request: web.Request) -> web.Response:
    """Break the connection of a request; return an answer that goes nowhere."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response()


def _body_of(path: str, content: bytes) -> JsonObject:
    if path not in REQUESTS:
        raise Refusal(404, f"there is no request {path}")
    try:
        body: JsonValue = wire.decode(content)
    except ValueError as error:
        raise Refusal(400, f"the body is not JSON ({error})") from error
    if not isinstance(body, dict):
        raise Refusal(400, "the body is not a JSON object")
    return body


def _summary(body: JsonObject) -> str:
    """Return what a request is about beside its call, in a few words."""
    parts: list[str] = []
    for name, value in body.items():
        if name == "url" and isinstance(value, str):
            parts.append(value.rpartition("/")[2])
        elif name == "isLoop" and value is True:
            parts.append("(in a loop)")
        elif name in _SHOWN:
            parts.append(str(value)[:_LONGEST_SHOWN])
        elif name == "userIds" and isinstance(value, list):
            parts.extend(str(entry.get("contactId") if isinstance(entry, dict) else entry) for entry in value)
    return " ".join(parts)
