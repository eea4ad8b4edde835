"""What commands show of handlers."""

from __future__ import annotations

from collections.abc import Sequence

from bot.dispatch import Router


def handler_lines(router: Router) -> Sequence[str]:
    """Return a line for each handler: its event, its name, its conditions, and where it is."""
    routes = list(router.routes())
    if not routes:
        return ["  no handlers: every incoming call goes to the fallback"]
    event_width = max(len(route.event) for route in routes)
    name_width = max(len(route.name) for route in routes)
    return [
        f"  {route.event:<{event_width}}  {route.name:<{name_width}}  {route.where}"
        + (f"  if {route.conditions}" if route.conditions else "")
        for route in routes
    ]
