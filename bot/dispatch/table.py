"""Which handlers want an event."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from bot.dispatch.context import Context
from bot.dispatch.router import Route
from bot.events import Event
from bot.events.names import KNOWN


class RouteTable:
    """Routes, looked up by an event's name.

    Args:
        routes: all routes, in the order in which they run.
    """

    def __init__(self, routes: Iterable[Route]) -> None:
        self.routes: Sequence[Route] = tuple(routes)
        self._known = {name: self._named(name) for name in KNOWN}

    def match(self, event: Event) -> Sequence[Route]:
        """Return the handlers of an event, in order."""
        found = self._known.get(event.event_type)
        if found is None:
            found = self._named(event.event_type)
        return [wanted for route in found if (wanted := _wanted(route, event)) is not None]

    def by_name(self, handler: str) -> Sequence[Route]:
        """Return the routes of one handler."""
        return [route for route in self.routes if route.name == handler]

    def _named(self, name: str) -> Sequence[Route]:
        return tuple(route for route in self.routes if _covers(route.event, name))


def _wanted(route: Route, event: Event) -> Route | None:
    """Return the route if its conditions hold; if one of them raises, a route that fails with that error."""
    if not route.predicates:
        return route
    try:
        return route if route.matches(event) else None
    except Exception as error:  # noqa: BLE001 - a condition is the user's code; its failure is the handler's
        return replace(route, run=_Broken(error))


@dataclass(frozen=True, slots=True)
class _Broken:
    error: Exception

    async def __call__(self, _event: Event, _context: Context) -> None:
        raise self.error


def _covers(pattern: str, name: str) -> bool:
    if pattern.endswith("*"):
        return name.startswith(pattern[:-1])
    return name == pattern
