"""What the API client is told; only the composition root knows where the values come from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiConfig:
    """The platform's address, the bot's identity, and the limits of requests.

    Attributes:
        base_url: where the platform listens, such as ``https://botapi.workonflow.com``; may have a path.
        bot_id: the bot's id.
        secret_key: the bot's secret key; not in the representation.
        connect_timeout: seconds for one attempt to get a connection, waiting for a free one included;
            less than ``total_timeout``.
        total_timeout: seconds for one attempt, from connecting to the end of the answer.
        tries: attempts per request at most, at least 1.
        backoff_first: longest pause before the second attempt, in seconds; it doubles with each attempt.
        backoff_longest: longest pause that doubling leads to, in seconds.
        retry_after_longest: longest ``Retry-After`` that is waited for, in seconds; beyond it the request is given up.
        per_team: attempts of one team under way at once, at least 1.
        waiting_per_team: attempts of one team that may wait for their turn; more are given up at once.
        connections: connections kept at most, at least 1.
        breaker_after: failed attempts of one team in a row after which its requests fail at once, at least 1.
        breaker_rest: seconds until one of them is let through again to see whether the platform is back.
        paths: documented path to the path used in its place, for a platform that differs from its documents.

    Raises:
        ValueError: a value is outside its range; the text names it and holds no secret.
    """

    base_url: str
    bot_id: str
    secret_key: str = field(repr=False)
    connect_timeout: float = 3.0
    total_timeout: float = 10.0
    tries: int = 4
    backoff_first: float = 0.2
    backoff_longest: float = 5.0
    retry_after_longest: float = 30.0
    per_team: int = 20
    waiting_per_team: int = 1_000
    connections: int = 100
    breaker_after: int = 10
    breaker_rest: float = 5.0
    paths: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Check the ranges, so that a wrong value fails at the start and not in the middle of a call."""
        _check_address(self.base_url)
        if not self.bot_id or not self.bot_id.isprintable():
            raise ValueError("bot_id is empty or holds characters that do not fit into a header")
        if not self.secret_key:
            raise ValueError("secret_key is empty")
        if not 0 < self.connect_timeout < self.total_timeout:
            raise ValueError("connect_timeout must be above 0 and less than total_timeout")
        for name in ("tries", "per_team", "connections", "breaker_after"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} must be at least 1")
        for name in ("backoff_first", "backoff_longest", "retry_after_longest", "waiting_per_team", "breaker_rest"):
            if getattr(self, name) < 0:
                raise ValueError(f"{name} must not be negative")
        if not all(path.strip("/") for path in self.paths.values()):
            raise ValueError("paths must not lead to an empty path")


def _check_address(base_url: str) -> None:
    try:
        parts = urlsplit(base_url)
        fits = parts.scheme in ("http", "https") and bool(parts.hostname) and not (parts.query or parts.fragment)
        _ = parts.port  # raises if it is no port
    except ValueError:
        fits = False
    if not fits:
        raise ValueError("base_url must be http:// or https:// with a host, without query and fragment")
