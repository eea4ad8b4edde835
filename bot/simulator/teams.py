"""What the platform keeps of each team: streams with their statuses, threads, outside contacts, files."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, TypeVar

from bot.events import JsonValue
from bot.simulator.line import DEFAULT_TEAM, Line
from bot.simulator.payloads import Payload, Place
from bot.simulator.refusal import Refusal

MOST_KEPT: Final = 1_000
"""How many things of a kind a bot may make in one team before the simulator refuses."""

STATUS_TYPES: Final = ("Wait", "inProgress", "Done")
"""What a status can mean. The documents write the second ``In Progress`` in one place: that is taken too."""

T = TypeVar("T")


@dataclass(slots=True, kw_only=True, eq=False)
class SimStatus:
    """A place in a stream where threads can be.

    Attributes:
        status_id: its id.
        name: for people to read.
        type: one of `STATUS_TYPES`.
        color: such as ``#c0c0c0``.
    """

    status_id: str
    name: str
    type: str
    color: str = "#c0c0c0"


@dataclass(slots=True, kw_only=True, eq=False)
class SimStream:
    """A business process.

    Attributes:
        stream_id: its id.
        name: for people to read.
        created_at: unix seconds.
        statuses: in their order.
        member_ids: who takes part, the administrators among them.
        admin_ids: who may change it.
    """

    stream_id: str
    name: str
    created_at: float
    statuses: list[SimStatus] = field(default_factory=list)
    member_ids: list[str] = field(default_factory=list)
    admin_ids: list[str] = field(default_factory=list)

    def status(self, status_id: str) -> SimStatus:
        """Return a status.

        Raises:
            Refusal: 400, the stream has none of this id.
        """
        for status in self.statuses:
            if status.status_id == status_id:
                return status
        raise Refusal(400, "there is no such status in this stream")


@dataclass(slots=True, kw_only=True, eq=False)
class SimThread:
    """A task: the one that was made for a call, or one that the bot has made.

    Attributes:
        thread_id: its id.
        stream_id: the business process that it is in.
        status_id: where in that.
        title: for people to read.
        created_at: unix seconds.
        updated_at: unix seconds; comments count too.
        customer_ids: the outside customers, the first one foremost.
        follower_ids: who follows it.
        responsible_id: who is responsible; empty for nobody.
        deadline: empty, or beginning (or null) and end in milliseconds.
        fields: what else was set: ``budget``, ``priority``, ``points``, ``timetocompletion``.
        description: the parts of its description.
        description_id: the description's id; empty before there is one.
    """

    thread_id: str
    stream_id: str
    status_id: str
    title: str
    created_at: float
    updated_at: float
    customer_ids: list[str] = field(default_factory=list)
    follower_ids: list[str] = field(default_factory=list)
    responsible_id: str = ""
    deadline: list[JsonValue] = field(default_factory=list)
    fields: Payload = field(default_factory=dict)
    description: list[JsonValue] = field(default_factory=list)
    description_id: str = ""


@dataclass(slots=True, kw_only=True, eq=False)
class SimFile:
    """A file that the bot has asked a place for.

    Attributes:
        file_id: its id.
        name: the file's name.
        created_at: unix seconds.
        size: bytes, as announced or as uploaded.
        author_id: whose it is.
        stream_id: the stream that it belongs to, if any.
        thread_id: the thread that it belongs to, if any.
        content: what has been uploaded; None before.
    """

    file_id: str
    name: str
    created_at: float
    size: int
    author_id: str
    stream_id: str | None = None
    thread_id: str | None = None
    content: bytes | None = None


class Team:
    """What is kept of one team.

    Args:
        team_id: its id.

    Attributes:
        team_id: its id.
        streams: by id.
        threads: by id.
        customers: the outside contacts that the bot has made, as they are answered, by id.
        files: by id.
    """

    def __init__(self, team_id: str) -> None:
        self.team_id = team_id
        self.streams: dict[str, SimStream] = {}
        self.threads: dict[str, SimThread] = {}
        self.customers: dict[str, Payload] = {}
        self.files: dict[str, SimFile] = {}

    def ensure_stream(self, stream_id: str, *, at: float) -> SimStream:
        """Return a stream; makes it, with the three statuses that the platform gives a new one, if it is not there."""
        if (stream := self.streams.get(stream_id)) is None:
            names = zip(STATUS_TYPES, ("Waiting", "In progress", "Done"), strict=True)
            statuses = [
                SimStatus(status_id=_derived_id(self.team_id, stream_id, kind), name=name, type=kind)
                for kind, name in names
            ]
            stream = self.streams[stream_id] = SimStream(
                stream_id=stream_id, name=f"Stream {stream_id}", created_at=at, statuses=statuses
            )
        return stream

    def stream(self, stream_id: str) -> SimStream:
        """Return a stream.

        Raises:
            Refusal: 400, the team has none of this id.
        """
        return _found(self.streams, stream_id, "stream")

    def thread(self, thread_id: str) -> SimThread:
        """Return a thread; errors as for `stream`."""
        return _found(self.threads, thread_id, "thread")

    def open_thread(self, place: Place) -> None:
        """Make the thread of a call."""
        stream = self.ensure_stream(place.stream_id, at=place.created_at)
        self.threads[place.thread_id] = SimThread(
            thread_id=place.thread_id,
            stream_id=place.stream_id,
            status_id=stream.statuses[0].status_id if stream.statuses else "",
            title=f"Call from {place.originator.phone}",
            created_at=place.created_at,
            updated_at=place.created_at,
            customer_ids=[place.originator.contact_id or ""],
        )

    def customer_with(self, phone: str) -> str | None:
        """Return whose number it is among the outside contacts that the bot has made; None for nobody's."""
        for contact_id, entry in self.customers.items():
            basic = entry["basicData"]
            if isinstance(basic, dict) and isinstance(phones := basic.get("phone"), list) and phone in phones:
                return contact_id
        return None


class Teams:
    """All teams; a stranger's id is none.

    Args:
        at: when the first one was founded, unix seconds.
    """

    def __init__(self, at: float) -> None:
        self._teams: dict[str, Team] = {}
        self.found(DEFAULT_TEAM, at=at)

    def found(self, team_id: str, *, at: float) -> Team:
        """Return a team; makes it, with the stream of the usual line in it, if it is not there."""
        if (team := self._teams.get(team_id)) is None:
            team = self._teams[team_id] = Team(team_id)
            team.ensure_stream(Line().stream_id, at=at)
        return team

    def of(self, team_id: str) -> Team:
        """Return a team.

        Raises:
            Refusal: 400, there is none of this id.
        """
        return _found(self._teams, team_id, "team", "")


def room_for_one_more(kept: Mapping[str, object], what: str) -> None:
    """Refuse to keep more than the simulator is made for.

    Raises:
        Refusal: 400.
    """
    if len(kept) >= MOST_KEPT:
        raise Refusal(400, f"the simulator keeps at most {MOST_KEPT} {what} of a team")


def _found(kept: Mapping[str, T], wanted: str, what: str, where: str = " in this team") -> T:
    if (found := kept.get(wanted)) is None:
        raise Refusal(400, f"there is no such {what}{where}")
    return found


def _derived_id(*parts: str) -> str:
    return hashlib.sha256(" ".join(parts).encode()).hexdigest()[:24]
