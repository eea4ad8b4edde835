"""What handlers and flows work with."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

from bot.api import ApiClient
from bot.clock import Clock
from bot.journal import StoredEvent
from bot.prompts import PromptLinks
from bot.rota import Rota, Turns


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """What handlers and flows work with; one for the life of a bot.

    Attributes:
        api: the client of the platform.
        prompts: named prompts.
        rota: gives the rota as it stands now.
        history: gives the events of a lane, oldest first.
        clock: time.
        turns: whose turn it is in groups whose order depends on what has been before.
    """

    api: ApiClient
    prompts: PromptLinks
    rota: Callable[[], Rota]
    history: Callable[[str], Awaitable[Sequence[StoredEvent]]]
    clock: Clock
    turns: Turns = field(default_factory=Turns)
