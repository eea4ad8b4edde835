"""What happens, live, as server-sent events: for a page that may come and go."""

from __future__ import annotations

import asyncio
import re
import secrets
from typing import TYPE_CHECKING, Final

from aiohttp import web

from bot import wire
from bot.events import JsonValue
from bot.simulator.control.views import state_view
from bot.simulator.refusal import Refusal

if TYPE_CHECKING:
    from bot.simulator.platform import Simulator

BEAT_SECONDS: Final = 10.0
"""After how much silence a beat is sent, so that a listener knows that the connection stands."""

SEND_SECONDS: Final = 10.0
"""How long a listener may take to read what is sent; after that it is cut off, and may come back."""

MOST_LISTENERS: Final = 32
"""How many may listen at once."""

HISTORY: Final = 1_000
"""How many records a new listener is told of at most."""

_GATHER_SECONDS: Final = 0.02
_ID: Final = re.compile(r"(?P<instance>[0-9a-f]+)-(?P<number>[0-9]{1,18})")


class Feed:
    """The live feed: ``GET /simulator/feed``.

    It begins with ``hello`` (``{"instance", "resumed"}``): whoever had listened before goes on where they were if
    ``resumed`` is true, and begins anew if not. Then come a ``record`` for everything that happens, as in
    ``/simulator/timeline``, and a ``state`` after every change, as `state_view` has it. ``beat`` says only that the
    connection stands. A listener who comes back names the last id in ``Last-Event-ID``, as browsers do, or in
    ``?after=``.

    No listener has a queue: each has the number of the last record that it was sent, and the timeline, which is
    bounded, keeps the rest.

    Args:
        simulator: what it tells of.
    """

    def __init__(self, simulator: Simulator) -> None:
        self._simulator = simulator
        self._instance = secrets.token_hex(6)
        self._listeners = 0

    def routes(self) -> list[web.RouteDef]:
        """Return the route of the feed."""
        return [web.get("/simulator/feed", self._listen)]

    async def _listen(self, request: web.Request) -> web.StreamResponse:
        if self._listeners >= MOST_LISTENERS:
            raise Refusal(503, f"{MOST_LISTENERS} pages listen already; close some of them")
        response = web.StreamResponse(
            headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        )
        self._listeners += 1
        changed = asyncio.Event()
        unsubscribe = self._simulator.timeline.subscribe(lambda _: changed.set())
        try:
            await response.prepare(request)
            await self._tell(response, changed, self._resumed_from(request))
        except TimeoutError:
            _cut_off(request)
        except ConnectionError:
            pass  # the listener has gone, which is their right
        finally:
            unsubscribe()
            self._listeners -= 1
        return response

    def _resumed_from(self, request: web.Request) -> int | None:
        """Return the last record that a listener knows; None for one who knows nothing that is still of use."""
        given = _ID.fullmatch(request.headers.get("Last-Event-ID") or request.query.get("after", ""))
        if given is None or given["instance"] != self._instance:
            return None
        number, timeline = int(given["number"]), self._simulator.timeline
        return number if timeline.first - 1 <= number <= timeline.last else None

    async def _tell(self, response: web.StreamResponse, changed: asyncio.Event, known: int | None) -> None:
        timeline = self._simulator.timeline
        sent = max(0, timeline.last - HISTORY) if known is None else known
        await self._send(response, "hello", {"instance": self._instance, "resumed": known is not None})
        while True:
            changed.clear()
            if sent < timeline.first - 1:  # it was away from its reading for so long that records are forgotten
                return
            for record in timeline.since(sent):
                sent = record.number
                await self._send(response, "record", record.as_json(), number=sent)
            await self._send(response, "state", state_view(self._simulator))
            while not await self._has_changed(changed):
                await self._send(response, "beat", {"now": self._simulator.clock.now()})

    async def _has_changed(self, changed: asyncio.Event) -> bool:
        """Wait for a change, or for the next beat; what happens at one moment is told together."""
        try:
            async with self._simulator.clock.timeout(BEAT_SECONDS):
                await changed.wait()
        except TimeoutError:
            return False
        await self._simulator.clock.sleep(_GATHER_SECONDS)
        return True

    async def _send(
        self, response: web.StreamResponse, name: str, data: dict[str, JsonValue], *, number: int | None = None
    ) -> None:
        place = "" if number is None else f"id: {self._instance}-{number}\n"
        async with self._simulator.clock.timeout(SEND_SECONDS):
            await response.write(f"{place}event: {name}\ndata: ".encode() + wire.encode(data) + b"\n\n")


def _cut_off(request: web.Request) -> None:
    if request.transport is not None:
        request.transport.abort()
