"""What the bot counts, in Prometheus terms; one registry per bot, so that two bots can live in one process."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)


class Metrics:
    """The bot's counters, gauges and histograms.

    Attributes:
        registry: where they are registered; `/metrics` renders it.
    """

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.events_received = Counter(
            "bot_events_received_total",
            "Events accepted, by type; types that the platform does not document count as other.",
            ["type"],
            registry=self.registry,
        )
        self.deliveries_refused = Counter(
            "bot_deliveries_refused_total",
            "Webhook requests not accepted, by status.",
            ["status"],
            registry=self.registry,
        )
        self.redeliveries = Counter(
            "bot_redeliveries_total",
            "Repeated deliveries dropped because the first acknowledgement may not have arrived.",
            registry=self.registry,
        )
        self.acknowledge_seconds = Histogram(
            "bot_acknowledge_seconds",
            "From the arrival of a delivery to its durable storage.",
            buckets=_SECONDS,
            registry=self.registry,
        )
        self.events_settled = Counter(
            "bot_events_settled_total", "Events done with, by outcome.", ["outcome"], registry=self.registry
        )
        self.handler_failures = Counter(
            "bot_handler_failures_total", "Failed attempts of handlers.", ["handler"], registry=self.registry
        )
        self.handler_seconds = Histogram(
            "bot_handler_seconds", "How long all handlers of an event took.", buckets=_SECONDS, registry=self.registry
        )
        self.fallbacks = Counter(
            "bot_fallbacks_total",
            "Calls handed to the fallback flow (flow), or, where that failed too, what the last resort did.",
            ["result"],
            registry=self.registry,
        )
        self.flows_running = Gauge("bot_flows_running", "Flows at work.", registry=self.registry)
        self.flows_ended = Counter(
            "bot_flows_ended_total",
            "Flows that came to an end, by name and how (ended, failed, passed).",
            ["flow", "state"],
            registry=self.registry,
        )
        self.loop_blocked = Counter(
            "bot_loop_blocked_total",
            "Times that one piece of work kept the event loop busy for longer than BOT_BLOCKED_SECONDS.",
            registry=self.registry,
        )
        self.backlog = Gauge("bot_backlog_events", "Events stored and not yet settled.", registry=self.registry)
        self.busy_lanes = Gauge("bot_busy_lanes", "Calls and threads with events in work.", registry=self.registry)
        self.api_requests = Counter(
            "bot_api_requests_total",
            "Requests to the platform, by path and outcome (ok, rejected, not_sent, in_doubt).",
            ["path", "outcome"],
            registry=self.registry,
        )
        self.api_retries = Counter(
            "bot_api_retries_total", "Repeated attempts of requests, by path.", ["path"], registry=self.registry
        )
        self.api_seconds = Histogram(
            "bot_api_request_seconds",
            "Requests to the platform, retries included.",
            buckets=_SECONDS,
            registry=self.registry,
        )
