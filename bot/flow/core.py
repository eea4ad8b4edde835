"""What every operation of a call is made of: steps, waiting, time, and what the call is."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from datetime import UTC, datetime
from typing import Any, Final, TypeVar

import structlog
from structlog.typing import FilteringBoundLogger

from bot.api import RequestSpec, TeamApi
from bot.errors import ApiError, BotError, StepFailed
from bot.events import Event, JsonValue, MemberDtmf, Originator
from bot.events.names import canonical
from bot.flow.branches import first_of
from bot.flow.checks import not_negative
from bot.flow.doubt import Sending, refused
from bot.flow.duty import RotaView
from bot.flow.mailbox import Match
from bot.flow.members import CallMember, MemberBook
from bot.flow.parts import CallParts
from bot.flow.presence import call_is_gone
from bot.flow.progress import Progress
from bot.journal import StoredEvent

T = TypeVar("T")

ON_THEIR_WAY: Final = 3.0
"""Seconds after a restart in which the platform delivers what it could not meanwhile. Not documented."""

_log: FilteringBoundLogger = structlog.get_logger("flow")


class CallCore:
    """The foundation of `bot.flow.Call`.

    Attributes:
        key: the call.
        id: what requests call ``threadId``.
        team_id: the team that was called.
        created: the event that began the call, or None if the flow took over a call whose beginning was not seen.
        state: a small store of JSON values kept with the call; it survives a restart and a transfer.
        log: a structlog logger; the call stands in every line.
    """

    def __init__(self, parts: CallParts) -> None:
        self.key = parts.key
        self.id = parts.key.home_id
        self.team_id = parts.key.team_id
        self.created = parts.created
        self.state = parts.state
        self.log = _log
        self._steps = parts.steps
        self._mailbox = parts.mailbox
        self._api = parts.api
        self._services = parts.services
        self._on_over = parts.on_over
        self._book = MemberBook(self.caller)
        self._book_at = 0
        self._keys_from = parts.progress.keys_from
        self._invited = set(parts.progress.invited)
        self._rota: RotaView | None = None

    @property
    def progress(self) -> Progress:
        """How far the flow has come in the call's events, for the flow that follows it."""
        return Progress(self._steps.position, self._keys_from, tuple(sorted(self._invited)))

    @property
    def api(self) -> TeamApi:
        """The platform's requests, unrecorded: use them inside of `step` only."""
        return self._api

    @property
    def caller(self) -> Originator:
        """Who began the call."""
        return self.created.originator if self.created else Originator()

    @property
    def members(self) -> Sequence[CallMember]:
        """Who is in the call, is being rung, or was in it, as of the step before."""
        self._book.read(one.event for one in self._mailbox.between(self._book_at, self._steps.position))
        self._book_at = max(self._book_at, self._steps.position)
        return self._book.all()

    @property
    def rota(self) -> RotaView:
        """Who is on duty: ``call.rota.on_duty("sales")`` is looked up when it is dialled."""
        if self._rota is None:
            self._rota = RotaView(self._look_step, self._services, self._api)
        return self._rota

    async def now(self) -> datetime:
        """Return the time, in UTC; the same on every run, unlike the clock's."""
        return datetime.fromtimestamp(await self._now(), UTC)

    async def random(self) -> float:
        """Return a random number from 0 to 1; the same on every run."""

        async def draw(_doubt: bool) -> JsonValue:
            return random.random()  # noqa: S311 - for handing out work, not for secrets

        return _number(await self._steps.do("random", None, draw))

    async def step(self, name: str, function: Callable[[], Awaitable[JsonValue]]) -> JsonValue:
        """Run a function once and remember what it returned; for everything that reaches outside the call.

        If the process dies while it runs, it runs again. It works after the end of the call, too.

        Args:
            name: what it does, for the timeline; the same on every run.
            function: takes nothing and returns JSON.

        Raises:
            StepFailed: the function raised; its own exception is the cause, unless an earlier process ran it.
        """

        async def act(_doubt: bool) -> JsonValue:
            try:
                return await function()
            except BotError:
                raise
            except Exception as error:
                raise StepFailed(f"{type(error).__name__}: {error}") from error

        return await self._steps.do(f"step {name}", None, act, after_end=True)

    async def sleep(self, seconds: float) -> None:
        """Wait; after a restart, only for the rest.

        Raises:
            ValueError: ``seconds`` is negative.
        """
        not_negative(seconds=seconds)
        await self._sleep_until(await self._now() + seconds)

    async def wait_for(
        self, event: str, predicate: Match | None = None, *, timeout: float | None = None
    ) -> Event | None:
        """Wait for an event of the call that comes from now on.

        Args:
            event: its name, or a prefix such as ``Call.Member.*``.
            predicate: a further condition on it.
            timeout: seconds to wait; None for as long as the call lasts.

        Returns:
            The event, or None if the time is up.

        Raises:
            ValueError: ``timeout`` is negative.
        """
        if timeout is not None:
            not_negative(timeout=timeout)
        name = canonical(event)
        prefix = name[:-1] if name.endswith("*") else None

        def wanted(one: Event) -> bool:
            named = one.event_type.startswith(prefix) if prefix is not None else one.event_type == name
            return named and (predicate is None or predicate(one))

        after = self._steps.position
        until = None if timeout is None else await self._now() + timeout
        found = await self._wait(f"wait for {name}", wanted, after=after, until=until)
        return None if found is None else found.event

    async def race(self, *ways: Coroutine[Any, Any, T]) -> tuple[int, T]:
        """Run coroutines side by side until the first one returns, and call the others off.

        Returns:
            Which one was first, counted from 0, and what it returned.

        Raises:
            Exception: what the first one raised, if it raised.
        """
        return await first_of(ways)

    async def _now(self) -> float:
        async def look(_doubt: bool) -> JsonValue:
            return self._services.clock.now()

        return _number(await self._steps.do("now", None, look, after_end=True))

    async def _sleep_until(self, moment: float) -> None:
        await self._wait("sleep", _nothing, after=self._steps.position, until=moment)

    async def _wait(
        self,
        name: str,
        match: Match,
        *,
        after: int,
        until: float | None,
        patient: bool = False,
        after_end: bool = False,
    ) -> StoredEvent | None:
        """Wait for an event.

        Args:
            name: of the step.
            match: says which.
            after: it is numbered higher than this.
            until: unix seconds at which nobody waits any more; None for as long as the call lasts.
            patient: whether a little longer is waited after a restart: what happened meanwhile, and in time, may
                still be on its way.
            after_end: whether it makes sense for a call that has ended.

        Returns:
            The event, or None if the time is up.
        """

        async def act(doubt: bool) -> JsonValue:
            longest = self._services.clock.now() + ON_THEIR_WAY if doubt and patient else 0.0
            return await self._event_or_time(match, after, None if until is None else max(until, longest))

        seq = await self._steps.do(name, {"after": after, "until": until}, act, after_end=after_end)
        return self._mailbox.get(seq) if isinstance(seq, int) else None

    async def _event_or_time(self, match: Match, after: int, until: float | None) -> JsonValue:
        found = self._mailbox.first(after, match)
        if found is not None:
            return found.seq
        clock = self._services.clock
        expected = self._mailbox.expect(match)
        timer = None if until is None else clock.call_later(until - clock.now(), lambda: _give_up(expected))
        try:
            found = await expected
        finally:
            self._mailbox.forget(expected)
            if timer is not None:
                timer.cancel()
        return None if found is None else found.seq

    async def _request(
        self, spec: RequestSpec, arguments: dict[str, JsonValue], sending: Sending, *, after_end: bool = False
    ) -> JsonValue:
        """Send a request as a step.

        Args:
            spec: the request.
            arguments: what distinguishes it, equal on every run.
            sending: sends it.
            after_end: whether it makes sense for a call that has ended.
        """

        async def act(doubt: bool) -> JsonValue:
            try:
                return await sending.carry_out(doubt=doubt)
            except ApiError as error:
                if refused(error) and not after_end:
                    await self._look_whether_over()
                raise

        return await self._steps.do(spec.path, arguments, act, after_end=after_end)

    async def _look_whether_over(self) -> None:
        """End the flow if the platform refuses because the call is gone; the event may still be on its way."""
        if await call_is_gone(self._api, self.key):
            self._on_over()
            # The end is raised here, not the refusal.
            await asyncio.Event().wait()

    async def _look_step(self, name: str, arguments: JsonValue, look: Callable[[], Awaitable[JsonValue]]) -> JsonValue:
        async def act(_doubt: bool) -> JsonValue:
            return await look()

        return await self._steps.do(name, arguments, act, after_end=True)

    def _is_callers_key(self, event: Event) -> bool:
        """Return whether a key was pressed by the caller: by nobody whom this call has invited."""
        if not isinstance(event, MemberDtmf):
            return False
        if event.user_id is None or event.user_id == self.caller.contact_id:
            return True
        return event.user_id not in self._invited


def _nothing(_event: Event) -> bool:
    return False


def _give_up(expected: asyncio.Future[StoredEvent | None]) -> None:
    if not expected.done():
        expected.set_result(None)


def _number(value: JsonValue) -> float:
    return float(value) if isinstance(value, int | float) else 0.0
