"""The sounds of calls over HTTP: recordings and live streams to listen to, and speech to be heard in them."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing, suppress

from aiohttp import hdrs, web

from bot import wire
from bot.clock import Clock
from bot.events import CallKey
from bot.simulator.audio import LARGEST
from bot.simulator.call import SimCall
from bot.simulator.listening import RecordedWav, live_wav
from bot.simulator.refusal import Refusal


class Files:
    """Serves recordings and streams, and takes speech.

    Args:
        calls: the calls by key.
        clock: the time.
    """

    def __init__(self, calls: Mapping[CallKey, SimCall], clock: Clock) -> None:
        self._calls = calls
        self._clock = clock

    def routes(self) -> list[web.RouteDef]:
        """Return the routes of the files.

        Recordings answer requests for a range of bytes, so that a browser can seek in them.

        ``POST /simulator/calls/{thread_id}/speak`` has a wav file as its body (PCM of any usual rate, width and number
        of channels; up to 10 MB and a minute) and lets the caller, or the contact that ``?contact_id=`` names, be
        heard with it from now on, or after what they are saying: pieces that are posted one after another as a
        microphone gives them are heard without gaps. It answers ``{"seconds": 0.5}``, the length of the piece.
        """
        return [
            web.get("/simulator/recordings/{team}/{thread}/{name}.wav", self._recording),
            web.get("/simulator/streams/{team}/{thread}/{name}.wav", self._stream),
            web.post("/simulator/calls/{thread}/speak", self._speak),
        ]

    async def _recording(self, request: web.Request) -> web.StreamResponse:
        wav = self._recorded(request)
        wanted = _wanted(request, wav.size)
        first, last = wanted or (0, wav.size)
        response = _audio({hdrs.ACCEPT_RANGES: "bytes"})
        if wanted is not None:
            response.set_status(206)
            response.headers[hdrs.CONTENT_RANGE] = f"bytes {first}-{last - 1}/{wav.size}"
        response.content_length = last - first
        await response.prepare(request)
        if request.method != hdrs.METH_HEAD:
            await _send(response, wav.read(first, last))
        return response

    async def _stream(self, request: web.Request) -> web.StreamResponse:
        media = self._call(request).player.media
        stream = media.stream
        if stream is None or stream.stream_id != request.match_info["name"]:
            raise Refusal(404, "there is no such stream")
        response = _audio({hdrs.CACHE_CONTROL: "no-store"})
        await response.prepare(request)
        if request.method != hdrs.METH_HEAD:
            await _send(response, live_wav(media, stream, self._clock))
        return response

    async def _speak(self, request: web.Request) -> web.Response:
        thread_id = request.match_info["thread"]
        for call in self._calls.values():
            if call.thread_id == thread_id:
                seconds = call.speak(await _speech(request), request.query.get("contact_id"))
                return web.Response(body=wire.encode({"seconds": seconds}), content_type="application/json")
        raise Refusal(404, f"there is no call {thread_id}")

    def _recorded(self, request: web.Request) -> RecordedWav:
        media = self._call(request).player.media
        for recording in media.recordings:
            if recording.recording_id == request.match_info["name"]:
                return RecordedWav(media, recording, self._clock.now())
        raise Refusal(404, "there is no such recording")

    def _call(self, request: web.Request) -> SimCall:
        call = self._calls.get(CallKey(request.match_info["team"], "thread", request.match_info["thread"]))
        if call is None:
            raise Refusal(404, "there is no such call")
        return call


async def _speech(request: web.Request) -> bytes:
    try:
        return await request.clone(client_max_size=LARGEST).read()
    except web.HTTPRequestEntityTooLarge as error:
        raise Refusal(413, f"the speech is larger than {LARGEST} bytes; send it in pieces") from error


def _audio(headers: Mapping[str, str]) -> web.StreamResponse:
    return web.StreamResponse(headers={hdrs.CONTENT_TYPE: "audio/wav", **headers})


async def _send(response: web.StreamResponse, content: AsyncGenerator[bytes, None]) -> None:
    """Write what there is for as long as somebody listens; browsers break off whenever one seeks."""
    async with aclosing(content):
        with suppress(ConnectionResetError):
            async for piece in content:
                await response.write(piece)
            await response.write_eof()


def _wanted(request: web.Request, size: int) -> tuple[int, int] | None:
    """Return the bytes that are asked for, the first one and the one after the last; None where all are.

    Raises:
        Refusal: 416, there are no such bytes.
    """
    if hdrs.RANGE not in request.headers:
        return None
    try:
        first, last, _ = request.http_range.indices(size)
    except ValueError:  # it is not one range of bytes, and may be ignored
        return None
    if first >= last:
        raise Refusal(416, f"the recording has {size} bytes, none of them from {first} on")
    return first, last
