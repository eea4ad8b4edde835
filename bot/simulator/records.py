"""What requests do to comments, contacts and threads.

Source: the platform's documents of its requests. They leave open how many
comments come at once and in which order (here: at most `PAGE`, the oldest
first), and what is answered about ids that do not exist (here: nothing).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final, TypeAlias

from bot.events import CallKey, JsonObject, JsonValue
from bot.simulator.call import SimCall
from bot.simulator.comments import SimComment, text_part
from bot.simulator.entries import caller_entry, contact_entry, thread_entry
from bot.simulator.line import Line
from bot.simulator.outlet import Surroundings
from bot.simulator.payloads import Payload
from bot.simulator.people import Contact
from bot.simulator.refusal import Refusal

PAGE: Final = 100
"""How many comments one answer holds at most."""

_TEXT: Final = "text"
_BILLING_TYPES: Final = ("users", "contacts", "bots")
_NOT_SIMULATED: Final = (
    "ltUpdatedAt",
    "gtUpdatedAt",
    "deadline",
    "responsibleUserId",
    "title",
    "roles",
    "createdAt",
    "updatedAt",
)

RecordAction: TypeAlias = Callable[[str, JsonObject], JsonValue]


class Records:
    """The requests of comments, contacts and threads, carried out on checked bodies.

    Args:
        calls: the calls by key, ended ones too; each has a thread.
        contacts: the people of every team, by id.
        around: the simulator's parts.
        bot_id: who writes the comments of the bot.

    Attributes:
        actions: what each request does, by path, given the team and the body.
    """

    def __init__(
        self,
        calls: Mapping[CallKey, SimCall],
        contacts: Mapping[str, Contact],
        around: Surroundings,
        bot_id: str,
    ) -> None:
        self._calls = calls
        self._contacts = contacts
        self._around = around
        self._bot_id = bot_id
        self.actions: Mapping[str, RecordAction] = {
            "comment/create": self._create_comment,
            "comment/read": self._read_comments,
            "contact/read": self._read_contacts,
            "thread/read": self._read_threads,
        }

    def _create_comment(self, team_id: str, body: JsonObject) -> JsonValue:
        if body.get("type") not in (None, "", _TEXT):
            raise Refusal(400, "comments of the simulator are of type text")
        thread_id, stream_id, to = (_text(body, name) for name in ("threadId", "streamId", "to"))
        call = self._call_in(team_id, thread_id) if thread_id else None
        if stream_id and stream_id not in self._streams(team_id):
            raise Refusal(400, "there is no such stream in this team")
        if to and to not in self._people(team_id):
            raise Refusal(400, "there is no such contact in this team")
        comment = SimComment(
            comment_id=self._around.new_id(),
            team_id=team_id,
            thread_id=thread_id,
            stream_id=call.place.stream_id if call else stream_id,
            to=to,
            author=self._bot_id,
            attachments=[text_part(str(body["text"]))],
            at=self._around.clock.now(),
        )
        self._publish(comment, call)
        return {"commentId": comment.comment_id}

    def _publish(self, comment: SimComment, call: SimCall | None) -> None:
        if call is not None:
            call.post(comment)
            return
        self._around.comments.add(comment)
        if comment.stream_id is not None:
            self._around.deliveries.post(CallKey(comment.team_id, "stream", comment.stream_id), comment.as_event())

    def _read_comments(self, team_id: str, body: JsonObject) -> JsonValue:
        skip = body.get("skip") or 0
        if not isinstance(skip, int) or skip < 0:
            raise Refusal(400, "skip must be a whole number from 0")
        kind = _text(body, "type")
        found = self._around.comments.find(
            team_id,
            thread_id=_text(body, "threadId"),
            stream_id=_text(body, "streamId"),
            comment_id=_text(body, "commentId"),
            kind="" if kind == _TEXT else kind,
        )
        return [comment.as_entry() for comment in found[skip : skip + PAGE]]

    def _read_contacts(self, team_id: str, body: JsonObject) -> JsonValue:
        billing_type = _text(body, "billingType")
        if billing_type not in (None, *_BILLING_TYPES):
            raise Refusal(400, f"billingType must be one of {', '.join(_BILLING_TYPES)}")
        ids = _ids(body, "userId", "userIds")
        number = _text(body, "customField")
        return [
            entry
            for contact_id, entry in self._people(team_id).items()
            if (ids is None or contact_id in ids)
            and (billing_type is None or entry["billingType"] == billing_type)
            and (number is None or number in _phones(entry))
        ]

    def _read_threads(self, team_id: str, body: JsonObject) -> JsonValue:
        if asked := [name for name in _NOT_SIMULATED if body.get(name) is not None]:
            raise Refusal(400, f"the simulator does not choose threads by {asked[0]}")
        wanted = {
            "threadId": _ids(body, "threadId"),
            "streamId": _ids(body, "streamId"),
            "status": _ids(body, "status", "statusId", "statusIds"),
            "customerId": _ids(body, "customerId", "customerIds"),
            "type": _ids(body, "type"),
        }
        given = [(name, values) for name, values in wanted.items() if values is not None]
        return [entry for entry in self._threads(team_id) if all(entry[name] in values for name, values in given)]

    def _threads(self, team_id: str) -> Iterator[Payload]:
        changed = {comment.thread_id: comment.at for comment in self._around.comments.find(team_id)}
        for call in self._calls_of(team_id):
            yield thread_entry(call.place, changed.get(call.thread_id, call.place.created_at))

    def _call_in(self, team_id: str, thread_id: str) -> SimCall:
        call = self._calls.get(CallKey(team_id, "thread", thread_id))
        if call is None:
            raise Refusal(400, "there is no such thread in this team")
        return call

    def _calls_of(self, team_id: str) -> Iterator[SimCall]:
        return (call for call in self._calls.values() if call.team_id == team_id)

    def _streams(self, team_id: str) -> set[str]:
        return {Line().stream_id, *(call.place.stream_id for call in self._calls_of(team_id))}

    def _people(self, team_id: str) -> Mapping[str, Payload]:
        """Return everybody whom a team knows: its own people, and who has called."""
        callers = (caller_entry(call.place) for call in self._calls_of(team_id))
        own = (contact_entry(contact, team_id) for contact in self._contacts.values())
        return {str(entry["_id"]): entry for entry in (*callers, *own)}


def _text(body: JsonObject, name: str) -> str | None:
    value = body.get(name)
    return value if isinstance(value, str) and value else None


def _ids(body: JsonObject, *names: str) -> Sequence[JsonValue] | None:
    """Return what is asked for under some names, each a value or a list; None where nothing is."""
    values = [value for name in names if (value := body.get(name)) not in (None, "", [])]
    if not values:
        return None
    return [entry for value in values for entry in (value if isinstance(value, list) else [value])]


def _phones(entry: Payload) -> Sequence[JsonValue]:
    basic = entry["basicData"]
    phones = basic["phone"] if isinstance(basic, dict) else []
    return phones if isinstance(phones, list) else []
