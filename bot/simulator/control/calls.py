"""Endpoints that place calls and act in them, as the caller or as somebody whom the bot rings."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, Final

import aiohttp
from aiohttp import web

from bot.simulator.audio import FETCH_SECONDS, LARGEST
from bot.simulator.call import SimCall
from bot.simulator.conference import Leg
from bot.simulator.control import wishes
from bot.simulator.control.answers import json_answer
from bot.simulator.control.views import call_view
from bot.simulator.line import DEFAULT_TEAM, Line
from bot.simulator.people import Caller
from bot.simulator.refusal import Refusal, SimulatorError

if TYPE_CHECKING:
    from bot.simulator.platform import Simulator

_LINE: Final = ("trunk_id", "stream_id", "destination_id")
_CALL: Final = frozenset({"phone", "presses", "hangs_up_after", "talks_for", "team_id", *_LINE})
_PERSON: Final = frozenset({"contact_id"})
_SOUND_TYPES: Final = {"wav": "audio/wav", "mp3": "audio/mpeg"}


class CallControl:
    """The endpoints of calls.

    Args:
        simulator: what they control.
        session: fetches sounds for whoever listens.
    """

    def __init__(self, simulator: Simulator, session: aiohttp.ClientSession) -> None:
        self._simulator = simulator
        self._session = session

    def routes(self) -> list[web.RouteDef]:
        """Return the routes of the endpoints."""
        home = "/simulator/calls/{thread_id}"
        return [
            web.get("/simulator/calls", self._list),
            web.post("/simulator/calls", self._place),
            web.post(f"{home}/press", self._act(_press)),
            web.post(f"{home}/hang-up", self._act(_hang_up)),
            web.post(f"{home}/answer", self._act(_answer)),
            web.post(f"{home}/decline", self._act(_decline)),
            web.get(f"{home}/sounds/{{number:[0-9]{{1,9}}}}", self._sound),
        ]

    async def _list(self, _request: web.Request) -> web.Response:
        return json_answer({"calls": [call_view(call) for call in self._simulator.calls.values()]})

    async def _place(self, request: web.Request) -> web.Response:
        wanted = await wishes.fields(request, _CALL)
        line = {name: value for name in _LINE if (value := wishes.text(wanted, name)) is not None}
        try:
            caller = Caller(
                phone=wishes.phone(wanted, Caller().phone),
                presses=wishes.presses(wanted),
                hangs_up_after=wishes.seconds(wanted, "hangs_up_after"),
                talks_for=wishes.seconds(wanted, "talks_for"),
            )
            team_id = wishes.text(wanted, "team_id") or DEFAULT_TEAM
            call = await self._simulator.place_call(caller, team_id=team_id, line=Line(**line))
        except (ValueError, SimulatorError) as error:
            raise Refusal(400, str(error)) from error
        return json_answer(call_view(call), status=201)

    def _act(
        self, action: Callable[[SimCall, web.Request], Awaitable[None]]
    ) -> Callable[[web.Request], Awaitable[web.Response]]:
        async def handler(request: web.Request) -> web.Response:
            call = self._call_of(request)
            await action(call, request)
            return json_answer(call_view(call))

        return handler

    async def _sound(self, request: web.Request) -> web.Response:
        """Answer with a file that the bot has had played, so that a page need not ask another host for it."""
        played = self._call_of(request).played
        number = int(request.match_info["number"])
        if number >= len(played):
            raise Refusal(404, f"nothing was played as number {number} in this call")
        playback = played[number]
        content = await self._fetch(playback.sound.url)
        kind = _SOUND_TYPES.get(playback.name.rpartition(".")[2].lower(), "application/octet-stream")
        return web.Response(body=content, content_type=kind, headers={"Cache-Control": "no-store"})

    async def _fetch(self, url: str) -> bytes:
        try:
            async with self._simulator.clock.timeout(FETCH_SECONDS), self._session.get(url) as response:
                if response.status != 200:  # noqa: PLR2004 - HTTP's OK
                    raise Refusal(502, f"the sound is not there any more (HTTP {response.status})")
                return await response.content.read(LARGEST)
        except (aiohttp.ClientError, TimeoutError) as error:
            raise Refusal(502, f"the sound is not reachable any more ({type(error).__name__})") from error

    def _call_of(self, request: web.Request) -> SimCall:
        thread_id = request.match_info["thread_id"]
        for call in self._simulator.calls.values():
            if call.thread_id == thread_id:
                return call
        raise Refusal(404, f"there is no call {thread_id}")


async def _press(call: SimCall, request: web.Request) -> None:
    wanted = await wishes.fields(request, _PERSON | {"key"})
    await call.press(wishes.required_text(wanted, "key"), wishes.text(wanted, "contact_id"))


async def _hang_up(call: SimCall, request: web.Request) -> None:
    wanted = await wishes.fields(request, _PERSON)
    await call.hang_up(wishes.text(wanted, "contact_id"))


async def _answer(call: SimCall, request: web.Request) -> None:
    wanted = await wishes.fields(request, _PERSON)
    call.answer_on(_ringing(call, wishes.required_text(wanted, "contact_id"))[0])


async def _decline(call: SimCall, request: web.Request) -> None:
    wanted = await wishes.fields(request, _PERSON)
    for leg in _ringing(call, wishes.required_text(wanted, "contact_id")):
        call.stop_ringing_on(leg, "declines")


def _ringing(call: SimCall, contact_id: str) -> Sequence[Leg]:
    """Return the lines of somebody that ring; there are several where the bot has rung them twice."""
    call.conference.require_open()
    legs = [leg for leg in call.conference.find(contact_id) if not leg.answered]
    if not legs:
        raise Refusal(400, f"{contact_id} is not being rung")
    return legs
