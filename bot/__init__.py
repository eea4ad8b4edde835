"""The call bot that answers the phone: what handler modules import.

::

    from bot import CallCreated, Context, Router

    router = Router()

    @router.on("Call.created", incoming=True)
    async def greet(event: CallCreated, ctx: Context) -> None:
        await ctx.api.calls.play_audio(event.thread_id, ctx.prompt("welcome"))
"""

from bot.dispatch import CallNext, Context, Router
from bot.errors import ApiError, BadRequest, BotError, InDoubt, NotSent, PromptError, Rejected, Unauthorised
from bot.events import (
    CallCreated,
    CallEndedEvent,
    CallEvent,
    CallKey,
    Event,
    MemberDtmf,
    MemberEvent,
    MemberHeld,
    MemberInvited,
    MemberInviteEnded,
    MemberLeft,
    MemberUnheld,
    Originator,
)

__all__ = [
    "ApiError",
    "BadRequest",
    "BotError",
    "CallCreated",
    "CallEndedEvent",
    "CallEvent",
    "CallKey",
    "CallNext",
    "Context",
    "Event",
    "InDoubt",
    "MemberDtmf",
    "MemberEvent",
    "MemberHeld",
    "MemberInviteEnded",
    "MemberInvited",
    "MemberLeft",
    "MemberUnheld",
    "NotSent",
    "Originator",
    "PromptError",
    "Rejected",
    "Router",
    "Unauthorised",
]
