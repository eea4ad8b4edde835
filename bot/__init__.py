"""The call bot that answers the phone: what handler modules import.

::

    from bot import Call, Router

    router = Router()

    @router.call(incoming=True)
    async def reception(call: Call) -> None:
        await call.play("welcome")
        if not await call.dial(call.rota.on_duty()):
            await call.voicemail()
"""

from bot.api import Invitee, parse_comment
from bot.dispatch import CallNext, Context, Router
from bot.errors import (
    ApiError,
    BadRequest,
    BotError,
    CallEnded,
    InDoubt,
    NotSent,
    PromptError,
    Rejected,
    StepFailed,
    Unauthorised,
)
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
from bot.flow import Call, CallMember, Dialled, Fate, Gathered, MemberState, Message, Reason

__all__ = [
    "ApiError",
    "BadRequest",
    "BotError",
    "Call",
    "CallCreated",
    "CallEnded",
    "CallEndedEvent",
    "CallEvent",
    "CallKey",
    "CallMember",
    "CallNext",
    "Context",
    "Dialled",
    "Event",
    "Fate",
    "Gathered",
    "InDoubt",
    "Invitee",
    "MemberDtmf",
    "MemberEvent",
    "MemberHeld",
    "MemberInviteEnded",
    "MemberInvited",
    "MemberLeft",
    "MemberState",
    "MemberUnheld",
    "Message",
    "NotSent",
    "Originator",
    "PromptError",
    "Reason",
    "Rejected",
    "Router",
    "StepFailed",
    "Unauthorised",
    "parse_comment",
]
