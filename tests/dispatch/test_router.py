from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest

from bot import CallCreated, Context, Event, MemberDtmf, Router
from bot.dispatch import CallNext, RouteTable
from bot.errors import RegistrationError
from tests.support.events import event


async def nothing(_event: Event, _ctx: Context) -> None:
    """Do nothing."""


def names(router: Router, *events: Event) -> list[list[str]]:
    table = RouteTable(router.routes())
    return [[route.name.rpartition(".")[2] for route in table.match(one)] for one in events]


def named(name: str) -> Callable[[Event, Context], Awaitable[None]]:
    async def handler(_event: Event, _ctx: Context) -> None:
        """Do nothing."""

    handler.__qualname__ = name
    return handler


def test_handlers_run_in_the_order_of_registration() -> None:
    router = Router()
    for name in ("first", "second", "third"):
        router.on("Call.created")(named(name))
    assert names(router, event("Call.created")) == [["first", "second", "third"]]


def test_a_prefix_covers_what_begins_with_it_known_or_not() -> None:
    router = Router()
    router.on("Call.*")(named("calls"))
    router.on("Call.Member.*")(named("members"))
    router.on("*")(named("all"))
    found = names(router, event("Call.Member.dtmf"), event("Call.Member.juggled"), event("Thread.created"))
    assert found == [["calls", "members", "all"], ["calls", "members", "all"], ["all"]]


def test_older_names_are_the_current_ones() -> None:
    router = Router()
    router.on("call.started")(named("one"))
    router.on("\u0421omment.direct")(named("two"))
    assert names(router, event("Call.created"), event("Comment.direct")) == [["one"], ["two"]]


@pytest.mark.parametrize(
    ("fields", "wanted"),
    [
        ({"stream": "s1"}, True),
        ({"stream_id": "s1"}, True),
        ({"stream": {"s1", "s2"}}, True),
        ({"stream": ["s2"]}, False),
        ({"status_id": "new", "previous_status_id": "old"}, True),
        ({"status_id": lambda value: str(value).startswith("n")}, True),
        ({"team": "other"}, False),
        ({"user_id": None}, True),
        ({"absent": 0}, False),
    ],
)
def test_conditions_on_fields(fields: dict[str, str], wanted: bool) -> None:
    router = Router()
    router.on("Thread.Updated.status", **fields)(named("handler"))  # type: ignore[arg-type]  # no field is called fallback
    found = names(router, event("Thread.Updated.status", streamId="s1", statusId="new", prevStatusId="old"))
    assert found == [["handler"] if wanted else []]


def test_a_condition_tells_false_from_zero() -> None:
    router = Router()
    router.on("Call.Member.Invite.ended", answered=False)(named("no"))
    router.on("Call.Member.Invite.ended", answered=0)(named("never"))
    found = names(router, event("Call.Member.Invite.ended", answered=False), event("Call.Member.Invite.ended"))
    assert found == [["no"], []]


def test_incoming_is_a_condition() -> None:
    router = Router()
    router.on("Call.created", incoming=True)(named("reception"))
    assert names(router, event("Call.created", type="thread-incoming"), event("Call.created", type="thread")) == [
        ["reception"],
        [],
    ]


def test_predicates_go_beside_conditions() -> None:
    router = Router()
    router.on("Call.Member.dtmf", lambda one: isinstance(one, MemberDtmf) and one.dtmf_number == "1", user="u1")(
        nothing
    )
    assert names(router, event("Call.Member.dtmf", dtmfNumber=1, userId="u1"))[0]
    assert not names(router, event("Call.Member.dtmf", dtmfNumber=2, userId="u1"))[0]
    assert not names(router, event("Call.Member.dtmf", dtmfNumber=1, userId="u2"))[0]


async def test_a_predicate_that_fails_is_the_handlers_failure() -> None:
    router = Router()
    router.on("Thread.created", lambda one: bool(one.raw["nothing"]))(nothing)
    (route,) = RouteTable(router.routes()).match(event("Thread.created"))
    with pytest.raises(KeyError):
        await route.run(event("Thread.created"), None)  # type: ignore[arg-type]  # it is not looked at


def test_a_misspelt_event_is_refused_with_a_suggestion_and_the_line() -> None:
    router = Router()
    with pytest.raises(RegistrationError, match=r"did you mean 'Call\.Member\.dtmf'\?") as caught:
        router.on("Call.Member.dtfm")
    assert "test_router.py:" in caught.value.where


def test_a_misspelt_prefix_is_refused() -> None:
    with pytest.raises(RegistrationError, match=r"did you mean 'Call\.Member\.\*'"):
        Router().on("Call.Membr.*")


def test_an_event_that_the_platform_may_add_tomorrow_is_accepted() -> None:
    router = Router()
    router.on("Invoice.paid")(named("paid"))
    router.on("Invoice.*")(named("any"))
    assert names(router, event("Invoice.paid")) == [["paid", "any"]]


@pytest.mark.parametrize("pattern", ["", "Call*", "Call.*.ended", "*.*"])
def test_a_star_stands_at_the_end_or_nowhere(pattern: str) -> None:
    with pytest.raises(RegistrationError):
        Router().on(pattern)


def test_a_field_that_the_event_does_not_have_is_refused() -> None:
    with pytest.raises(RegistrationError, match=r"Call\.created has no field 'dtmf_number'; it has"):
        Router().on("Call.created", dtmf_number="1")
    with pytest.raises(RegistrationError, match="did you mean 'dtmf_number'"):
        Router().on("Call.Member.dtmf", dtmf_numbr="1")


def test_a_plain_function_is_refused() -> None:
    def plain(_event: Event, _ctx: Context) -> None:
        """Forget to be async."""

    with pytest.raises(RegistrationError, match="write 'async def'"):
        Router().on("Call.created")(plain)  # type: ignore[arg-type]  # that is the mistake


def test_a_function_with_other_parameters_is_refused() -> None:
    async def short(_event: Event) -> None:
        """Forget the context."""

    with pytest.raises(RegistrationError, match=r"must take \(event, ctx\)"):
        Router().on("Call.created")(short)  # type: ignore[arg-type]  # that is the mistake
    with pytest.raises(RegistrationError, match=r"must take \(event, ctx, call_next\)"):
        Router().middleware(nothing)  # type: ignore[arg-type]  # that is the mistake


def test_an_async_filter_is_refused() -> None:
    async def later(_event: Event) -> bool:
        return True

    with pytest.raises(RegistrationError, match="a filter is a plain function"):
        Router().on("Call.created", later)  # type: ignore[arg-type]  # that is the mistake


def test_the_same_registration_twice_is_refused() -> None:
    router = Router()
    router.on("Call.created", incoming=True)(nothing)
    router.on("Call.created", incoming=False)(nothing)
    with pytest.raises(RegistrationError, match=r"handles 'Call\.created' already"):
        router.on("call.created", incoming=True)(nothing)


def test_routers_nest_in_order() -> None:
    inner, outer = Router("inner"), Router("outer")
    outer.on("Call.created")(named("before"))
    inner.on("Call.created")(named("inside"))
    outer.include(inner)
    outer.on("Call.created")(named("after"))
    assert names(outer, event("Call.created")) == [["before", "inside", "after"]]


def test_a_router_is_included_once_and_never_in_itself() -> None:
    inner, outer = Router("inner"), Router("outer")
    outer.include(inner)
    for wrong, into in ((inner, outer), (outer, inner), (outer, outer)):
        with pytest.raises(RegistrationError):
            into.include(wrong)


async def test_middleware_wraps_from_the_outermost_router_in() -> None:
    said: list[str] = []
    inner, outer = Router("inner"), Router("outer")

    def speaker(word: str) -> Callable[[Event, Context, CallNext], Awaitable[None]]:
        async def speak(one: Event, ctx: Context, call_next: CallNext) -> None:
            said.append(word)
            await call_next(one, ctx)
            said.append(f"/{word}")

        return speak

    outer.middleware(speaker("a"))
    outer.middleware(speaker("b"))
    inner.middleware(speaker("c"))

    @inner.on("Call.created")
    async def handler(_event: CallCreated, _ctx: Context) -> None:
        said.append("handler")

    outer.include(inner)
    (route,) = outer.routes()
    await route.run(event("Call.created"), None)  # type: ignore[arg-type]  # it is not looked at
    assert said == ["a", "b", "c", "handler", "/c", "/b", "/a"]
    assert route.name.endswith("handler")
    assert "test_router.py:" in route.where
