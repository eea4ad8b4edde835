"""The other side of the wire: a bot that signs requests, takes events, and has sounds to play."""

from __future__ import annotations

import asyncio
import io
import wave
from collections.abc import Mapping
from typing import Any

import aiohttp
import msgspec
from aiohttp import web

from bot.signature import signed_headers
from bot.simulator import Contact, SimCall
from bot.testing.clock import ManualClock

BOT_ID = "5b8fd1a2e74419001f6f0001"
SECRET = "made-up-secret"
ANNA = Contact(contact_id="5b72aaab444507001c8be443", name="Anna", phone="89536052307", answers_after=2.0)
BORIS = Contact(contact_id="5b72aaab444507001c8bexyz", name="Boris", phone=None, answers_after=4.0)
MP3_FRAME = b"\xff\xfb\x90\x00" + bytes(413)


def wav(seconds: float) -> bytes:
    target = io.BytesIO()
    with wave.open(target, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(8000)
        sound.writeframes(bytes(round(seconds * 16000)))
    return target.getvalue()


class BotServer:
    """What a bot serves: its webhook and its sounds."""

    def __init__(self) -> None:
        self.url = ""
        self.events: list[dict[str, Any]] = []
        self.headers: list[Mapping[str, str]] = []
        self.bodies: list[bytes] = []
        self.statuses: list[int] = []
        self.sounds: dict[str, bytes] = {"welcome.wav": wav(3.0), "music.wav": wav(1.0)}
        self.open_gate = asyncio.Event()
        self.open_gate.set()
        self.waiting = 0

    @property
    def types(self) -> list[str]:
        return [event["eventType"] for event in self.events]

    def of(self, call: SimCall) -> list[dict[str, Any]]:
        return [event for event in self.events if event["threadId"] == call.thread_id]

    def sound(self, name: str) -> str:
        return f"{self.url}/prompts/{name}"

    def application(self) -> web.Application:
        application = web.Application(client_max_size=2**20)
        application.add_routes([web.post("/webhook/secret", self._take), web.get("/prompts/{name}", self._serve)])
        return application

    async def _take(self, request: web.Request) -> web.Response:
        body = await request.read()
        await self._gate()
        status = self.statuses.pop(0) if self.statuses else 200
        self.bodies.append(body)
        self.headers.append(request.headers.copy())
        if status == 200:
            self.events.append(msgspec.json.decode(body))
        return web.Response(status=status, headers={"Location": "/webhook/secret"} if status == 302 else {})

    async def _serve(self, request: web.Request) -> web.Response:
        await self._gate()
        content = self.sounds.get(request.match_info["name"])
        return web.Response(status=404) if content is None else web.Response(body=content)

    async def _gate(self) -> None:
        self.waiting += 1
        await self.open_gate.wait()
        self.waiting -= 1


class SignedClient:
    """Makes requests as a bot does."""

    def __init__(self, session: aiohttp.ClientSession, url: str, clock: ManualClock) -> None:
        self.session = session
        self.url = url
        self.clock = clock

    async def post(self, path: str, body: object, *, team: str, **headers: str) -> tuple[int, dict[str, Any]]:
        """Send a signed request; headers given by name replace the right ones, an empty one leaves it out."""
        content = body if isinstance(body, bytes) else msgspec.json.encode(body)
        signed = signed_headers(BOT_ID, SECRET, str(int(self.clock.now())), content)
        replaced = {name.replace("_", "-"): value for name, value in headers.items()}
        sent = {name: value for name, value in {**signed, **replaced}.items() if value}
        async with self.session.post(f"{self.url}/{team}/{path}", data=content, headers=sent) as response:
            return response.status, await response.json()

    async def ask(self, call: SimCall, path: str, **fields: object) -> tuple[int, dict[str, Any]]:
        return await self.post(path, {"threadId": call.thread_id, **fields}, team=call.team_id)

    async def done(self, call: SimCall, path: str, **fields: object) -> Any:
        """Make a request that must be accepted, and return its data."""
        status, answer = await self.ask(call, path, **fields)
        assert (status, answer["code"], answer["message"]) == (200, 200, "OK"), answer
        return answer.get("data")

    async def refused(self, call: SimCall, path: str, **fields: object) -> str:
        """Make a request that must be refused with 400, and return why."""
        status, answer = await self.ask(call, path, **fields)
        assert (status, answer["code"]) == (400, 400), answer
        assert set(answer) == {"code", "message"}
        return str(answer["message"])
