"""The requests that are about no call: threads, comments, contacts, streams and files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from aiohttp import web

from bot.events import JsonObject, JsonValue
from bot.simulator.comment_actions import CommentActions
from bot.simulator.contact_actions import ContactActions
from bot.simulator.file_actions import FileActions
from bot.simulator.ledger import Ledger, RecordAction
from bot.simulator.stream_actions import StreamActions
from bot.simulator.thread_actions import ThreadActions


class Records:
    """The requests about records, carried out on checked bodies.

    Args:
        ledger: the records.
    """

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._files = FileActions(ledger)
        families = (
            ThreadActions(ledger),
            CommentActions(ledger),
            ContactActions(ledger),
            StreamActions(ledger),
            self._files,
        )
        self._actions: Mapping[str, RecordAction] = {
            path: action for family in families for path, action in family.actions.items()
        }

    def __contains__(self, path: object) -> bool:
        """Return whether a request is one of these."""
        return path in self._actions

    def perform(self, path: str, team_id: str, body: JsonObject) -> JsonValue:
        """Carry a request out.

        Args:
            path: one of these requests.
            team_id: the team that it is made for, which is there.
            body: its fields, checked.

        Returns:
            The answer's ``data``; None if it has none.

        Raises:
            Refusal: 400; it had no effect.
        """
        return self._actions[path](self._ledger.team(team_id), body)

    def require_team(self, team_id: str) -> None:
        """Refuse requests for a team that is not there.

        Raises:
            Refusal: 400.
        """
        self._ledger.team(team_id)

    def routes(self) -> Sequence[web.RouteDef]:
        """Return the routes by which files are put and fetched."""
        return self._files.routes()
