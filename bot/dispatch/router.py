"""Registering handlers: `Router`, the one thing that a handler module exports."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import TypeAlias, TypeVar, cast

from bot.dispatch.context import Context
from bot.dispatch.filters import FieldCondition, Predicate, field_predicate
from bot.dispatch.registration import (
    caller,
    caller_module,
    check_fields,
    check_filter,
    check_function,
    described,
    event_name,
    function_name,
)
from bot.errors import RegistrationError
from bot.events import Event
from bot.events.names import CALL_CREATED
from bot.flow import FlowFunction, FlowRoute

F = TypeVar("F", bound=FlowFunction)
E = TypeVar("E", bound=Event)

Handler: TypeAlias = Callable[[E, Context], Awaitable[None]]
"""An async function of an event and a context."""

CallNext: TypeAlias = Callable[[Event, Context], Awaitable[None]]
"""What a middleware calls to go on: the next middleware, or the handler."""

Middleware: TypeAlias = Callable[[Event, Context, CallNext], Awaitable[None]]
"""Wraps the handlers of a router: does something before, after, around or instead of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """A registered handler.

    Attributes:
        name: ``module.function``, which names it in logs, metrics and dead letters.
        event: the event's name, or a prefix such as ``Call.*``, or ``*``.
        predicates: conditions, all of which must hold.
        run: the handler inside its middleware.
        fallback: whether its failure sends the call to the fallback.
        where: ``file:line`` of the handler.
        conditions: the conditions as written, for people.
    """

    name: str
    event: str
    predicates: tuple[Predicate, ...]
    run: CallNext
    fallback: bool
    where: str
    conditions: str

    def matches(self, event: Event) -> bool:
        """Return whether the conditions hold; the name is looked at elsewhere."""
        return all(predicate(event) for predicate in self.predicates)


class Router:
    """Handlers and what wraps them; routers nest.

    Args:
        name: for people; the module that makes it by default.
    """

    def __init__(self, name: str | None = None) -> None:
        self.name = name or caller_module()
        self._entries: list[Route | FlowRoute | Router] = []
        self._middleware: list[Middleware] = []
        self._taken: set[tuple[object, ...]] = set()

    def on(
        self, event: str, *filters: Predicate, fallback: bool = True, **fields: FieldCondition
    ) -> Callable[[Handler[E]], Handler[E]]:
        """Register an async function for an event.

        Args:
            event: an event's name, a prefix such as ``Call.*``, or ``*`` for all. Older names are accepted.
            filters: functions of the event that say whether the handler wants it.
            fallback: whether a call is sent to the fallback when this handler fails for good. Turn it
                off for handlers that only watch.
            fields: conditions on fields in snake_case; ``team``, ``thread``, ``stream`` and ``user`` are
                short for their ids. A value, a collection of values, or a function of the value.

        Raises:
            RegistrationError: the name looks misspelt, a field does not exist, the function is not
                async or does not take an event and a context, or it is registered like this already.
        """
        where = caller()
        name = event_name(event, where)
        check_fields(name, fields, where)
        for predicate in filters:
            check_filter(predicate, where)
        predicates = (*filters, *(field_predicate(key, value) for key, value in fields.items()))

        def register(function: Handler[E]) -> Handler[E]:
            place = check_function(function, where)
            conditions = described(fields, filters)
            identity = (function, name, filters, conditions)
            if identity in self._taken:
                raise RegistrationError(
                    f"{function_name(function)} handles {name!r} already; remove one of the two", where
                )
            self._taken.add(identity)
            route = Route(
                name=f"{function.__module__}.{function_name(function)}",
                event=name,
                predicates=predicates,
                run=cast("CallNext", function),
                fallback=fallback,
                where=place,
                conditions=conditions,
            )
            self._entries.append(route)
            return function

        return register

    def call(self, *filters: Predicate, version: int = 1, **fields: FieldCondition) -> Callable[[F], F]:
        """Register an async function that is a phone call, from its first ring to its end.

        When a call begins, the first flow whose conditions hold runs for it, and no other.

        Args:
            filters: functions of the `CallCreated` event.
            version: raise it with a change that calls under way cannot go along with; they end in the fallback.
            fields: conditions on fields of the event: ``incoming``, ``team``, ``stream``, ``destination``,
                ``call_type``, and so on.

        Raises:
            RegistrationError: a field does not exist, the function is not async or does not take a call, or
                it is a flow already.
        """
        where = caller()
        renamed = {"destination_id" if key == "destination" else key: value for key, value in fields.items()}
        check_fields(CALL_CREATED, renamed, where)
        for predicate in filters:
            check_filter(predicate, where)
        predicates = (*filters, *(field_predicate(key, value) for key, value in renamed.items()))
        return self._flow(where, version, predicates, described(renamed, filters))

    def flow(self, *, version: int = 1) -> Callable[[F], F]:
        """Register an async function that is a call which another flow hands over by `Call.transfer`.

        Args:
            version: as for `call`.

        Raises:
            RegistrationError: the function is not async, or it is a flow already.
        """
        return self._flow(caller(), version, None, "by transfer")

    def middleware(self, function: Middleware) -> Middleware:
        """Wrap all handlers of this router and of those that it includes; the first registered is the outermost.

        Raises:
            RegistrationError: the function is not async or does not take event, context and the next one.
        """
        check_function(function, caller(), "(event, ctx, call_next)")
        self._middleware.append(function)
        return function

    def include(self, router: Router) -> None:
        """Add another router's handlers, after those registered so far.

        Raises:
            RegistrationError: it is included already, or includes this one.
        """
        where = caller()
        if self in (router, *router.nested()):
            raise RegistrationError(f"router {router.name!r} would include itself", where)
        if router in self.nested():
            raise RegistrationError(f"router {router.name!r} is included already", where)
        self._entries.append(router)

    def nested(self) -> Iterator[Router]:
        """Yield the routers below this one."""
        for entry in self._entries:
            if isinstance(entry, Router):
                yield entry
                yield from entry.nested()

    def flows(self) -> Iterator[FlowRoute]:
        """Yield all flows in the order in which they are matched."""
        for entry in self._entries:
            if isinstance(entry, Router):
                yield from entry.flows()
            elif isinstance(entry, FlowRoute):
                yield entry

    def routes(self) -> Iterator[Route]:
        """Yield all handlers in the order in which they run, each inside its middleware."""
        for entry in self._entries:
            if isinstance(entry, Router):
                yield from map(self._wrapped, entry.routes())
            elif isinstance(entry, Route):
                yield self._wrapped(entry)

    def _flow(
        self, where: str, version: int, predicates: tuple[Predicate, ...] | None, conditions: str
    ) -> Callable[[F], F]:
        def register(function: F) -> F:
            place = check_function(function, where, "(call)" if predicates is not None else "")
            if (function, "flow") in self._taken:
                raise RegistrationError(f"{function_name(function)} is a flow already; remove one of the two", where)
            self._taken.add((function, "flow"))
            route = FlowRoute(
                name=f"{function.__module__}.{function_name(function)}",
                function=function,
                version=version,
                predicates=predicates,
                where=place,
                conditions=conditions,
            )
            self._entries.append(route)
            return function

        return register

    def _wrapped(self, route: Route) -> Route:
        run = route.run
        for function in reversed(self._middleware):
            run = _Link(function, run)
        return replace(route, run=run)


@dataclass(frozen=True, slots=True)
class _Link:
    function: Middleware
    inner: CallNext = field(repr=False)

    def __call__(self, event: Event, context: Context) -> Awaitable[None]:
        return self.function(event, context, self.inner)
