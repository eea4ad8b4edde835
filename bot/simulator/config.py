"""The values of a simulator."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulatorConfig:
    """Values of a simulator.

    Attributes:
        bot_id: the id of the one bot that it knows.
        secret_key: that bot's secret key.
        webhook_url: where events go, with the secret in its path; empty until `Simulator.connect`.
        host: the address to listen on.
        port: the port to listen on; 0 takes a free one.
        public_url: how others reach the simulator, where that is not ``http://host:port``.
        sign_deliveries: whether events carry the platform's signature headers too.
        delivery_tries: how often one event is posted at most.
        delivery_backoff: seconds before the second try; doubles with every further one.
        delivery_backoff_longest: where the doubling ends, in seconds.
        comment_after: seconds from the end of a call to the comment with its durations.
        keep_calls: how many ended calls are remembered.
        keep_records: how many records of the timeline are remembered.
    """

    bot_id: str
    secret_key: str = field(repr=False)
    webhook_url: str = field(default="", repr=False)
    host: str = "127.0.0.1"
    port: int = 0
    public_url: str = ""
    sign_deliveries: bool = False
    delivery_tries: int = 5
    delivery_backoff: float = 0.5
    delivery_backoff_longest: float = 60.0
    comment_after: float = 0.5
    keep_calls: int = 1_000
    keep_records: int = 10_000
