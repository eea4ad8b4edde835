"""From the configuration to the parts of a bot."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import UTC, datetime

from aiohttp import web

from bot.api import ApiConfig
from bot.api.spec import CALL_REQUESTS, RECORD_REQUESTS
from bot.clock import Clock
from bot.config import Config
from bot.dispatch import CallBook, Dispatcher, RetryPolicy, Router, RouteTable, Runner, Worker
from bot.errors import SettingProblem, SettingsError
from bot.flow import Fallback, Flows, Services
from bot.health import HealthRoutes
from bot.journal import FlowJournal, Journal
from bot.metrics import Metrics
from bot.settings import Settings
from bot.webhook import Limits, Peers, Receiver, Unanswered, Verifier


def api_config(config: Config) -> ApiConfig:
    """Return how the platform's API is reached.

    Raises:
        SettingsError: ``BOT_API_PATHS`` names a request that the bot never sends.
    """
    settings = config.settings
    known = {one.path for one in (*CALL_REQUESTS, *RECORD_REQUESTS)}
    unknown = sorted(set(settings.api_paths) - known)
    if unknown:
        problem = f"the bot sends no request {', '.join(unknown)}"
        raise SettingsError(SettingProblem("BOT_API_PATHS", problem, f"It sends: {', '.join(sorted(known))}"))
    return ApiConfig(
        base_url=config.api_url,
        bot_id=config.bot_id,
        secret_key=config.secret_key,
        connect_timeout=settings.api_connect_timeout,
        total_timeout=settings.api_timeout,
        tries=settings.api_tries,
        per_team=settings.api_per_team,
        paths=settings.api_paths,
    )


def build_flows(
    settings: Settings, router: Router, journal: FlowJournal, services: Services, metrics: Metrics
) -> Flows:
    """Return what runs the phone calls of a router."""

    def on_duty() -> Sequence[str]:
        rota = services.rota()
        now = datetime.fromtimestamp(services.clock.now(), UTC)
        return [member.contact_id for member in rota.on_duty(rota.fallback_group, now).members]

    last_resort = Fallback(
        api=services.api,
        on_duty=on_duty,
        message_url=lambda: services.prompts.get("leave-a-message").url,
        metrics=metrics,
    )
    return Flows(
        journal=journal,
        routes=tuple(router.flows()),
        services=services,
        metrics=metrics,
        last_resort=last_resort,
        longest=settings.flow_longest,
        silent=settings.flow_silent,
    )


def build_dispatcher(
    settings: Settings, router: Router, journal: Journal, flows: Flows, *, services: Services, metrics: Metrics
) -> Dispatcher:
    """Return what brings events to the handlers and flows of a router."""
    policy = RetryPolicy(timeout=settings.handler_timeout, tries=settings.handler_tries)
    book = CallBook()
    worker = Worker(
        journal=journal,
        table=RouteTable(router.routes()),
        runner=Runner(services, policy, metrics, random.random),
        book=book,
        flows=flows,
        clock=services.clock,
        metrics=metrics,
    )
    return Dispatcher(
        journal=journal,
        worker=worker,
        book=book,
        clock=services.clock,
        metrics=metrics,
        concurrency=settings.concurrency,
    )


def build_receiver(
    config: Config, journal: Journal, clock: Clock, metrics: Metrics, unanswered: Unanswered
) -> Receiver:
    """Return what receives deliveries."""
    settings = config.settings
    verifier = Verifier(bot_id=config.bot_id, secret_key=config.secret_key, path_secrets=config.webhook_secrets)
    return Receiver(
        journal=journal,
        verifier=verifier,
        peers=Peers(settings.allowed_networks, settings.trusted_proxies),
        clock=clock,
        metrics=metrics,
        limits=Limits(body=settings.max_body_bytes),
        unanswered=unanswered,
    )


def build_routes(
    config: Config, receiver: Receiver, journal: Journal, metrics: Metrics, *, on_loopback: bool
) -> web.Application:
    """Return the routes of webhook, health and metrics.

    Args:
        config: the configuration.
        receiver: receives deliveries.
        journal: whose state says whether the bot is ready.
        metrics: what is shown.
        on_loopback: whether the bot listens where only this machine reaches it.
    """
    settings = config.settings

    def problems() -> Sequence[str]:
        found = [] if receiver.accepting else ["stopping"]
        if not journal.healthy:
            found.append("the journal cannot store")
        if journal.backlog >= settings.max_backlog:
            found.append("too many events wait")
        return found

    token = settings.metrics_token
    health = HealthRoutes(
        problems=problems,
        metrics=metrics,
        token=token.get_secret_value() if token else None,
        open_metrics=on_loopback,
    )
    app = web.Application(client_max_size=settings.max_body_bytes)
    app.add_routes([*receiver.routes(), *health.routes()])
    return app
