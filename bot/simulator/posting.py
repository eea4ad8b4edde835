"""One attempt to post an event to the bot, over HTTP."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from types import SimpleNamespace

import aiohttp

from bot.clock import Clock
from bot.signature import signed_headers


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryConfig:
    """How events are posted. Whether and how the platform repeats a delivery is not documented.

    Attributes:
        bot_id: the bot's id, for the signature.
        secret_key: the bot's secret key, for the signature.
        signed: whether to send the platform's signature headers.
        tries: how often one event is posted at most, at least 1.
        backoff: seconds before the second try; doubles with every further one.
        backoff_longest: where the doubling ends, in seconds.
        answer_within: seconds that the bot has to acknowledge.
    """

    bot_id: str
    secret_key: str = field(repr=False)
    signed: bool = False
    tries: int = 5
    backoff: float = 0.5
    backoff_longest: float = 60.0
    answer_within: float = 10.0


class Poster:
    """Posts to the bot.

    Args:
        session: what to post with; made with `body_sent` among its traces.
        config: how.
        clock: for time limits and signatures.

    Attributes:
        webhook_url: where to.
    """

    def __init__(self, session: aiohttp.ClientSession, config: DeliveryConfig, clock: Clock) -> None:
        self.webhook_url = ""
        self._session = session
        self._config = config
        self._clock = clock

    async def post(self, body: bytes, *, leave: bool = False) -> str:
        """Post a body.

        Args:
            body: what.
            leave: close the connection before an answer has come.

        Returns:
            What went wrong; empty if the bot has acknowledged it.
        """
        try:
            async with self._clock.timeout(self._config.answer_within):
                return await (self._send_and_leave(body) if leave else self._send(body))
        except TimeoutError:
            return f"no answer within {self._config.answer_within:g} s"
        except aiohttp.ClientError as error:
            return type(error).__name__

    async def _send(self, body: bytes, sent: asyncio.Event | None = None) -> str:
        async with self._session.post(
            self.webhook_url, data=body, headers=self._headers(body), allow_redirects=False, trace_request_ctx=sent
        ) as response:
            return "" if response.ok and response.status < 300 else f"HTTP {response.status}"  # noqa: PLR2004 - a redirect is no acknowledgement

    async def _send_and_leave(self, body: bytes) -> str:
        sent = asyncio.Event()
        exchange = asyncio.create_task(self._send(body, sent), name="simulator delivery that is cut")
        watch = asyncio.create_task(sent.wait(), name="simulator delivery that is cut: sent")
        try:
            await asyncio.wait({exchange, watch}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (exchange, watch):
                task.cancel()  # which closes the connection
            failure, _ = await asyncio.gather(exchange, watch, return_exceptions=True)
        if isinstance(failure, aiohttp.ClientError):
            raise failure
        return "the connection broke"

    def _headers(self, body: bytes) -> dict[str, str]:
        headers = {"Content-Type": "application/json"}
        if self._config.signed:
            timestamp = str(int(self._clock.now()))
            headers |= signed_headers(self._config.bot_id, self._config.secret_key, timestamp, body)
        return headers


def body_sent() -> aiohttp.TraceConfig:
    """Return the trace by which a session tells `Poster` that a body is on its way."""
    trace = aiohttp.TraceConfig()
    trace.on_request_chunk_sent.append(_tell)
    return trace


async def _tell(
    _session: aiohttp.ClientSession, context: SimpleNamespace, _chunk: aiohttp.TraceRequestChunkSentParams
) -> None:
    if isinstance(context.trace_request_ctx, asyncio.Event):
        context.trace_request_ctx.set()
