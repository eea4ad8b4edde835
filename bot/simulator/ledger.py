"""What the requests about records share: who is who in a team, and who is told of a change."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Literal, TypeAlias

from bot.events import CallKey, JsonObject, JsonValue
from bot.simulator.call import SimCall
from bot.simulator.entries import caller_entry, contact_entry
from bot.simulator.outlet import Surroundings
from bot.simulator.payloads import Payload
from bot.simulator.people import Contact
from bot.simulator.refusal import Refusal
from bot.simulator.teams import SimThread, Team, Teams

RecordAction: TypeAlias = Callable[[Team, JsonObject], JsonValue]
"""What a request does, given its team and its checked body; returns the answer's ``data``."""


class Ledger:
    """The records of all teams, and the way to the bot.

    Args:
        calls: the calls by key, ended ones too; each has a thread.
        contacts: the people, by id.
        teams: what is kept of each team.
        around: the simulator's parts.
        bot_id: who makes the requests.

    Attributes:
        around: the simulator's parts.
        bot_id: who makes the requests.
    """

    def __init__(
        self,
        calls: Mapping[CallKey, SimCall],
        contacts: Mapping[str, Contact],
        teams: Teams,
        around: Surroundings,
        bot_id: str,
    ) -> None:
        self.around = around
        self.bot_id = bot_id
        self._calls = calls
        self._contacts = contacts
        self._teams = teams

    def now(self) -> float:
        """Return the time, unix seconds."""
        return self.around.clock.now()

    def team(self, team_id: str) -> Team:
        """Return a team.

        Raises:
            Refusal: 400, there is none of this id.
        """
        return self._teams.of(team_id)

    def calls_of(self, team: Team) -> Iterator[SimCall]:
        """Return the calls of a team, the oldest first."""
        return (call for call in self._calls.values() if call.team_id == team.team_id)

    def call_of(self, team: Team, thread_id: str) -> SimCall | None:
        """Return the call that a thread was made for, if it was made for one."""
        return self._calls.get(CallKey(team.team_id, "thread", thread_id))

    def people(self, team: Team) -> Mapping[str, Payload]:
        """Return everybody whom a team knows: who has called, outside contacts, and its own people."""
        callers = (caller_entry(call.place) for call in self.calls_of(team))
        own = (
            contact_entry(contact, team.team_id)
            for contact in self._contacts.values()
            if contact.is_known_in(team.team_id)
        )
        return {str(entry["_id"]): entry for entry in (*callers, *team.customers.values(), *own)}

    def require_person(self, team: Team, *contact_ids: str) -> None:
        """Refuse ids of nobody; the bot itself is somebody.

        Raises:
            Refusal: 400, the team knows no such contact.
        """
        known = {self.bot_id, *self.people(team)}
        if not known.issuperset(contact_ids):
            raise Refusal(400, "there is no such contact in this team")

    def changed(self, team: Team, thread: SimThread, name: str, **fields: JsonValue) -> None:
        """Note a change of a thread and tell the bot, of its own changes too."""
        thread.updated_at = self.now()
        event: Payload = {
            "teamId": team.team_id,
            "eventType": name,
            "threadId": thread.thread_id,
            "streamId": thread.stream_id,
            "userId": self.bot_id,
            **fields,
        }
        call = self.call_of(team, thread.thread_id)
        if call is not None:
            call.outlet.tell(event)
        else:
            self.tell(team, "thread", thread.thread_id, event)

    def tell(self, team: Team, kind: Literal["thread", "stream"], place_id: str, event: Payload) -> None:
        """Post an event to the bot that belongs to no call."""
        now = self.now()
        self.around.timeline.add("event", "platform", str(event["eventType"]), at=now, elapsed=0.0, data=event)
        self.around.deliveries.post(CallKey(team.team_id, kind, place_id), event)


class RecordFamily(ABC):
    """Requests about one kind of record, carried out on checked bodies.

    Args:
        ledger: the records.
    """

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    @property
    @abstractmethod
    def actions(self) -> Mapping[str, RecordAction]:
        """What each request does, by path."""


def text_of(body: JsonObject, name: str) -> str | None:
    """Return a field of a checked body that is a text; None where it is absent or empty."""
    value = body.get(name)
    return value if isinstance(value, str) and value else None


def texts_of(body: JsonObject, *names: str) -> Sequence[str] | None:
    """Return what some fields ask for, each a text or a list of texts; None where none of them is there.

    Raises:
        Refusal: 400, a list holds something else.
    """
    values = [value for name in names if (value := body.get(name)) not in (None, "", [])]
    if not values:
        return None
    texts = [entry for value in values for entry in (value if isinstance(value, list) else [value])]
    if not all(isinstance(text, str) and text for text in texts):
        raise Refusal(400, f"{' and '.join(names)} must hold strings that are not empty")
    return [str(text) for text in texts]


def count_of(body: JsonObject, name: str, default: int) -> int:
    """Return a field that counts.

    Raises:
        Refusal: 400, it is no whole number from 0.
    """
    value = body.get(name)
    if value is None:
        return default
    if not isinstance(value, int) or value < 0:
        raise Refusal(400, f"{name} must be a whole number from 0")
    return value
