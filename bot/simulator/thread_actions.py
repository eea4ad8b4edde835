"""What requests do to threads.

Every change is told to the bot, its own changes too. Source: the platform's
documents of its requests and events. They leave open what happens to the status
of a thread that is put into another stream: here it gets that stream's first one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from bot import wire
from bot.events import JsonObject, JsonValue
from bot.simulator.entries import thread_entry
from bot.simulator.ledger import RecordAction, RecordFamily, text_of, texts_of
from bot.simulator.payloads import Payload, milliseconds
from bot.simulator.refusal import Refusal
from bot.simulator.teams import SimThread, Team, room_for_one_more

_NOT_SIMULATED: Final = ("deadline", "roles", "createdAt", "updatedAt")
_PRIORITIES: Final = ("HIGH", "NORMAL")
_DEADLINE: Final = 2

_FIELDS: Final = {
    "budget": ("budget", "budget", "budget"),
    "points": ("points", "points", "mainRank"),
    "timetoc": ("timetocompletion", "toc", "resource"),
}
"""The numbers of a thread, by the end of the request's path: the request's field, the event's end and its field."""


class ThreadActions(RecordFamily):
    """The requests of threads."""

    @property
    def actions(self) -> Mapping[str, RecordAction]:
        """What each request does, by path."""
        return {
            "thread/read": self._read,
            "thread/create": self._create,
            "thread.status": self._set_status,
            "thread.stream": self._set_stream,
            "thread.title": self._set_title,
            "thread.responsible/set": self._set_responsible,
            "thread.responsible/remove": self._remove_responsible,
            "thread.followers/set": self._set_follower,
            "thread.followers/remove": self._remove_follower,
            "thread.customer/add": self._add_customers,
            "thread.customer/remove": self._remove_customers,
            "thread.fields.deadline": self._set_deadline,
            "thread.fields.priority": self._set_priority,
            **{f"thread.fields.{name}": self._setter(name) for name in _FIELDS},
            "thread.description/read": self._read_description,
            "thread.description/set": self._set_description,
            "thread.description/addcontent": self._add_description,
        }

    def _read(self, team: Team, body: JsonObject) -> JsonValue:
        if asked := [name for name in _NOT_SIMULATED if body.get(name) is not None]:
            raise Refusal(400, f"the simulator does not choose threads by {asked[0]}")
        wanted = {
            "threadId": texts_of(body, "threadId"),
            "streamId": texts_of(body, "streamId"),
            "status": texts_of(body, "status", "statusId", "statusIds"),
            "customerId": texts_of(body, "customerId", "customerIds"),
            "responsibleUserId": texts_of(body, "responsibleUserId"),
            "title": texts_of(body, "title"),
            "type": texts_of(body, "type"),
        }
        given = [(name, values) for name, values in wanted.items() if values is not None]
        before, after = (_number(body, name) for name in ("ltUpdatedAt", "gtUpdatedAt"))
        return [
            entry
            for thread, entry in self._entries(team)
            if all(entry[name] in values for name, values in given)
            and (before is None or thread.updated_at < before)
            and (after is None or thread.updated_at > after)
        ]

    def _create(self, team: Team, body: JsonObject) -> JsonValue:
        room_for_one_more(team.threads, "threads")
        stream, status_id = team.stream(str(body["streamId"])), str(body["statusId"])
        stream.status(status_id)
        customer, responsible, follower = (text_of(body, name) for name in ("customerId", "responsibleUserId", "roles"))
        self._ledger.require_person(team, *filter(None, (customer, responsible, follower)))
        now = self._ledger.now()
        thread = SimThread(
            thread_id=self._ledger.around.new_id(),
            stream_id=stream.stream_id,
            status_id=status_id,
            title=text_of(body, "title") or "",
            created_at=now,
            updated_at=now,
            customer_ids=[customer] if customer else [],
            follower_ids=[follower] if follower else [],
            responsible_id=responsible or "",
            deadline=_deadline(body),
        )
        self._describe(thread, body.get("description") or [])
        team.threads[thread.thread_id] = thread
        self._ledger.changed(
            team, thread, "Thread.created", title=thread.title, responsibleUserId=thread.responsible_id
        )
        return {"threadId": thread.thread_id}

    def _set_status(self, team: Team, body: JsonObject) -> JsonValue:
        thread, status_id = _thread(team, body), str(body["statusId"])
        team.stream(thread.stream_id).status(status_id)
        before, thread.status_id = thread.status_id, status_id
        return self._changed(team, thread, "status", statusId=status_id, prevStatusId=before)

    def _set_stream(self, team: Team, body: JsonObject) -> JsonValue:
        thread, stream = _thread(team, body), team.stream(str(body["streamId"]))
        before, thread.stream_id = thread.stream_id, stream.stream_id
        if before != stream.stream_id:
            thread.status_id = stream.statuses[0].status_id if stream.statuses else ""
        return self._changed(team, thread, "stream", prevStreamId=before)

    def _set_title(self, team: Team, body: JsonObject) -> None:
        thread = _thread(team, body)
        thread.title = str(body["title"])
        self._changed(team, thread, "title", title=thread.title)

    def _set_responsible(self, team: Team, body: JsonObject) -> JsonValue:
        thread, user_id = self._thread_and_person(team, body)
        thread.responsible_id = user_id
        return self._changed(team, thread, "Responsible.set", responsibleUserId=user_id)

    def _remove_responsible(self, team: Team, body: JsonObject) -> None:
        thread, user_id = self._thread_and_person(team, body)
        if thread.responsible_id != user_id:
            raise Refusal(400, "that person is not responsible for this thread")
        thread.responsible_id = ""
        self._changed(team, thread, "Responsible.remove", responsibleUserId=user_id)

    def _set_follower(self, team: Team, body: JsonObject) -> None:
        thread, user_id = self._thread_and_person(team, body)
        if user_id not in thread.follower_ids:
            thread.follower_ids.append(user_id)
            self._changed(team, thread, f"{self._follower(user_id)}.set", roleId=user_id)

    def _remove_follower(self, team: Team, body: JsonObject) -> None:
        thread, user_id = self._thread_and_person(team, body)
        if user_id not in thread.follower_ids:
            raise Refusal(400, "that person does not follow this thread")
        thread.follower_ids.remove(user_id)
        self._changed(team, thread, f"{self._follower(user_id)}.remove", roleId=user_id)

    def _add_customers(self, team: Team, body: JsonObject) -> None:
        thread, customer_ids = _thread(team, body), texts_of(body, "customerId", "customerIds") or ()
        self._ledger.require_person(team, *customer_ids)
        for customer_id in customer_ids:
            if customer_id not in thread.customer_ids:
                thread.customer_ids.append(customer_id)
                self._changed(team, thread, "Customer.set", customerId=customer_id)

    def _remove_customers(self, team: Team, body: JsonObject) -> None:
        thread, customer_ids = _thread(team, body), texts_of(body, "customerId", "customerIds") or ()
        if not set(customer_ids) <= set(thread.customer_ids):
            raise Refusal(400, "that person is no customer of this thread")
        for customer_id in dict.fromkeys(customer_ids):
            thread.customer_ids.remove(customer_id)
            self._changed(team, thread, "Customer.remove", customerId=customer_id)

    def _set_deadline(self, team: Team, body: JsonObject) -> JsonValue:
        thread = _thread(team, body)
        thread.deadline = _deadline(body)
        return self._changed(team, thread, "deadline", deadline=[*thread.deadline])

    def _set_priority(self, team: Team, body: JsonObject) -> JsonValue:
        thread, priority = _thread(team, body), body["priority"]
        if priority not in _PRIORITIES:
            raise Refusal(400, f"priority must be one of {', '.join(_PRIORITIES)}")
        thread.fields["priority"] = priority
        return self._changed(team, thread, "priority", priority=priority)

    def _setter(self, name: str) -> RecordAction:
        asked, event, told = _FIELDS[name]

        def set_number(team: Team, body: JsonObject) -> JsonValue:
            thread, value = _thread(team, body), body[asked]
            if not isinstance(value, int):
                raise Refusal(400, f"{asked} must be a whole number")
            thread.fields[asked] = value
            return self._changed(team, thread, event, **{told: value})

        return set_number

    def _read_description(self, team: Team, body: JsonObject) -> JsonValue:
        thread = _thread(team, body)
        if not thread.description_id:
            return []
        return [
            {
                "content": wire.encode(thread.description).decode(),
                "created": milliseconds(thread.created_at),
                "teamId": team.team_id,
                "descriptionId": thread.description_id,
                "threadId": thread.thread_id,
            }
        ]

    def _set_description(self, team: Team, body: JsonObject) -> JsonValue:
        thread = _thread(team, body)
        thread.description.clear()
        return self._described(team, thread, body["content"])

    def _add_description(self, team: Team, body: JsonObject) -> JsonValue:
        return self._described(team, _thread(team, body), body["content"])

    def _described(self, team: Team, thread: SimThread, content: JsonValue) -> JsonValue:
        self._describe(thread, content)
        written = wire.encode(thread.description).decode()
        self._ledger.changed(team, thread, "Thread.updated", fieldName="description", fieldPayload=written)
        return {"descriptionId": thread.description_id}

    def _describe(self, thread: SimThread, content: JsonValue) -> None:
        if isinstance(content, list) and content:
            thread.description.extend(content)
            thread.description_id = thread.description_id or self._ledger.around.new_id()

    def _thread_and_person(self, team: Team, body: JsonObject) -> tuple[SimThread, str]:
        thread, user_id = _thread(team, body), str(body["userId"])
        self._ledger.require_person(team, user_id)
        return thread, user_id

    def _follower(self, user_id: str) -> str:
        return "Bot.Follower" if user_id == self._ledger.bot_id else "Follower"

    def _changed(self, team: Team, thread: SimThread, what: str, **fields: JsonValue) -> Payload:
        self._ledger.changed(team, thread, f"Thread.Updated.{what}", **fields)
        return self._entry(team, thread)

    def _entries(self, team: Team) -> Iterator[tuple[SimThread, Payload]]:
        return ((thread, self._entry(team, thread)) for thread in team.threads.values())

    @staticmethod
    def _entry(team: Team, thread: SimThread) -> Payload:
        return thread_entry(thread, team.stream(thread.stream_id), team.team_id)


def _thread(team: Team, body: JsonObject) -> SimThread:
    return team.thread(str(body["threadId"]))


def _deadline(body: JsonObject) -> list[JsonValue]:
    value = body.get("deadline")
    if not isinstance(value, list) or not value:
        return []
    if not (len(value) == _DEADLINE and all(map(_is_moment, value)) and value[1] is not None):
        raise Refusal(400, "deadline must be its beginning (or null) and its end, in milliseconds")
    return [*value]


def _is_moment(value: JsonValue) -> bool:
    return value is None or (isinstance(value, int) and not isinstance(value, bool))


def _number(body: JsonObject, name: str) -> float | None:
    value = body.get(name)
    return value if isinstance(value, int | float) else None
