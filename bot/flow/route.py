"""Which calls start which flow."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bot.events import CallCreated, Event
from bot.flow.call import FlowFunction


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowRoute:
    """A registered flow.

    Attributes:
        name: ``module.function``, which names it in the journal; a flow that is renamed cannot be resumed.
        function: the flow.
        version: raised by the author when a change makes calls under way diverge; those end in the fallback.
        predicates: conditions on the beginning of a call, all of which must hold; None for a flow that no
            call starts by itself (it is reached by `Call.transfer`).
        where: ``file:line`` of the function.
        conditions: the conditions as written, for people.
    """

    name: str
    function: FlowFunction
    version: int
    predicates: Sequence[Callable[[Event], bool]] | None
    where: str
    conditions: str

    def starts(self, event: CallCreated) -> bool:
        """Return whether a call starts this flow."""
        return self.predicates is not None and all(predicate(event) for predicate in self.predicates)
