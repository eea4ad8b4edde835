"""The members of a call: inviting, holding, putting out, ending."""

from __future__ import annotations

from bot.api import spec
from bot.errors import ApiError
from bot.events import Event, JsonValue, MemberInvited
from bot.flow.branches import last_mark
from bot.flow.core import ON_THEIR_WAY
from bot.flow.doubt import OwnComment, Sending
from bot.flow.gather import CallGather


class CallPeople(CallGather):
    """What is done with members, one by one."""

    # Ids of the comments that this flow has written.
    _comments: tuple[str, ...] = ()

    async def invite(self, contact_id: str, *, phone: str | None = None) -> None:
        """Ring somebody and do not wait; `dial` does, and takes care of the rest.

        Raises:
            Rejected: the platform does not know the person.
            InDoubt: it may ring or not, and the platform cannot say.
        """
        self._invited.add(contact_id)

        async def send() -> JsonValue:
            await self._api.calls.invite(self.id, contact_id=contact_id, phone=phone)
            return None

        async def rung() -> JsonValue:
            def invited(event: Event) -> bool:
                return isinstance(event, MemberInvited) and event.user_id == contact_id

            after = last_mark().position
            if self._mailbox.first(after, invited) is None:
                members = (await self._api.calls.get(self.id)).members
                if any(member.contact_id == contact_id for member in members):
                    return True
            # Who has declined since is not listed any more, and must not be rung again either. The event that tells
            # of the ringing may be on its way still.
            return await self._event_or_time(invited, after, self._services.clock.now() + ON_THEIR_WAY)

        # Noted before anything is sent, so that a process which takes over knows whether there is anything to doubt.
        await self._steps.do("about to ring", {"contactId": contact_id}, _noted)
        sending = Sending(send=send, done=rung)
        await self._request(spec.USER_INVITE, {"contactId": contact_id, "phone": phone}, sending)

    async def kick(self, contact_id: str) -> None:
        """Put a member out, or call an invitation off."""

        async def send() -> JsonValue:
            await self._api.calls.kick(self.id, contact_id=contact_id)
            return None

        await self._request(spec.CALL_KICK, {"contactId": contact_id}, Sending(send=send, refused_once_done=True))

    async def hold(self, contact_id: str | None = None) -> None:
        """Put a member, or the caller if none is named, on hold."""
        await self._hold(spec.USER_HOLD, contact_id, on=True)

    async def unhold(self, contact_id: str | None = None) -> None:
        """Take a member, or the caller if none is named, off hold."""
        await self._hold(spec.USER_UNHOLD, contact_id, on=False)

    async def hang_up(self) -> None:
        """Put everybody out, which ends the call; the next step raises `CallEnded`."""

        async def send() -> JsonValue:
            await self._api.calls.hang_up(self.id)
            return None

        await self._request(spec.CALL_KICK, {}, Sending(send=send))

    async def comment(self, text: str, *, to: str | None = None) -> None:
        """Write a comment into the call's thread, or to a person; works after the end of the call, too.

        A bot that dies between writing and taking note of it looks for the comment before it writes again. The
        platform offers no way to look for what was written to a person: that may come twice.

        Args:
            text: the comment.
            to: contact id of the person to write to, instead of the thread.

        Raises:
            InDoubt: it may be there or not, and the platform cannot say.
        """

        async def send() -> JsonValue:
            thread, stream = (None, None) if to is not None else self._home
            return await self._api.comments.create(thread_id=thread, stream_id=stream, to=to, text=text)

        async def written() -> JsonValue:
            thread, stream = self._home
            wanted = OwnComment(text, self._api.bot_id, last_mark().at, self._comments)
            return await wanted.find(self._api.comments, thread_id=thread, stream_id=stream)

        sending = Sending(send=send, done=written if to is None else None)
        comment_id = await self._request(spec.COMMENT_CREATE, {"text": text, "to": to}, sending, after_end=True)
        if isinstance(comment_id, str):
            self._comments = (*self._comments, comment_id)

    @property
    def _home(self) -> tuple[str | None, str | None]:
        """The thread and the stream that the call lives in, one of them None."""
        return (self.id, None) if self.key.home == "thread" else (None, self.id)

    async def _hold(self, what: spec.RequestSpec, contact_id: str | None, *, on: bool) -> None:
        who = contact_id or self.caller.contact_id
        phone = self.caller.phone if who is None else None

        async def send() -> JsonValue:
            request = self._api.calls.hold if on else self._api.calls.unhold
            await request(self.id, contact_id=who, phone=phone)
            return None

        sending = Sending(send=send, refused_once_done=True)
        await self._request(what, {"contactId": who, "phone": phone}, sending)

    async def call_off(self, contact_id: str) -> None:
        """Put out somebody who may have gone already; a refusal is no error."""
        try:
            await self.kick(contact_id)
        except ApiError as error:
            self.log.info("not put out, probably gone already", contact=contact_id, reason=error.message)


async def _noted(_doubt: bool) -> JsonValue:
    return None
