"""Dispatch: from the journal to the handlers, one call's events in order, many calls at once."""

from bot.dispatch.context import Context
from bot.dispatch.dispatcher import Dispatcher
from bot.dispatch.lifecycle import CallBook
from bot.dispatch.loader import Handlers, load_handlers
from bot.dispatch.router import CallNext, Middleware, Route, Router
from bot.dispatch.runner import RetryPolicy, Runner
from bot.dispatch.table import RouteTable
from bot.dispatch.worker import Worker

__all__ = [
    "CallBook",
    "CallNext",
    "Context",
    "Dispatcher",
    "Handlers",
    "Middleware",
    "RetryPolicy",
    "Route",
    "RouteTable",
    "Router",
    "Runner",
    "Worker",
    "load_handlers",
]
