"""Reception: greets whoever calls in, records the call, and finds somebody to talk to.

The caller chooses a group. Outside of its business hours, and where nobody chose and nobody takes the call, a
message is taken; a chosen group that does not take the call offers to call back. Who belongs to which group, and
when, says the rota.
"""

from bot import Call, Router
from handlers.callback_offer import callback_offer
from handlers.survey import survey

router = Router()


@router.call(incoming=True)
async def reception(call: Call) -> None:
    """Answer a call; whoever chooses nothing rings everybody at once."""
    await call.record()
    await call.play("welcome")
    group = await call.menu("main-menu", {"1": "sales", "2": "support"}, tries=2)
    if await call.rota.is_open(group):
        dialled = await call.dial(call.rota.on_duty(group), ring=20, together=group is None)
        if dialled:
            call.transfer(survey, agent=dialled.answered_by)
        if group is not None:
            call.transfer(callback_offer, group=group)
    else:
        await call.play("closed")
    await call.voicemail(notify=call.rota.on_duty(group))
