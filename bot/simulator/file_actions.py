"""What requests do to files, and the place where files are put and fetched.

Source: the platform's documents of its requests. The addresses that it gives for
uploading and fetching are those of another service there, and of the simulator
here. The recordings of calls are files too: they can be read and fetched.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final
from urllib.parse import quote

from aiohttp import web

from bot.events import JsonObject, JsonValue
from bot.simulator.entries import file_entry
from bot.simulator.ledger import RecordAction, RecordFamily, count_of, text_of, texts_of
from bot.simulator.pcm import HEADER_BYTES, RATE, WIDTH
from bot.simulator.refusal import Refusal
from bot.simulator.teams import SimFile, Team, room_for_one_more

LARGEST: Final = 1_000_000
"""Bytes that an uploaded file may have."""

PAGE: Final = 100
"""How many files one answer holds if nothing is said about it. Not documented."""


class FileActions(RecordFamily):
    """The requests of files."""

    @property
    def actions(self) -> Mapping[str, RecordAction]:
        """What each request does, by path."""
        return {
            "file/get.url": self._url_to_fetch,
            "file/put.url": self._url_to_put,
            "file/read": self._read,
        }

    def routes(self) -> list[web.RouteDef]:
        """Return the routes by which files are put and fetched."""
        return [
            web.put("/simulator/files/{team}/{file}", self._take),
            web.get("/simulator/files/{team}/{file}", self._give),
        ]

    def _url_to_fetch(self, team: Team, body: JsonObject) -> JsonValue:
        wanted = texts_of(body, "fileId", "fileIds") or ()
        files = {file.file_id: file for file in self._files(team)}
        if not files.keys() >= set(wanted):
            raise Refusal(400, "there is no such file in this team")
        found: list[JsonValue] = [
            {"filename": files[one].name, "fileId": one, "url": self._url(team, files[one])} for one in wanted
        ]
        return found if text_of(body, "fileId") is None else found[0]

    def _url_to_put(self, team: Team, body: JsonObject) -> JsonValue:
        names = texts_of(body, "filename", "filenames") or ()
        thread_id, stream_id = text_of(body, "threadId"), text_of(body, "streamId")
        if thread_id:
            team.thread(thread_id)
        if stream_id:
            team.stream(stream_id)
        places: list[JsonValue] = []
        for name in names:
            room_for_one_more(team.files, "files")
            file = SimFile(
                file_id=self._ledger.around.new_id(),
                name=name,
                created_at=self._ledger.now(),
                size=count_of(body, "size", 0),
                author_id=text_of(body, "authorId") or self._ledger.bot_id,
                stream_id=stream_id,
                thread_id=thread_id,
            )
            team.files[file.file_id] = file
            places.append({"id": file.file_id, "url": self._url(team, file)})
        return places if text_of(body, "filename") is None else places[0]

    def _read(self, team: Team, body: JsonObject) -> JsonValue:
        wanted = {
            "id": texts_of(body, "id", "ids"),
            "streamId": texts_of(body, "streamId"),
            "threadId": texts_of(body, "threadId"),
            "authorId": texts_of(body, "authorId"),
        }
        given = [(name, values) for name, values in wanted.items() if values is not None]
        entries = map(file_entry, self._files(team))
        found = [entry for entry in entries if all(entry[name] in values for name, values in given)]
        skip = count_of(body, "skip", 0)
        return [*found[skip : skip + count_of(body, "limit", PAGE)]]

    def _files(self, team: Team) -> Iterator[SimFile]:
        """Return the files of a team: the recordings of its calls, and what the bot has asked a place for."""
        for call in self._ledger.calls_of(team):
            for recording in call.player.media.recordings:
                seconds = recording.duration(self._ledger.now())
                yield SimFile(
                    file_id=recording.recording_id,
                    name=f"{recording.recording_id}.wav",
                    created_at=recording.started_at,
                    size=HEADER_BYTES + round(seconds * RATE) * WIDTH,
                    author_id=call.place.originator.contact_id or "",
                    stream_id=call.place.stream_id,
                    thread_id=call.thread_id,
                )
        yield from team.files.values()

    def _url(self, team: Team, file: SimFile) -> str:
        call = None if file.thread_id is None else self._ledger.call_of(team, file.thread_id)
        if call is not None and file.file_id not in team.files:
            return call.outlet.file_url("recordings", file.file_id)
        return f"{self._ledger.around.base_url()}/simulator/files/{quote(team.team_id, safe='')}/{file.file_id}"

    async def _take(self, request: web.Request) -> web.Response:
        file = self._placed(request)
        content = bytearray()
        async for chunk in request.content.iter_any():
            content += chunk
            if len(content) > LARGEST:
                raise Refusal(413, f"the file is larger than {LARGEST} bytes")
        file.content, file.size = bytes(content), len(content)
        return web.Response()

    async def _give(self, request: web.Request) -> web.Response:
        file = self._placed(request)
        if file.content is None:
            raise Refusal(404, "nothing has been put there")
        return web.Response(body=file.content, content_type="application/octet-stream")

    def _placed(self, request: web.Request) -> SimFile:
        file = self._ledger.team(request.match_info["team"]).files.get(request.match_info["file"])
        if file is None:
            raise Refusal(404, "there is no such file")
        return file
