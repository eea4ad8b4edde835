"""Registering handlers: `Router`, the one thing that a handler module exports."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from pathlib import Path
from typing import TypeAlias, TypeVar, cast

from bot.dispatch.context import Context
from bot.dispatch.filters import FieldCondition, Predicate, field_name, field_predicate, typed_fields
from bot.errors import RegistrationError
from bot.events import Event
from bot.events.names import KNOWN, canonical, suggestion

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
        self.name = name or _caller_module()
        self._entries: list[Route | Router] = []
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
        where = _caller()
        name = _event_name(event, where)
        _check_fields(name, fields, where)
        for predicate in filters:
            _check_filter(predicate, where)
        predicates = (*filters, *(field_predicate(key, value) for key, value in fields.items()))

        def register(function: Handler[E]) -> Handler[E]:
            place = _check_function(function, where)
            conditions = ", ".join(f"{field_name(key)}={value!r}" for key, value in fields.items())
            identity = (function, name, filters, conditions)
            if identity in self._taken:
                raise RegistrationError(f"{_name(function)} handles {name!r} already; remove one of the two", where)
            self._taken.add(identity)
            route = Route(
                name=f"{function.__module__}.{_name(function)}",
                event=name,
                predicates=predicates,
                run=cast("CallNext", function),
                fallback=fallback,
                where=place,
                conditions=", ".join(
                    filter(None, [conditions, *(getattr(one, "__name__", "filter") for one in filters)])
                ),
            )
            self._entries.append(route)
            return function

        return register

    def middleware(self, function: Middleware) -> Middleware:
        """Wrap all handlers of this router and of those that it includes; the first registered is the outermost.

        Raises:
            RegistrationError: the function is not async or does not take event, context and the next one.
        """
        _check_function(function, _caller(), size=3)
        self._middleware.append(function)
        return function

    def include(self, router: Router) -> None:
        """Add another router's handlers, after those registered so far.

        Raises:
            RegistrationError: it is included already, or includes this one.
        """
        where = _caller()
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

    def routes(self) -> Iterator[Route]:
        """Yield all handlers in the order in which they run, each inside its middleware."""
        for entry in self._entries:
            for route in entry.routes() if isinstance(entry, Router) else (entry,):
                yield self._wrapped(route)

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


def _event_name(event: str, where: str) -> str:
    if not event:
        raise RegistrationError("an event's name is a non-empty string, such as 'Call.created'", where)
    name = canonical(event)
    prefix = name.removesuffix("*")
    known = name in KNOWN or (name != prefix and (not prefix or any(one.startswith(prefix) for one in KNOWN)))
    if not known:
        meant = suggestion(name)
        if meant:
            raise RegistrationError(f"there is no event {event!r}; did you mean {meant!r}?", where)
    if "*" in name and (name.count("*") > 1 or (prefix and not prefix.endswith(".")) or name == prefix):
        raise RegistrationError(f"{event!r}: a star stands alone or after the last dot, as in 'Call.*'", where)
    return name


def _check_fields(event: str, fields: dict[str, FieldCondition], where: str) -> None:
    known = typed_fields(event)
    if known is None:
        return
    for key in fields:
        if field_name(key) not in known:
            close = get_close_matches(key, known, n=1)
            hint = f"did you mean {close[0]!r}?" if close else f"it has {', '.join(sorted(known))}."
            raise RegistrationError(f"{event} has no field {key!r}; {hint}", where)


def _check_filter(predicate: object, where: str) -> None:
    if not callable(predicate) or inspect.iscoroutinefunction(predicate):
        raise RegistrationError(f"a filter is a plain function of the event, not {predicate!r}", where)


def _check_function(function: object, where: str, size: int = 2) -> str:
    if not inspect.iscoroutinefunction(function):
        raise RegistrationError(f"{_name(function)} is not async; write 'async def'", where)
    try:
        inspect.signature(function).bind(*[None] * size)
    except TypeError as error:
        wanted = "(event, ctx)" if size == 2 else "(event, ctx, call_next)"  # noqa: PLR2004 - event and context
        raise RegistrationError(f"{_name(function)} must take {wanted}: {error}", where) from error
    code = getattr(inspect.unwrap(function), "__code__", None)
    return _short(f"{code.co_filename}:{code.co_firstlineno}") if code else where


def _name(function: object) -> str:
    return str(getattr(function, "__qualname__", function))


def _caller() -> str:
    frame = sys._getframe(2)  # noqa: SLF001 - the documented way to a caller's line without a traceback's cost
    return _short(f"{frame.f_code.co_filename}:{frame.f_lineno}")


def _caller_module() -> str:
    return str(sys._getframe(2).f_globals.get("__name__", "router"))  # noqa: SLF001 - as above


def _short(where: str) -> str:
    try:
        return str(Path(where).relative_to(Path.cwd()))
    except ValueError:
        return where
