"""Callback offer: whoever has waited long enough may be called back instead.

Reached by ``call.transfer(callback_offer, group="sales")`` or from a menu. The number that is to be called is
read out and may be changed. The wish is written into the call's thread and to everybody who is on duty.
"""

from bot import Call, Router
from handlers.survey import survey

PATIENCE = 60.0
"""Seconds that a caller waits before each offer."""
OFFERS = 3
"""How often it is offered before a message is taken."""

router = Router()


@router.flow()
async def callback_offer(call: Call, *, group: str) -> None:
    """Let the caller wait for a group, and offer a callback now and then."""
    for _ in range(OFFERS):
        taken = await call.queue(call.rota.on_duty(group), longest=PATIENCE)
        if taken:
            call.transfer(survey, agent=taken.answered_by)
        if await call.menu("callback-offer", {"1": True}, tries=1):
            await take_wish(call, group)
            return
    await call.voicemail(notify=call.rota.on_duty(group))


async def take_wish(call: Call, group: str) -> None:
    """Note whom to call back; whoever hangs up once the wish is spoken is called back all the same."""
    number = call.caller.phone
    try:
        number = await confirm_number(call)
    finally:
        wish = f"Please call back: {number or 'number unknown'} ({group})"
        await call.comment(wish)
        await call.notify(call.rota.on_duty(group), f"{wish}, call {call.id}")
    await call.play("callback-confirmed", barge_in=False)
    await call.hang_up()


async def confirm_number(call: Call) -> str | None:
    """Return the number to call: that of the caller, or one that is entered; silence is a yes."""
    number = call.caller.phone
    for _ in range(3):
        if number is not None:
            await call.play("callback-number", barge_in=False)
            for digit in filter(str.isdigit, number):
                await call.play(f"digit-{digit}", barge_in=False)
            if await call.menu("callback-check", {"1": True, "2": False}, tries=2) is not False:
                return number
        entered = await call.gather("callback-other", min_digits=5, max_digits=15, inter_digit_timeout=5)
        number = entered.digits if entered else None
    return number or call.caller.phone
