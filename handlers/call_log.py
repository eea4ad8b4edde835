"""Call log: one line for each call that has ended, with what became of it."""

from bot import CallCreated, CallEndedEvent, Context, MemberDtmf, MemberInviteEnded, Router

router = Router()


@router.on("Call.ended", fallback=False)
async def summarize(event: CallEndedEvent, ctx: Context) -> None:
    """Write the summary, read off the call's events in the journal."""
    history = await ctx.history()
    began = history[0].received_at
    created = next((past.event for past in history if isinstance(past.event, CallCreated)), None)
    rung = [(past.event, past.received_at) for past in history if isinstance(past.event, MemberInviteEnded)]
    answered = [(invite.user_id, at) for invite, at in rung if invite.answered]
    ctx.log.info(
        "call ended",
        result="answered" if answered else "not answered",
        incoming=created.incoming if created else None,
        caller=created.originator.phone if created else None,
        seconds=round(ctx.now() - began, 1),
        answered_by=answered[0][0] if answered else None,
        waited=round(answered[0][1] - began, 1) if answered else None,
        missed_by=list(dict.fromkeys(invite.user_id for invite, _ in rung if not invite.answered)),
        keys_pressed=sum(isinstance(past.event, MemberDtmf) for past in history),
        call_id=event.call_id,
    )
