"""Counting requests; the labelled counters are kept, because looking one up costs more than counting."""

from __future__ import annotations

from prometheus_client import Counter

from bot.errors import ApiError, NotSent, Rejected
from bot.metrics import Metrics


class ApiMeter:
    """Counts requests, repeats and seconds. The paths are those of `RequestSpec`, so there are few.

    Args:
        metrics: where they are counted.

    Attributes:
        under_way: how many attempts wait for their answer now.
    """

    def __init__(self, metrics: Metrics) -> None:
        self.under_way = 0
        self._metrics = metrics
        self._requests: dict[tuple[str, str], Counter] = {}

    def succeeded(self, path: str, seconds: float) -> None:
        """Count a request that took effect; it took so many seconds, repeats included."""
        self._count(path, "ok", seconds)

    def failed(self, path: str, seconds: float, error: ApiError) -> None:
        """Count a request that ended in an error."""
        outcome = "in_doubt"
        if isinstance(error, NotSent):
            outcome = "not_sent"
        elif isinstance(error, Rejected):
            outcome = "rejected"
        self._count(path, outcome, seconds)

    def repeated(self, path: str) -> None:
        """Count an attempt that is made once more."""
        self._metrics.api_retries.labels(path).inc()

    def _count(self, path: str, outcome: str, seconds: float) -> None:
        counter = self._requests.get((path, outcome))
        if counter is None:
            counter = self._requests[path, outcome] = self._metrics.api_requests.labels(path, outcome)
        counter.inc()
        self._metrics.api_seconds.observe(seconds)
