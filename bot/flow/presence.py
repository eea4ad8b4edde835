"""Whether a call is still there."""

from __future__ import annotations

from enum import Enum

from bot.api import TeamApi
from bot.errors import ApiError, Rejected, Unauthorised
from bot.events import CallKey


class Presence(Enum):
    """What the platform says of a call."""

    THERE = "there"
    GONE = "gone"
    UNKNOWN = "unknown"
    """The platform cannot be asked now."""


async def look(api: TeamApi, key: CallKey) -> Presence:
    """Ask the platform whether a call is there."""
    try:
        await api.calls.get(key.home_id)
    except Unauthorised:
        return Presence.UNKNOWN
    except Rejected:
        return Presence.GONE
    except ApiError:
        return Presence.UNKNOWN
    return Presence.THERE


async def call_is_gone(api: TeamApi, key: CallKey) -> bool:
    """Return whether the platform says that it does not know a call; not knowing the answer is a no."""
    return await look(api, key) is Presence.GONE
