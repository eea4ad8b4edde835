"""The sound files that the platform links to: recordings, and the live stream of a call."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from aiohttp import web

from bot.clock import Clock
from bot.events import CallKey
from bot.simulator.audio import RATE, SILENCE, endless_wav_header, silent_wav
from bot.simulator.call import SimCall
from bot.simulator.refusal import Refusal

_STREAM_STEP: Final = 1.0


class Files:
    """Serves recordings and streams; in this version they are silent, and as long as they should be.

    Args:
        calls: the calls by key.
        clock: the time.
    """

    def __init__(self, calls: Mapping[CallKey, SimCall], clock: Clock) -> None:
        self._calls = calls
        self._clock = clock

    def routes(self) -> list[web.RouteDef]:
        """Return the routes of the files."""
        return [
            web.get("/simulator/recordings/{team}/{thread}/{name}.wav", self._recording),
            web.get("/simulator/streams/{team}/{thread}/{name}.wav", self._stream),
        ]

    async def _recording(self, request: web.Request) -> web.Response:
        name = request.match_info["name"]
        for recording in self._call(request).player.media.recordings:
            if recording.recording_id == name:
                content = silent_wav(recording.duration(self._clock.now()))
                return web.Response(body=content, content_type="audio/wav")
        raise Refusal(404, "there is no such recording")

    async def _stream(self, request: web.Request) -> web.StreamResponse:
        name = request.match_info["name"]
        media = self._call(request).player.media
        if media.stream_id != name:
            raise Refusal(404, "there is no such stream")
        response = web.StreamResponse(headers={"Content-Type": "audio/wav"})
        await response.prepare(request)
        await response.write(endless_wav_header())
        while media.stream_id == name:
            await response.write(SILENCE * round(RATE * _STREAM_STEP))
            await self._clock.sleep(_STREAM_STEP)
        await response.write_eof()
        return response

    def _call(self, request: web.Request) -> SimCall:
        call = self._calls.get(CallKey(request.match_info["team"], "thread", request.match_info["thread"]))
        if call is None:
            raise Refusal(404, "there is no such call")
        return call
