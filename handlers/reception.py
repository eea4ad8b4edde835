"""Reception: greets whoever calls, records the call, and rings the agents on duty one after another.

A handler may run twice for one event (after a failure, or when the bot was
killed in the middle of it), so this one looks who is in the call before it rings.
"""

from bot import CallCreated, Context, MemberInviteEnded, Rejected, Router

router = Router()


@router.on("Call.created", incoming=True)
async def greet(event: CallCreated, ctx: Context) -> None:
    """Greet the caller while the first agent's phone rings; then let the caller hear that it rings."""
    welcome = ctx.prompt("welcome")
    await ctx.api.calls.play_audio(event.call_id, welcome.url)
    await record(event.call_id, ctx)
    ringing = await ring(event.call_id, ctx, list(ctx.on_duty))
    await ctx.sleep(welcome.duration)
    call = await ctx.api.calls.get(event.call_id)
    if any(member.answered for member in call.members if not member.has_originator):
        return
    if ringing:
        await ctx.api.calls.play_audio(event.call_id, ctx.prompt("ringback").url, loop=True)
    else:
        await take_message(event.call_id, ctx)


@router.on("Call.Member.Invite.ended", answered=True)
async def connected(event: MemberInviteEnded, ctx: Context) -> None:
    """End the ringing tone: everybody in the call hears it."""
    await ctx.api.calls.stop_audio(event.call_id, ctx.prompt("ringback").url)


@router.on("Call.Member.Invite.ended", answered=False)
async def try_next(event: MemberInviteEnded, ctx: Context) -> None:
    """Ring the agent after the one who did not pick up; after the last, ask for a message."""
    agents = list(ctx.on_duty)
    if event.user_id not in agents:
        return
    if not await ring(event.call_id, ctx, agents[agents.index(event.user_id) + 1 :]):
        await take_message(event.call_id, ctx)


async def record(call_id: str, ctx: Context) -> None:
    """Start the recording, unless it is on already."""
    try:
        await ctx.api.calls.start_recording(call_id)
    except Rejected as error:
        ctx.log.info("recording not started", reason=error.message)


async def ring(call_id: str, ctx: Context, agents: list[str]) -> bool:
    """Ring the first agent who can be rung; return whether there is one, or somebody is in already."""
    call = await ctx.api.calls.get(call_id)
    if any(member.contact_id in agents or member.answered for member in call.members if not member.has_originator):
        return True
    for agent in agents:
        try:
            await ctx.api.calls.invite(call_id, contact_id=agent)
        except Rejected as error:
            ctx.log.warning("agent cannot be rung", agent=agent, reason=error.message)
        else:
            return True
    return False


async def take_message(call_id: str, ctx: Context) -> None:
    """Ask for a message, which the recording takes."""
    await ctx.api.calls.stop_audio(call_id, ctx.prompt("ringback").url)
    await ctx.api.calls.play_audio(call_id, ctx.prompt("leave-a-message").url)
