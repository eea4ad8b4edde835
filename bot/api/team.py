"""What the families of requests share: who sends them, and how lists in answers are read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from bot.api.spec import RequestSpec
from bot.errors import InDoubt
from bot.events import JsonObject, JsonValue
from bot.events.coerce import text, unpacked


class TeamRequests(Protocol):
    """What the typed requests need of a team."""

    @property
    def team_id(self) -> str:
        """The team."""
        ...

    async def request(self, spec: RequestSpec, body: Mapping[str, JsonValue]) -> JsonValue:
        """Send a request and return the ``data`` of its answer."""
        ...


async def ask_for_objects(team: TeamRequests, spec: RequestSpec, body: Mapping[str, JsonValue]) -> Sequence[JsonObject]:
    """Send a request that answers with a list of objects.

    An object instead of a list is a list of one; what is no object in it is left out. Either may be JSON
    inside a string, as in other answers of the platform.

    Args:
        team: what sends it.
        spec: the kind of request.
        body: its fields.

    Raises:
        InDoubt: the answer holds something else.
        ApiError: as `TeamRequests.request`.
    """
    data = unpacked(await team.request(spec, body))
    if data is None:
        return ()
    entries = [data] if isinstance(data, dict) else data
    if not isinstance(entries, list):
        raise InDoubt("unreadable data in the answer", path=spec.path, team_id=team.team_id)
    return tuple(entry for entry in map(unpacked, entries) if isinstance(entry, dict))


def first_text(data: JsonObject, *names: str) -> str | None:
    """Return the first of some fields that holds a text or a number that is one."""
    return next((found for name in names if (found := text(data.get(name))) is not None), None)


def texts(value: JsonValue) -> Sequence[str]:
    """Return the texts of a list, or of a single value; without those that are empty."""
    inner = unpacked(value)
    entries = inner if isinstance(inner, list) else [inner]
    return tuple(found for entry in entries if (found := text(entry)) is not None)
