"""What a call is put together from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from bot.api import TeamApi
from bot.events import CallCreated, CallKey
from bot.flow.mailbox import Mailbox
from bot.flow.progress import Progress
from bot.flow.services import Services
from bot.flow.state import CallState
from bot.flow.steps import Steps


@dataclass(frozen=True, slots=True, kw_only=True)
class CallParts:
    """What a call is put together from; the runtime's business.

    Attributes:
        key: the call.
        created: the event that began it, where it was seen.
        steps: runs the steps of the flow.
        mailbox: the call's events.
        api: the platform, for the call's team.
        services: what all flows share.
        state: the call's own store.
        on_over: is told that the platform does not know the call any more.
        progress: how far the flow before has come.
    """

    key: CallKey
    created: CallCreated | None
    steps: Steps
    mailbox: Mailbox
    api: TeamApi
    services: Services
    state: CallState
    on_over: Callable[[], None]
    progress: Progress
