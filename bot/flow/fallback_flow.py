"""The flow that takes a call over when its own cannot go on: everybody on duty is rung, then a message is taken."""

from __future__ import annotations

from typing import Final

from bot.errors import ApiError, PromptError
from bot.events import JsonValue
from bot.flow.call import Call
from bot.flow.members import MemberState
from bot.flow.route import FlowRoute

_RING: Final = 30.0
_LOOK_EVERY: Final = 60.0
"""Seconds after which the platform is asked whether the caller is alone, if no event has told so."""
_LOOK_AGAIN: Final = 5.0
"""The same where the platform did not say."""


async def answer_anyway(call: Call, reason: str = "") -> None:
    """Ring everybody on duty, unless an agent has the call; with nobody there, take a message.

    Whoever has talked to somebody is not left alone in a silent call: it is ended when the others have gone.
    It uses nothing of what failed: it asks the platform who is in the call.

    Args:
        call: the call.
        reason: why it came here.
    """
    answered, ringing = await _attendance(call)
    call.log.warning("fallback", reason=reason, attended=bool(answered))
    if answered:
        await _end_when_alone(call)
    for contact_id in ringing:
        # Rung anew in a moment; a telephone must not be rung twice at once.
        await call.call_off(contact_id)
    dialled = await call.dial(call.rota.on_duty(), together=True, ring=_RING)
    if dialled:
        await _end_when_alone(call)
    try:
        await call.voicemail(notify=call.rota.on_duty(), thanks=None)
    except (PromptError, ApiError) as error:
        # A message without having been asked for one is better than none.
        call.log.error("the fallback cannot ask for a message", reason=str(error))  # noqa: TRY400 - the line says it all
        await call.voicemail(None, notify=call.rota.on_duty(), thanks=None)


async def _end_when_alone(call: Call) -> None:
    """Hang up when nobody but the caller is left; the end of the call ends the flow here, in any case."""
    while True:
        alone = await _is_alone(call)
        if alone:
            try:
                await call.hang_up()
            except ApiError as error:
                # Whoever rings now would ring for a conversation that is over.
                call.log.warning("fallback cannot end the call", reason=error.message)
        await call.wait_for("Call.Member.leaved", timeout=_LOOK_EVERY if alone is False else _LOOK_AGAIN)


async def _is_alone(call: Call) -> bool | None:
    """Ask the platform whether nobody talks to the caller; return None where it does not say."""

    async def look() -> JsonValue:
        try:
            members = (await call.api.calls.get(call.id)).members
        except ApiError as error:
            call.log.warning("fallback cannot see whether the caller is alone", reason=error.message)
            return None
        return not any(member.answered and not member.has_originator for member in members)

    alone = await call.step("is the caller alone", look)
    return alone if isinstance(alone, bool) else None


async def _attendance(call: Call) -> tuple[list[str], list[str]]:
    """Return which agents are in the call, and which are being rung: as the platform says, else as its events did."""

    async def look() -> JsonValue:
        try:
            members = (await call.api.calls.get(call.id)).members
        except ApiError as error:
            # Not knowing is no reason to leave the caller alone.
            call.log.warning("fallback cannot see who is in the call", reason=error.message)
            return None
        agents = [member for member in members if not member.has_originator and member.contact_id]
        return [
            [agent.contact_id for agent in agents if agent.answered],
            [agent.contact_id for agent in agents if not agent.answered],
        ]

    match await call.step("who is in the call", look):
        case [list(answered), list(ringing)]:
            return [str(one) for one in answered], [str(one) for one in ringing]
        case _:
            agents = [member for member in call.members if not member.is_caller]
            return (
                [agent.contact_id or "" for agent in agents if agent.present],
                [agent.contact_id for agent in agents if agent.contact_id and agent.state is MemberState.RINGING],
            )


FALLBACK: Final = FlowRoute(
    name="bot.fallback", function=answer_anyway, version=1, predicates=None, where="bot", conditions=""
)
"""The route of the fallback; nothing can be registered over it."""
