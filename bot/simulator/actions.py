"""What each request does: to its call, or to what is kept beside calls."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import TypeAlias

from bot.events import CallKey, JsonObject, JsonValue
from bot.simulator.audio import SoundFetcher
from bot.simulator.call import SimCall
from bot.simulator.conference import Leg
from bot.simulator.payloads import call_information
from bot.simulator.people import Contact
from bot.simulator.records import Records
from bot.simulator.refusal import Refusal
from bot.simulator.requests import REQUESTS, invitees

Action: TypeAlias = Callable[[SimCall, JsonObject], Awaitable[JsonValue]]


class Actions:
    """The requests, carried out.

    Args:
        calls: the calls by key, ended ones too.
        contacts: whom the bot may invite, by id.
        sounds: fetches what is to be played.
        records: carries out the requests that are about no call.
    """

    def __init__(
        self,
        calls: Mapping[CallKey, SimCall],
        contacts: Mapping[str, Contact],
        sounds: SoundFetcher,
        records: Records,
    ) -> None:
        self._calls = calls
        self._contacts = contacts
        self._sounds = sounds
        self._records = records
        self._actions: Mapping[str, Action] = {
            "call/get": self._get,
            "call.user/invite": self._invite,
            "call/kick": self._kick,
            "call.user/hold": self._hold,
            "call.user/unhold": self._unhold,
            "call.audio/play": self._play,
            "call.audio/stop": self._stop,
            "call.recording/start": self._start_recording,
            "call.recording/stop": self._stop_recording,
            "call.stream/start": self._start_stream,
            "call.stream/stop": self._stop_stream,
        }

    def find(self, team_id: str, body: JsonObject) -> SimCall | None:
        """Return the call that a request is about, or whose thread it is about, if there is one."""
        thread_id = body.get("threadId")
        return self._calls.get(CallKey(team_id, "thread", thread_id)) if isinstance(thread_id, str) else None

    async def perform(self, path: str, team_id: str, call: SimCall | None, body: JsonObject) -> JsonValue:
        """Check a request and carry it out.

        Args:
            path: one of `REQUESTS`.
            team_id: the team that it is made for.
            call: what `find` returned for it.
            body: its fields.

        Returns:
            The answer's ``data``; None if it has none.

        Raises:
            Refusal: 400; it had no effect.
        """
        REQUESTS[path].check(body)
        self._records.require_team(team_id)
        if path in self._records:
            return self._records.perform(path, team_id, body)
        if call is None:
            raise Refusal(400, "there is no such call in this team")
        call.conference.require_open()
        return await self._actions[path](call, body)

    async def _get(self, call: SimCall, _body: JsonObject) -> JsonValue:
        return call_information(call.place, call.members)

    async def _invite(self, call: SimCall, body: JsonObject) -> None:
        wanted = invitees(body)
        if unknown := [contact_id for contact_id, _ in wanted if not self._knows(call, contact_id)]:
            raise Refusal(400, f"there is no contact {unknown[0]}")
        for contact_id, phone in wanted:
            call.invite(self._contacts[contact_id], phone)

    def _knows(self, call: SimCall, contact_id: str) -> bool:
        contact = self._contacts.get(contact_id)
        return contact is not None and contact.is_known_in(call.team_id)

    async def _kick(self, call: SimCall, body: JsonObject) -> None:
        if not body.get("contactId") and not body.get("phone"):
            call.end()
            return
        for leg in _named(call, body):
            if leg in call.members:  # the call may end with the one before
                call.put_out(leg)

    async def _hold(self, call: SimCall, body: JsonObject) -> None:
        for leg in _named_present(call, body):
            call.hold(leg, on=True)

    async def _unhold(self, call: SimCall, body: JsonObject) -> None:
        for leg in _named_present(call, body):
            call.hold(leg, on=False)

    async def _play(self, call: SimCall, body: JsonObject) -> None:
        sound = await self._sounds.fetch(str(body["url"]))
        call.conference.require_open()  # fetching took time
        call.player.play(sound, loop=body.get("isLoop") is True)

    async def _stop(self, call: SimCall, body: JsonObject) -> None:
        call.player.stop(_text(body, "url"))

    async def _start_recording(self, call: SimCall, _body: JsonObject) -> None:
        call.player.start_recording()

    async def _stop_recording(self, call: SimCall, _body: JsonObject) -> JsonValue:
        return {"fileUrl": call.player.stop_recording()}

    async def _start_stream(self, call: SimCall, _body: JsonObject) -> JsonValue:
        return {"streamUrl": call.player.start_stream()}

    async def _stop_stream(self, call: SimCall, _body: JsonObject) -> None:
        call.player.stop_stream()


def _named(call: SimCall, body: JsonObject) -> list[Leg]:
    legs = list(call.conference.find(_text(body, "contactId"), _text(body, "phone")))
    if not legs:
        raise Refusal(400, "that person is not in the call")
    return legs


def _named_present(call: SimCall, body: JsonObject) -> list[Leg]:
    legs = [leg for leg in _named(call, body) if leg.answered]
    if not legs:
        raise Refusal(400, "that person has not answered yet")
    return legs


def _text(body: JsonObject, name: str) -> str | None:
    value = body.get(name)
    return value if isinstance(value, str) and value else None
