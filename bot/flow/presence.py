"""Whether a call is still there."""

from __future__ import annotations

from bot.api import TeamApi
from bot.errors import ApiError, Rejected, Unauthorised
from bot.events import CallKey


async def call_is_gone(api: TeamApi, key: CallKey) -> bool:
    """Return whether the platform says that it does not know a call; not knowing the answer is a no."""
    try:
        await api.calls.get(key.home_id)
    except Unauthorised:
        return False
    except Rejected:
        return True
    except ApiError:
        return False
    return False
