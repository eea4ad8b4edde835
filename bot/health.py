"""What operators and their machines ask: is it alive, does it take events, what did it count."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from aiohttp import web
from prometheus_client import generate_latest
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4

from bot.metrics import Metrics
from bot.signature import matches


@dataclass(frozen=True, slots=True, kw_only=True)
class HealthRoutes:
    """``/health/live``, ``/health/ready`` and ``/metrics``.

    Attributes:
        problems: says what keeps the bot from taking events, if anything.
        metrics: what is shown.
        token: what the bearer of ``/metrics`` must show, or None.
        open_metrics: whether ``/metrics`` needs no token where none is set.
    """

    problems: Callable[[], Sequence[str]]
    metrics: Metrics
    token: str | None = field(repr=False)
    open_metrics: bool

    def routes(self) -> Sequence[web.RouteDef]:
        """Return the routes."""
        return [
            web.get("/health/live", self.live),
            web.get("/health/ready", self.ready),
            web.get("/metrics", self.show_metrics),
        ]

    async def live(self, _request: web.Request) -> web.Response:
        """Answer 200 as long as the process answers at all."""
        return web.json_response({"status": "alive"})

    async def ready(self, _request: web.Request) -> web.Response:
        """Answer 200 if events are taken, else 503 with the reasons."""
        problems = self.problems()
        if problems:
            return web.json_response({"status": "not ready", "problems": list(problems)}, status=503)
        return web.json_response({"status": "ready"})

    async def show_metrics(self, request: web.Request) -> web.Response:
        """Answer what was counted, in Prometheus' text format; 401 without the token, 403 if none is set."""
        if self.token is not None:
            given = request.headers.get("Authorization", "")
            if not matches(f"Bearer {self.token}", given):
                return web.json_response({"code": 401, "message": "not authorised"}, status=401)
        elif not self.open_metrics:
            message = "set BOT_METRICS_TOKEN to read metrics from a bot that others can reach"
            return web.json_response({"code": 403, "message": message}, status=403)
        return web.Response(
            body=generate_latest(self.metrics.registry), headers={"Content-Type": CONTENT_TYPE_PLAIN_0_0_4}
        )
