"""The requests of calls, typed.

A call is a conference in a thread: members are invited, put on hold and put
out one by one; what is played is heard by all of them. Source of paths and
fields: the platform's bot API documents, their contradictions resolved so:
``contactId`` (not ``userId``) names a person, phone numbers are strings, and
taking off hold is ``call.user/unhold`` (not ``call/unpause``).

Every method raises `BadRequest` on wrong arguments, before anything is sent,
and the errors of `TeamApi.request` otherwise. ``thread_id`` is the thread that
the call lives in.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.api import spec
from bot.api.arguments import Arguments
from bot.api.results import AudioStream, CallInfo, Recording, parse_call
from bot.api.spec import RequestSpec
from bot.api.team import TeamRequests
from bot.errors import InDoubt
from bot.events import JsonValue
from bot.events.coerce import text, unpacked


@dataclass(frozen=True, slots=True)
class Invitee:
    """Somebody to invite.

    Attributes:
        contact_id: the person.
        phone: which of the person's numbers to ring; the platform chooses if it is None.
    """

    contact_id: str
    phone: str | None = None


class CallsApi:
    """The requests of calls of one team.

    Args:
        team: what sends them.
    """

    __slots__ = ("_team",)

    def __init__(self, team: TeamRequests) -> None:
        self._team = team

    async def get(self, thread_id: str) -> CallInfo:
        """Ask for a call and its members.

        Returns:
            The call; without members where the platform tells nothing of it.
        """
        data = unpacked(await self._send(spec.CALL_GET, thread_id))
        if data is None:
            return parse_call({})
        if not isinstance(data, dict):
            raise InDoubt("unreadable data in the answer", path=spec.CALL_GET.path, team_id=self._team.team_id)
        return parse_call(data)

    async def invite(
        self,
        thread_id: str,
        *,
        contact_id: str | None = None,
        phone: str | None = None,
        members: Sequence[Invitee] | None = None,
    ) -> None:
        """Ring one person, or several at once; returns before anybody answers.

        Who answers, declines or does not pick up comes as ``Call.Member.Invite.ended``.

        Args:
            thread_id: the call.
            contact_id: the person; either this or ``members``.
            phone: which of the person's numbers to ring; only beside ``contact_id``.
            members: the persons, at least one.
        """
        arguments = self._arguments(spec.USER_INVITE)
        if (contact_id is None) == (members is None):
            raise arguments.wrong("needs either contact_id or members")
        if members is None:
            await self._send(spec.USER_INVITE, thread_id, arguments.member(contact_id, phone))
            return
        if phone is not None:
            raise arguments.wrong("a phone number beside members belongs into one of them")
        if not members:
            raise arguments.wrong("members must not be empty")
        invitees = [_fields(arguments, invitee) for invitee in members]
        await self._send(spec.USER_INVITE, thread_id, {"userIds": invitees})

    async def kick(self, thread_id: str, *, contact_id: str | None = None, phone: str | None = None) -> None:
        """Put a member out, or call an invitation off; at least one of ``contact_id`` and ``phone``."""
        await self._about_member(spec.CALL_KICK, thread_id, contact_id, phone)

    async def hang_up(self, thread_id: str) -> None:
        """Put everybody out, which ends the call."""
        await self._send(spec.CALL_KICK, thread_id)

    async def hold(self, thread_id: str, *, contact_id: str | None = None, phone: str | None = None) -> None:
        """Put a member on hold; at least one of ``contact_id`` and ``phone``."""
        await self._about_member(spec.USER_HOLD, thread_id, contact_id, phone)

    async def unhold(self, thread_id: str, *, contact_id: str | None = None, phone: str | None = None) -> None:
        """Take a member off hold; at least one of ``contact_id`` and ``phone``."""
        await self._about_member(spec.USER_UNHOLD, thread_id, contact_id, phone)

    async def play_audio(self, thread_id: str, url: str, *, loop: bool = False) -> None:
        """Play a file to all members; returns when it begins, and nothing tells when it ends.

        Args:
            thread_id: the call.
            url: an mp3 or wav of at most 10 MB, by http or https, where the platform can reach it.
            loop: whether it begins anew until it is stopped.
        """
        checked = self._arguments(spec.AUDIO_PLAY).audio(url)
        await self._send(spec.AUDIO_PLAY, thread_id, {"url": checked, "isLoop": bool(loop)})

    async def stop_audio(self, thread_id: str, url: str) -> None:
        """Stop playing a file; ``url`` as for `play_audio`."""
        checked = self._arguments(spec.AUDIO_STOP).audio(url)
        await self._send(spec.AUDIO_STOP, thread_id, {"url": checked})

    async def start_recording(self, thread_id: str) -> None:
        """Begin to record the call."""
        await self._send(spec.RECORDING_START, thread_id)

    async def stop_recording(self, thread_id: str) -> Recording:
        """End the recording and return where it is.

        The documents do not say whether this still answers with a link once the call has ended.
        """
        return Recording(file_url=_link(await self._send(spec.RECORDING_STOP, thread_id), "fileUrl"))

    async def start_stream(self, thread_id: str) -> AudioStream:
        """Begin to stream the call's live audio and return where it can be listened to."""
        return AudioStream(stream_url=_link(await self._send(spec.STREAM_START, thread_id), "streamUrl"))

    async def stop_stream(self, thread_id: str) -> None:
        """End the live audio."""
        await self._send(spec.STREAM_STOP, thread_id)

    async def _about_member(self, kind: RequestSpec, thread_id: str, contact_id: str | None, phone: str | None) -> None:
        arguments = self._arguments(kind)
        fields = arguments.member(contact_id, phone)
        if not fields:
            raise arguments.wrong("needs contact_id or phone")
        await self._send(kind, thread_id, fields)

    async def _send(
        self, kind: RequestSpec, thread_id: str, fields: Mapping[str, JsonValue] | None = None
    ) -> JsonValue:
        checked = self._arguments(kind).needed("thread_id", thread_id)
        return await self._team.request(kind, {"threadId": checked, **(fields or {})})

    def _arguments(self, kind: RequestSpec) -> Arguments:
        return Arguments(kind.path, self._team.team_id)


def _link(data: JsonValue, field: str) -> str | None:
    """Return a link of ``data``; None where it has none, since what was asked for has happened all the same."""
    inner = unpacked(data)
    return text(inner.get(field)) if isinstance(inner, dict) else None


def _fields(arguments: Arguments, invitee: Invitee) -> JsonValue:
    needed = arguments.needed("contact_id", invitee.contact_id)
    return {**arguments.member(needed, invitee.phone)}
