"""Conference: whoever calls the conference's line and knows a PIN opens a room; the bot rings its other members.

On the platform a call is one conference, in a thread of its own, and nobody can be moved from one call to another.
So a room is not a place that callers meet in by dialling the same number: one of them opens it, and the others
are rung. Whoever missed it comes in when anybody in the room presses the star.
"""

from bot import ApiError, Call, Event, MemberDtmf, MemberInviteEnded, MemberLeft, MemberState, Router

LINE = "5b1a6e40c3d2f7001a90c0de"
"""What calls to the conference are made to: the ``destinationId`` of their ``Call.created``. Put yours here."""
ROOMS = {"4711": "sales", "4712": "support"}
"""The group of the rota that each PIN calls together. Choose PINs of your own."""

router = Router()


@router.call(incoming=True, destination=LINE)
async def conference(call: Call) -> None:
    """Ask for the PIN, ring the room's members, let everybody hear who comes in, and note who came."""
    pin = await call.gather("enter-pin", max_digits=8, valid=ROOMS, tries=3, on_invalid="wrong-pin", sensitive=True)
    if not pin:
        await call.play("goodbye", barge_in=False)
        await call.hang_up()
        return
    group = ROOMS[pin.digits]
    came: list[str] = []
    try:
        await call.record()
        await call.play("conference-welcome", barge_in=False)
        await ring_missing(call, group)
        music = False
        while any(member.present for member in call.members):
            music = await keep_company(call, music=music)
            match await call.wait_for("Call.Member.*", _matters):
                case MemberDtmf():
                    await ring_missing(call, group)
                case MemberInviteEnded(user_id=who):
                    came.append(who or "somebody")
                    await call.play("beep", wait=False)
    finally:
        await call.comment(f"Conference {group}: {', '.join(came) or 'nobody came'}")
    await call.hang_up()


async def ring_missing(call: Call, group: str) -> None:
    """Ring the members of a group who are neither in the call nor being rung."""
    here = {member.contact_id for member in call.members if member.state is not MemberState.GONE}
    for person in await call.rota.members(group):
        if person.contact_id not in here:
            try:
                await call.invite(person.contact_id, phone=person.phone)
            except ApiError as error:
                call.log.warning("cannot be rung", contact=person.contact_id, reason=error.message)


async def keep_company(call: Call, *, music: bool) -> bool:
    """Play music to whoever is alone in the room, and stop it when others come; return whether it plays now."""
    alone = sum(member.present for member in call.members) == 1
    if alone and not music:
        await call.play("hold-music", loop=True)
    elif music and not alone:
        await call.stop("hold-music")
    return alone


def _matters(event: Event) -> bool:
    match event:
        case MemberDtmf(dtmf_number=key):
            return key == "*"
        case MemberInviteEnded(answered=answered):
            return answered is True
        case _:
            return isinstance(event, MemberLeft)
