"""The members of a call: inviting, holding, putting out, ending."""

from __future__ import annotations

from bot.api import spec
from bot.errors import ApiError
from bot.events import JsonValue
from bot.flow.gather import CallGather


class CallPeople(CallGather):
    """What is done with members, one by one."""

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

        async def rung() -> bool:
            members = (await self._api.calls.get(self.id)).members
            return any(member.contact_id == contact_id for member in members)

        await self._request(spec.USER_INVITE, {"contactId": contact_id, "phone": phone}, send, done=rung)

    async def kick(self, contact_id: str) -> None:
        """Put a member out, or call an invitation off."""

        async def send() -> JsonValue:
            await self._api.calls.kick(self.id, contact_id=contact_id)
            return None

        await self._request(spec.CALL_KICK, {"contactId": contact_id}, send)

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

        await self._request(spec.CALL_KICK, {}, send)

    async def comment(self, text: str, *, to: str | None = None) -> None:
        """Write a comment into the call's thread, or to a person; works after the end of the call, too.

        Args:
            text: the comment.
            to: contact id of the person to write to, instead of the thread.
        """

        async def send() -> JsonValue:
            thread, stream = (None, None) if to is not None else self._home
            await self._api.comments.create(thread_id=thread, stream_id=stream, to=to, text=text)
            return None

        async def written() -> bool:
            if to is not None:
                return False
            thread, stream = self._home
            comments = await self._api.comments.read(thread_id=thread, stream_id=stream)
            return any(comment.text == text for comment in comments)

        await self._request(spec.COMMENT_CREATE, {"text": text, "to": to}, send, done=written, after_end=True)

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

        await self._request(what, {"contactId": who, "phone": phone}, send)

    async def call_off(self, contact_id: str) -> None:
        """Put out somebody who may have gone already; a refusal is no error."""
        try:
            await self.kick(contact_id)
        except ApiError as error:
            self.log.info("not put out, probably gone already", contact=contact_id, reason=error.message)
