"""The sounds of calls over HTTP: recordings and live streams to listen to, and speech to be heard in them."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Final

import orjson
from aiohttp import hdrs, web

from bot.clock import Clock
from bot.events import CallKey
from bot.simulator.call import SimCall
from bot.simulator.media import Recording
from bot.simulator.mixing import mix, parts_of
from bot.simulator.pcm import HEADER_BYTES, RATE, WIDTH, wav_bytes, wav_header
from bot.simulator.refusal import Refusal

STREAM_STEP: Final = 0.25
"""Seconds of sound that a live stream gives at once."""

_AT_ONCE: Final = 10 * RATE
"""Samples that are mixed at once, so that neither memory nor the loop are busy with a long recording."""


class Files:
    """Serves recordings and streams, and takes speech.

    Sound is made when it is asked for, in a thread: a call nobody listens to costs nothing.

    Args:
        calls: the calls by key.
        clock: the time.
    """

    def __init__(self, calls: Mapping[CallKey, SimCall], clock: Clock) -> None:
        self._calls = calls
        self._clock = clock

    def routes(self) -> list[web.RouteDef]:
        """Return the routes of the files.

        ``POST /simulator/calls/{thread_id}/speak`` has a wav file as its body (PCM of any usual rate, width and number
        of channels; up to 256 KB and a minute) and lets the caller, or the contact that ``?contact_id=`` names, be
        heard with it from now on, or after what they are saying: pieces that are posted one after another as a
        microphone gives them are heard without gaps. It answers ``{"seconds": 0.5}``, the length of the piece.
        """
        return [
            web.get("/simulator/recordings/{team}/{thread}/{name}.wav", self._recording),
            web.get("/simulator/streams/{team}/{thread}/{name}.wav", self._stream),
            web.post("/simulator/calls/{thread}/speak", self._speak),
        ]

    async def _recording(self, request: web.Request) -> web.StreamResponse:
        call, recording = self._find_recording(request)
        ends_at = self._clock.now() if recording.ended_at is None else recording.ended_at
        samples = round(recording.duration(ends_at) * RATE)
        header = wav_header(samples * WIDTH)
        size = len(header) + samples * WIDTH
        first, last = _wanted(request, size)
        response = _answer(request, first, last, size)
        await response.prepare(request)
        if request.method == hdrs.METH_HEAD:
            return response
        await response.write(header[first:last])
        at, end = max(first, HEADER_BYTES), last
        parts = parts_of(call.player.media, recording.started_at, ends_at, origin=recording.started_at)
        while at < end:
            sample, skipped = divmod(at - HEADER_BYTES, WIDTH)
            count = min(_AT_ONCE, samples - sample, -(-(end - at + skipped) // WIDTH))
            content = wav_bytes(await asyncio.to_thread(mix, parts, sample, count))[skipped : skipped + end - at]
            await response.write(content)
            at += len(content)
        await response.write_eof()
        return response

    async def _stream(self, request: web.Request) -> web.StreamResponse:
        media = self._call(request).player.media
        stream = media.stream
        if stream is None or stream.stream_id != request.match_info["name"]:
            raise Refusal(404, "there is no such stream")
        response = web.StreamResponse(headers={hdrs.CONTENT_TYPE: "audio/wav", hdrs.CACHE_CONTROL: "no-store"})
        await response.prepare(request)
        await response.write(wav_header(None))
        origin = self._clock.now()
        given = 0
        while True:
            over = stream.ended_at
            ends_at = self._clock.now() if over is None else over
            count = min(round((ends_at - origin) * RATE) - given, _AT_ONCE)
            if count > 0:
                parts = parts_of(media, origin + given / RATE, ends_at, origin=origin)
                await response.write(wav_bytes(await asyncio.to_thread(mix, parts, given, count)))
                given += count
            elif over is not None:
                break
            else:
                await self._clock.sleep(STREAM_STEP)
        await response.write_eof()
        return response

    async def _speak(self, request: web.Request) -> web.Response:
        thread_id = request.match_info["thread"]
        for call in self._calls.values():
            if call.thread_id == thread_id:
                seconds = call.speak(await request.read(), request.query.get("contact_id"))
                return web.Response(body=orjson.dumps({"seconds": seconds}), content_type="application/json")
        raise Refusal(404, f"there is no call {thread_id}")

    def _find_recording(self, request: web.Request) -> tuple[SimCall, Recording]:
        call = self._call(request)
        for recording in call.player.media.recordings:
            if recording.recording_id == request.match_info["name"]:
                return call, recording
        raise Refusal(404, "there is no such recording")

    def _call(self, request: web.Request) -> SimCall:
        call = self._calls.get(CallKey(request.match_info["team"], "thread", request.match_info["thread"]))
        if call is None:
            raise Refusal(404, "there is no such call")
        return call


def _wanted(request: web.Request, size: int) -> tuple[int, int]:
    """Return the bytes that are asked for: the first one, and the one after the last.

    Raises:
        web.HTTPRequestRangeNotSatisfiable: there are no such bytes.
    """
    try:
        first, last, _ = request.http_range.indices(size)
    except ValueError:  # not one range of bytes: the whole is answered
        return 0, size
    if first >= last:
        raise web.HTTPRequestRangeNotSatisfiable(headers={hdrs.CONTENT_RANGE: f"bytes */{size}"})
    return first, last


def _answer(request: web.Request, first: int, last: int, size: int) -> web.StreamResponse:
    partly = hdrs.RANGE in request.headers and (first, last) != (0, size)
    response = web.StreamResponse(
        status=206 if partly else 200, headers={hdrs.CONTENT_TYPE: "audio/wav", hdrs.ACCEPT_RANGES: "bytes"}
    )
    if partly:
        response.headers[hdrs.CONTENT_RANGE] = f"bytes {first}-{last - 1}/{size}"
    response.content_length = last - first
    return response
