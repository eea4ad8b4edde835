"""What commands show of handlers."""

from __future__ import annotations

from collections.abc import Sequence

from bot.dispatch import Router
from bot.flow import FlowRoute


def handler_lines(router: Router) -> Sequence[str]:
    """Return a line for each flow and each handler: what starts it, its name, where it is, and its conditions."""
    rows = [
        ("a call" if flow.predicates is not None else "a transfer", flow.name, flow.where, _of_flow(flow))
        for flow in router.flows()
    ]
    rows += [(route.event, route.name, route.where, route.conditions) for route in router.routes()]
    if not rows:
        return ["  no handlers: every incoming call goes to the fallback"]
    start_width, name_width = (max(len(row[column]) for row in rows) for column in range(2))
    return [
        f"  {start:<{start_width}}  {name:<{name_width}}  {where}" + (f"  if {conditions}" if conditions else "")
        for start, name, where, conditions in rows
    ]


def _of_flow(flow: FlowRoute) -> str:
    """Return the conditions of a flow; one that is reached by a transfer has none."""
    return flow.conditions if flow.predicates is not None else ""
