"""The reception of the kill test of calls: the one of the examples, with short prompts and short rings.

Every operation that a kill may hit is in it, and what it came to stands in comments, so that the
platform's own books tell whether a call went as it should.
"""

from __future__ import annotations

import os
from typing import Final

from bot import Call, CallEnded, Router

router = Router()

RING: Final = "DESK_RING"
"""The environment variable that says for how many seconds each agent is rung."""


@router.call(incoming=True)
async def reception(call: Call) -> None:
    """Record, greet, ask for a number and a department, ring two agents in order, or take a message."""
    try:
        await call.record()
        await call.play("welcome")
        number = await call.gather(
            "enter-number", min_digits=3, max_digits=3, first_timeout=8.0, inter_digit_timeout=6.0, tries=2
        )
        choice = await call.menu("main-menu", {"1": "sales", "2": "support"}, tries=4, timeout=4.0)
        call.state["asked"] = f"{number.digits} {choice}"
        first, second = agents_of(call.caller.phone or "")
        dialled = await call.dial([first, second], ring=float(os.environ[RING]))
        if dialled:
            call.transfer(conversation, agent=dialled.answered_by)
        await call.comment(f"{call.state['asked']} None")
        await call.voicemail(longest=12.0)
        await call.sleep(600.0)
    except CallEnded:
        await call.comment("over")
        raise


@router.flow()
async def conversation(call: Call, agent: str) -> None:
    """Say who has the call, and be there to its end."""
    try:
        await call.comment(f"{call.state['asked']} {agent}")
        await call.sleep(600.0)
    finally:
        await call.comment("over")


def agents_of(phone: str) -> tuple[str, str]:
    """Return who is rung for a caller; everybody has agents of their own, since one who talks is engaged."""
    return f"first-{phone}", f"second-{phone}"
