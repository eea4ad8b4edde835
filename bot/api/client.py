"""The way to the platform: one session for all teams, every request signed, limited and repeated by policy.

Source of the address and the headers: the platform's bot API documents
(``POST {base}/{teamId}/{path}`` with a JSON body).
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from functools import lru_cache, partial
from types import TracebackType
from typing import Final, Self
from urllib.parse import quote

import aiohttp
from aiohttp_retry import RetryClient
from yarl import URL

from bot import wire
from bot.api.answer import Verdict
from bot.api.breaker import Breakers
from bot.api.calls import CallsApi
from bot.api.comments import CommentsApi
from bot.api.conceal import Concealer
from bot.api.config import ApiConfig
from bot.api.contacts import ContactsApi
from bot.api.exchange import Exchange, Line
from bot.api.limits import TeamLimits
from bot.api.meter import ApiMeter
from bot.api.policy import AttemptFailed, RepeatOptions, RetryPolicy
from bot.api.spec import RequestSpec
from bot.api.threads import ThreadsApi
from bot.clock import Clock
from bot.errors import BadRequest, NotSent
from bot.events import JsonValue
from bot.metrics import Metrics

_HEADERS: Final = {"Content-Type": "application/json", "Accept": "application/json", "User-Agent": "workonflow-bot"}


class ApiClient:
    """Sends requests; an async context that owns the connections.

    Args:
        config: the platform's address, the bot's identity, the limits.
        clock: the time; pauses and time-outs of attempts go by it (that of connecting goes by the event loop).
        metrics: where requests are counted.
        random: returns a number from 0 to 1, for the length of pauses.
    """

    def __init__(
        self,
        config: ApiConfig,
        *,
        clock: Clock,
        metrics: Metrics,
        random: Callable[[], float] = random.random,
    ) -> None:
        self._config = config
        self._clock = clock
        self._meter = ApiMeter(metrics)
        self._line = Line(
            config=config,
            clock=clock,
            policy=RetryPolicy(
                tries=config.tries,
                backoff_first=config.backoff_first,
                backoff_longest=config.backoff_longest,
                retry_after_longest=config.retry_after_longest,
                random=random,
            ),
            limits=TeamLimits(config.per_team, config.waiting_per_team),
            breakers=Breakers(config.breaker_after, config.breaker_rest, clock),
            meter=self._meter,
            conceal=Concealer(config.secret_key),
        )
        # Building an address costs more than signing a body.
        self._address = lru_cache(maxsize=1024)(partial(_address, config))
        self._session: aiohttp.ClientSession | None = None
        self._retry: RetryClient | None = None

    async def __aenter__(self) -> Self:
        config = self._config
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=config.connections),
            # The ceiling would round a connect time-out of more than five seconds up.
            timeout=aiohttp.ClientTimeout(connect=config.connect_timeout, ceil_threshold=config.connect_timeout),
            headers=_HEADERS,
            cookie_jar=aiohttp.DummyCookieJar(),
        )
        self._retry = RetryClient(client_session=self._session, retry_options=RepeatOptions(config.tries))
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        retry, self._retry, self._session = self._retry, None, None
        if retry is not None:
            await retry.close()  # closes the session that it was given, too

    @property
    def bot_id(self) -> str:
        """The bot's id on the platform."""
        return self._config.bot_id

    @property
    def under_way(self) -> int:
        """How many attempts of requests wait for their answer now."""
        return self._meter.under_way

    def team(self, team_id: str) -> TeamApi:
        """Return the requests of one team; costs next to nothing.

        Args:
            team_id: comes with every event.
        """
        return TeamApi(self, team_id)

    async def request(self, team_id: str, spec: RequestSpec, body: Mapping[str, JsonValue]) -> JsonValue:
        """Send a request; as `TeamApi.request`, for the team with this id."""
        retry, session = self._retry, self._session
        if retry is None or session is None:
            raise NotSent("the API client is not open", path=spec.path, team_id=team_id)
        payload = _encoded(spec, team_id, body)
        url = self._address(spec.path, team_id)
        exchange = Exchange(self._line, spec, team_id, payload)
        started = self._clock.monotonic()
        try:
            await retry.post(url, data=payload, middlewares=(exchange,), allow_redirects=False)
        except AttemptFailed:
            pass
        except RuntimeError:
            # What aiohttp raises if the client was closed between two attempts; the last one stands then.
            if not session.closed:
                raise
        seconds = self._clock.monotonic() - started
        if exchange.last.verdict is Verdict.OK:
            self._meter.succeeded(spec.path, seconds)
            return exchange.last.data
        failure = exchange.error()
        self._meter.failed(spec.path, seconds, failure)
        raise failure from exchange.last.error


class TeamApi:
    """The requests of one team; made by `ApiClient.team`.

    Args:
        client: what sends them.
        team_id: the team.
    """

    __slots__ = ("_client", "team_id")

    def __init__(self, client: ApiClient, team_id: str) -> None:
        self._client = client
        self.team_id = team_id

    @property
    def bot_id(self) -> str:
        """Who asks; the author of what is written."""
        return self._client.bot_id

    @property
    def calls(self) -> CallsApi:
        """The requests of calls."""
        return CallsApi(self)

    @property
    def comments(self) -> CommentsApi:
        """The requests of comments."""
        return CommentsApi(self)

    @property
    def contacts(self) -> ContactsApi:
        """The requests of contacts."""
        return ContactsApi(self)

    @property
    def threads(self) -> ThreadsApi:
        """The requests of threads."""
        return ThreadsApi(self)

    async def request(self, spec: RequestSpec, body: Mapping[str, JsonValue]) -> JsonValue:
        """Send a request and wait for its answer.

        Args:
            spec: the kind of request.
            body: its fields, as the platform names them.

        Returns:
            The ``data`` of the answer; None if it has none.

        Raises:
            BadRequest: the body cannot be written as JSON, or the team id cannot stand in an address.
            NotSent: it never reached the platform, or the platform wants it later than is waited for.
            Rejected: the platform refused it (`Unauthorised` if it did so for the signature).
            InDoubt: it may or may not have taken effect.
        """
        return await self._client.request(self.team_id, spec, body)


def _encoded(spec: RequestSpec, team_id: str, body: Mapping[str, JsonValue]) -> bytes:
    try:
        return wire.encode(dict(body))
    except TypeError as error:
        raise BadRequest("the body cannot be written as JSON", path=spec.path, team_id=team_id) from error


def _address(config: ApiConfig, path: str, team_id: str) -> URL:
    if team_id in ("", ".", ".."):
        raise BadRequest("the team id is empty or dots only", path=path, team_id=team_id)
    used = config.paths.get(path, path).strip("/")
    return URL(f"{config.base_url.rstrip('/')}/{quote(team_id, safe='')}/{quote(used, safe='/')}", encoded=True)
