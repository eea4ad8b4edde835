"""Quality recorder: records and streams every call, whatever its flow does, and posts the links as comments.

It only watches: a flow keeps its call, and where this fails nobody's call is sent to the fallback. Handlers may run
twice for an event, after a failure; so a recording that is on already is no error, and a link twice is better
than none. A link that stands in the thread already, with a message for example, is not posted once more.
"""

from bot import CallCreated, CallEndedEvent, Context, Event, Rejected, Router, parse_comment

router = Router()

OTHERS_FIRST = 2.0
"""Seconds in which a flow that takes a message has posted the same link."""


@router.on("Call.created", fallback=False)
async def begin(event: CallCreated, ctx: Context) -> None:
    """Record the call, and say where it can be listened to."""
    try:
        await ctx.api.calls.start_recording(event.call_id)
    except Rejected as error:
        ctx.log.info("not recorded from here, probably the flow was faster", reason=error.message)
    stream = await ctx.api.calls.start_stream(event.call_id)
    await ctx.comment(f"Listen live: {stream.stream_url}")


@router.on("Call.ended", fallback=False)
async def end(event: CallEndedEvent, ctx: Context) -> None:
    """Post the recording, if the platform still tells where it is; else it comes with a comment of its own."""
    try:
        recording = await ctx.api.calls.stop_recording(event.call_id)
    except Rejected as error:
        ctx.log.info("the recording comes later", reason=error.message)
        return
    if recording.file_url is not None:
        await post(ctx, recording.file_url)


@router.on("Comment.created", type="call", fallback=False)
async def recorded(event: Event, ctx: Context) -> None:
    """Post what the platform's comment at the end of a call brings as a file."""
    for url in parse_comment(event.raw).file_urls:
        await post(ctx, url)


async def post(ctx: Context, url: str) -> None:
    """Post a link, unless a comment of the call has it in its text."""
    await ctx.sleep(OTHERS_FIRST)
    events = [stored.event for stored in await ctx.history()]
    if not any(event.event_type == "Comment.created" and url in parse_comment(event.raw).text for event in events):
        await ctx.comment(f"Recording: {url}")
