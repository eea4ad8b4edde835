"""The webhook: read, verify, store, and only then say 200.

It knows nothing of handlers, so that none can delay an acknowledgement.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

import structlog
from aiohttp import web
from aiohttp.client_exceptions import ClientError

from bot import wire
from bot.clock import Clock
from bot.errors import EventError, JournalError, JournalFull
from bot.events.names import KNOWN
from bot.journal import Delivery, Journal
from bot.metrics import Metrics
from bot.webhook.decode import decode, is_json
from bot.webhook.peers import Peers
from bot.webhook.redelivery import Redeliveries
from bot.webhook.unanswered import Unanswered
from bot.webhook.verify import Verifier, is_signed

log = structlog.get_logger("bot.webhook")

_OK: Final = wire.encode({"code": 200, "message": "OK"})
_QUIET: Final = 10.0
"""Seconds between two log lines about refusals of one kind; the counter has them all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What a delivery may cost.

    Attributes:
        body: bytes of a body.
        read_seconds: seconds in which a body must arrive.
        at_once: deliveries being received at once; more get 503.
        retry_after: seconds after which a delivery refused with 503 may come again.
    """

    body: int = 256 * 1024
    read_seconds: float = 10.0
    at_once: int = 1024
    retry_after: int = 1


class _Refused(Exception):
    def __init__(self, status: int, message: str, cause: str = "") -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.cause = cause or message


class Receiver:
    """Receives deliveries.

    Args:
        journal: where events go.
        verifier: says whether a delivery comes from the platform.
        peers: says whether an address may deliver.
        clock: time.
        metrics: where deliveries are counted.
        limits: what a delivery may cost.
        unanswered: where deliveries are noted that are being answered; None notes them nowhere.
    """

    def __init__(
        self,
        *,
        journal: Journal,
        verifier: Verifier,
        peers: Peers,
        clock: Clock,
        metrics: Metrics,
        limits: Limits | None = None,
        unanswered: Unanswered | None = None,
    ) -> None:
        self.accepting = True
        self._journal = journal
        self._verifier = verifier
        self._peers = peers
        self._clock = clock
        self._metrics = metrics
        self._limits = limits or Limits()
        self._redeliveries = Redeliveries(clock, unanswered=unanswered)
        self._received = {name: metrics.events_received.labels(name) for name in KNOWN}
        self._other = metrics.events_received.labels("other")
        self._under_way = 0
        self._told: dict[int, float] = {}

    def expect(self, stored: Iterable[tuple[bytes, float]]) -> None:
        """Expect once more what an earlier process has stored and not come to acknowledge.

        Args:
            stored: the deliveries that it stored last: the body of each, and when it was received.
        """
        self._redeliveries.expect(stored)

    def routes(self) -> Sequence[web.RouteDef]:
        """Return the routes of the webhook."""
        return [web.post("/webhook/{secret}", self.receive), web.post("/webhook", self.receive)]

    async def receive(self, request: web.Request) -> web.Response:
        """Answer one delivery.

        Returns:
            200 once everything in it is durable; 400 if it is not JSON or not events; 401 without right
            authentication, the same whatever is wrong; 408, 413 and 415 for bodies that are too slow, too
            large or of another type; 503 with Retry-After when it cannot be stored now.
        """
        self._under_way += 1
        try:
            return await self._receive(request)
        except _Refused as refused:
            return self._refusal(refused)
        finally:
            self._under_way -= 1

    async def _receive(self, request: web.Request) -> web.Response:
        began = self._clock.monotonic()
        if not self.accepting or self._under_way > self._limits.at_once:
            raise _Refused(503, "not accepting deliveries now" if not self.accepting else "too many deliveries at once")
        self._check_sender(request)
        body = await self._body(request)
        if is_signed(request.headers) or "secret" not in request.match_info:
            problem = self._verifier.signature_problem(request.headers, body, self._clock.now())
            if problem:
                raise _Refused(401, "not authorised", problem)
        headers = request.headers
        plain = headers.get("Content-Type") == "application/json" and "Content-Encoding" not in headers
        if not plain and not is_json(request.content_type, headers.get("Content-Encoding")):
            raise _Refused(415, "send application/json, not compressed")
        try:
            deliveries = decode(body, self._clock.now())
        except EventError as error:
            raise _Refused(400, str(error)) from error
        return await self._store(request, body, deliveries, began)

    def _check_sender(self, request: web.Request) -> None:
        problem = None
        if self._peers.allowed:
            problem = self._peers.problem(request.remote, request.headers.getall("X-Forwarded-For", ()))
        secret = request.match_info.get("secret")
        if problem is None and secret is not None:
            problem = self._verifier.path_problem(secret)
        if problem is None and secret is None and not is_signed(request.headers):
            problem = "neither a secret in the address nor a signature"
        if problem:
            raise _Refused(401, "not authorised", problem)

    async def _body(self, request: web.Request) -> bytes:
        length = request.content_length
        if length is not None and length > self._limits.body:
            raise _Refused(413, f"the body is larger than {self._limits.body} bytes")
        try:
            if request.content.is_eof():
                return await request.read()
            async with self._clock.timeout(self._limits.read_seconds):
                return await request.read()
        except web.HTTPRequestEntityTooLarge:
            raise _Refused(413, f"the body is larger than {self._limits.body} bytes") from None
        except TimeoutError:
            raise _Refused(408, f"the body took longer than {self._limits.read_seconds:g} s") from None
        except (ClientError, OSError, web.RequestPayloadError) as error:
            raise _Refused(400, "the body is incomplete") from error

    async def _store(
        self, request: web.Request, body: bytes, deliveries: Sequence[Delivery], began: float
    ) -> _Acknowledgement:
        """Store a delivery, unless it is a copy; return its acknowledgement."""
        connected = _connection(request)
        redeliveries = self._redeliveries
        first = deliveries[0].event
        if await redeliveries.is_copy(body, first.lane):
            self._metrics.redeliveries.inc()
            log.info("redelivery dropped", call=first.lane, event_type=first.event_type, events=len(deliveries))
            return _Acknowledgement(
                partial(redeliveries.answering, body), partial(redeliveries.dropped, body, connected)
            )
        arrival = redeliveries.arrived(body, deliveries[0].received_at, began, connected, first.lane)
        stored = False
        try:
            await self._journal.append(deliveries)
            stored = True
        except JournalFull as error:
            raise _Refused(503, "too much is waiting", str(error)) from error
        except JournalError as error:
            raise _Refused(503, "the event cannot be stored now", str(error)) from error
        finally:
            redeliveries.answered(arrival, stored=stored)
        self._metrics.acknowledge_seconds.observe(self._clock.monotonic() - began)
        for delivery in deliveries:
            self._received.get(delivery.event.event_type, self._other).inc()
        return _Acknowledgement(partial(redeliveries.answering, arrival), partial(redeliveries.acknowledged, arrival))

    def _refusal(self, refused: _Refused) -> web.Response:
        self._metrics.deliveries_refused.labels(refused.status).inc()
        now = self._clock.monotonic()
        if now - self._told.get(refused.status, -_QUIET) >= _QUIET:
            self._told[refused.status] = now
            log.warning("delivery refused", status=refused.status, cause=refused.cause)
        headers = {"Retry-After": str(self._limits.retry_after)} if refused.status == 503 else {}  # noqa: PLR2004
        response = web.Response(
            status=refused.status,
            body=wire.encode({"code": refused.status, "message": refused.message}),
            content_type="application/json",
            headers=headers,
        )
        if refused.status in (408, 413):
            response.force_close()
        return response


class _Acknowledgement(web.Response):
    """Says 200.

    Args:
        writing: is called right before that is written.
        written: is called once it has been written, or cannot be.
    """

    def __init__(self, writing: Callable[[], None], written: Callable[[], None]) -> None:
        super().__init__(body=_OK, content_type="application/json")
        self._writing = writing
        self._written = written

    async def write_eof(self, data: bytes = b"") -> None:
        """Write the end."""
        self._writing()
        try:
            await super().write_eof(data)
        finally:
            self._written()


def _connection(request: web.Request) -> Callable[[], bool]:
    transport = request.transport
    if transport is not None:
        # What is written leaves the process at once, so that a kill does not find it noted and still here.
        transport.set_write_buffer_limits(high=0)

    def connected() -> bool:
        return transport is not None and not transport.is_closing()

    return connected
