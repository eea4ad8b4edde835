"""What requests do to streams: their members, and their statuses.

Source: the platform's documents of its requests and events. They describe no
event about statuses.
"""

from __future__ import annotations

from collections.abc import Mapping

from bot.events import JsonObject, JsonValue
from bot.simulator.entries import status_entry, stream_entry
from bot.simulator.ledger import RecordAction, RecordFamily, text_of, texts_of
from bot.simulator.refusal import Refusal
from bot.simulator.teams import STATUS_TYPES, SimStatus, SimStream, Team, room_for_one_more


class StreamActions(RecordFamily):
    """The requests of streams."""

    @property
    def actions(self) -> Mapping[str, RecordAction]:
        """What each request does, by path."""
        return {
            "stream/read": self._read,
            "stream.member/add": self._add_member,
            "stream.member/remove": self._remove_member,
            "stream.member/set.admin": self._set_admin,
            "stream.member/revoke.admin": self._revoke_admin,
            "stream.status/create": self._create_status,
            "stream.status/read": self._read_statuses,
            "stream.status/set.name": self._rename_status,
            "stream.status/delete": self._delete_status,
        }

    def _read(self, team: Team, body: JsonObject) -> JsonValue:
        wanted = texts_of(body, "streamId", "streamIds") or ()
        return [stream_entry(one, team.team_id) for one in team.streams.values() if one.stream_id in wanted]

    def _add_member(self, team: Team, body: JsonObject) -> None:
        stream, user_id = self._stream_and_person(team, body)
        if user_id not in stream.member_ids:
            stream.member_ids.append(user_id)
            self._changed(team, stream, "Role.set", user_id)

    def _remove_member(self, team: Team, body: JsonObject) -> None:
        stream, user_id = self._stream_and_member(team, body)
        stream.member_ids.remove(user_id)
        if user_id in stream.admin_ids:
            stream.admin_ids.remove(user_id)
        self._changed(team, stream, "Role.remove", user_id)

    def _set_admin(self, team: Team, body: JsonObject) -> None:
        stream, user_id = self._stream_and_member(team, body)
        if user_id not in stream.admin_ids:
            stream.admin_ids.append(user_id)
            self._changed(team, stream, "Admin.set", user_id)

    def _revoke_admin(self, team: Team, body: JsonObject) -> None:
        stream, user_id = self._stream_and_member(team, body)
        if user_id not in stream.admin_ids:
            raise Refusal(400, "that person is no administrator of this stream")
        stream.admin_ids.remove(user_id)
        self._changed(team, stream, "Admin.remove", user_id)

    def _create_status(self, team: Team, body: JsonObject) -> JsonValue:
        stream = team.stream(str(body["streamId"]))
        room_for_one_more({one.status_id: one for one in stream.statuses}, "statuses")
        kind = str(body["type"]).replace("In Progress", "inProgress")
        if kind not in STATUS_TYPES:
            raise Refusal(400, f"type must be one of {', '.join(STATUS_TYPES)}")
        status = SimStatus(status_id=self._ledger.around.new_id(), name=str(body["name"]), type=kind)
        status.color = text_of(body, "color") or status.color
        stream.statuses.append(status)
        return {"statusId": status.status_id}

    @staticmethod
    def _read_statuses(team: Team, body: JsonObject) -> JsonValue:
        stream_id, status_id = text_of(body, "streamId"), text_of(body, "statusId")
        return [
            status_entry(status, stream)
            for stream in team.streams.values()
            for status in stream.statuses
            if stream_id in (None, stream.stream_id) and status_id in (None, status.status_id)
        ]

    @staticmethod
    def _rename_status(team: Team, body: JsonObject) -> None:
        for stream in team.streams.values():
            for status in stream.statuses:
                if status.status_id == body["statusId"]:
                    status.name = str(body["name"])
                    return
        raise Refusal(400, "there is no such status in this team")

    @staticmethod
    def _delete_status(team: Team, body: JsonObject) -> None:
        stream = team.stream(str(body["streamId"]))
        status = stream.status(str(body["statusId"]))
        if any(thread.status_id == status.status_id for thread in team.threads.values()):
            raise Refusal(400, "there are threads in this status")
        stream.statuses.remove(status)

    def _stream_and_person(self, team: Team, body: JsonObject) -> tuple[SimStream, str]:
        stream, user_id = team.stream(str(body["streamId"])), str(body["userId"])
        self._ledger.require_person(team, user_id)
        return stream, user_id

    def _stream_and_member(self, team: Team, body: JsonObject) -> tuple[SimStream, str]:
        stream, user_id = self._stream_and_person(team, body)
        if user_id not in stream.member_ids:
            raise Refusal(400, "that person is no member of this stream")
        return stream, user_id

    def _changed(self, team: Team, stream: SimStream, what: str, user_id: str) -> None:
        whose = "Bot" if user_id == self._ledger.bot_id else "User"
        self._ledger.tell(
            team,
            "stream",
            stream.stream_id,
            {
                "eventType": f"Stream.Update.{whose}.{what}",
                "teamId": team.team_id,
                "streamId": stream.stream_id,
                "userId": user_id,
                "initialUser": self._ledger.bot_id,
            },
        )
