"""Taking a message."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from bot.api import parse_comment
from bot.errors import ApiError, CallEnded, PromptError
from bot.events import Event, MemberDtmf
from bot.flow.checks import not_negative, one_key, positive
from bot.flow.dial import CallDial
from bot.flow.duty import Duty

_LINK_TIMEOUT: Final = 60.0
"""Seconds to wait for the comment with the recording, where stopping did not answer with its link."""


@dataclass(frozen=True, slots=True)
class Message:
    """A message that a caller has left.

    Attributes:
        url: the recording; None if the platform did not say where it is.
        seconds: how long the caller had to speak.
    """

    url: str | None
    seconds: float


class CallVoicemail(CallDial):
    """Taking a message and telling people of it."""

    async def voicemail(
        self,
        prompt: str | None = "leave-a-message",
        *,
        longest: float = 120.0,
        finish_key: str = "#",
        notify: Duty | str | None = None,
        thanks: str | None = "goodbye",
        language: str | None = None,
    ) -> Message:
        """Let the caller leave a message, put its link into the thread, and end the call.

        The caller ends it by the key, by hanging up, or by speaking for too long. Nothing is lost by a
        hang-up: the link is still stored before `CallEnded` goes on.

        Args:
            prompt: asks for the message and ends with the tone; None plays nothing.
            longest: seconds that the message may last.
            finish_key: the key that ends it.
            notify: who is told, beside the thread: a contact id or ``call.rota.on_duty(...)``.
            thanks: played before hanging up; None plays nothing.
            language: of the prompts.

        Returns:
            The message, if the caller did not hang up.

        Raises:
            ValueError: ``longest`` is not positive, or ``finish_key`` is no key.
        """
        positive(longest=longest)
        one_key(finish_key=finish_key)
        began = self._steps.now + self._length(prompt, language)
        try:
            if prompt is not None:
                sound = await self._start_sound(prompt, language=language)
                began = sound.began_at + (sound.duration or 0.0)
                await self._sleep_until(began)
            self.clear_keys()
            await self.record()
            await self._wait_for_message(finish_key, began + longest)
        except CallEnded:
            # A caller who hangs up while no bot is there may have spoken long before the flow comes here.
            ended = await self._now()
            if self._recorded_from is not None and ended > began:
                await self._keep(began, ended, notify)
            raise
        ended = await self._now()
        url = await self._link_at_once()
        try:
            until = await self._thank(thanks, language)
            if url is None:
                # The recording comes when the call is over, and nobody is to wait for that in silence.
                await self._sleep_until(until)
                await self.hang_up()
                await self._sleep_until(self._steps.now + _LINK_TIMEOUT)
        except CallEnded:
            await self._keep(began, ended, notify, url)
            raise
        # It is written down while the thanks are heard.
        message = await self._keep(began, ended, notify, url)
        await self._sleep_until(until)
        await self.hang_up()
        return message

    async def notify(self, whom: Duty | str, text: str) -> int:
        """Write to people; works after the end of the call, too.

        Somebody who cannot be written to is logged and keeps nobody else from it.

        Args:
            whom: a contact id, or everybody of ``call.rota.on_duty(...)``.
            text: what they read.

        Returns:
            How many were written to.
        """
        people = [whom] if isinstance(whom, str) else [one.contact_id for one in await self.rota.members(whom.group)]
        return sum([await self._told(text, contact_id) for contact_id in people])

    async def recording_link(self, timeout: float = _LINK_TIMEOUT) -> str | None:
        """Stop the recording and return where it is; works after the end of the call, too.

        Where the platform does not answer with the link, the comment that brings it is waited for.

        Args:
            timeout: seconds to wait for that comment.

        Raises:
            ValueError: ``timeout`` is negative.
        """
        not_negative(timeout=timeout)
        # Where no bot was there when the call ended, the comment may have come already.
        after = self._steps.position if self._recorded_from is None else self._recorded_from
        try:
            url = await self.stop_recording()
        except ApiError as error:
            self.log.info("the recording's link was not told, its comment is waited for", reason=error.message)
            url = None
        if url is not None:
            return url
        until = await self._now() + timeout
        comment = await self._wait("wait for recording", _has_file, after=after, until=until, after_end=True)
        return None if comment is None else _file_of(comment.event)

    def _length(self, prompt: str | None, language: str | None) -> float:
        try:
            return 0.0 if prompt is None else self._link(prompt, language)[1] or 0.0
        except PromptError:
            return 0.0

    async def _wait_for_message(self, finish_key: str, until: float) -> None:
        def finished(event: Event) -> bool:
            return isinstance(event, MemberDtmf) and event.dtmf_number == finish_key and self._is_callers_key(event)

        pressed = await self._wait("wait for message", finished, after=self._keys_from, until=until, patient=True)
        if pressed is not None:
            self._keys_from = pressed.seq

    async def _thank(self, thanks: str | None, language: str | None) -> float:
        """Begin to play the thanks, and return when they are over; a message is kept without them, too."""
        if thanks is None:
            return self._steps.now
        try:
            sound = await self._start_sound(thanks, language=language)
        except (ApiError, PromptError) as error:
            self.log.warning("the thanks could not be played", reason=str(error))
            return self._steps.now
        return sound.began_at + (sound.duration or 0.0)

    async def _link_at_once(self) -> str | None:
        try:
            return await self.stop_recording()
        except ApiError as error:
            self.log.info("the recording's link was not told yet", reason=error.message)
            return None

    async def _keep(self, began: float, ended: float, notify: Duty | str | None, url: str | None = None) -> Message:
        url = url or await self.recording_link()
        message = Message(url, round(ended - began, 1))
        about = f"Voicemail, {message.seconds:g} s: {url or 'the recording comes with a comment of the platform'}"
        await self._told(about, None)
        if notify is not None:
            await self.notify(notify, f"{about} (call {self.id})")
        return message

    async def _told(self, text: str, to: str | None) -> bool:
        try:
            await self.comment(text, to=to)
        except ApiError as error:
            self.log.error("somebody could not be told", to=to or "thread", reason=error.message)  # noqa: TRY400
            return False
        return True


def _has_file(event: Event) -> bool:
    return event.event_type == "Comment.created" and _file_of(event) is not None


def _file_of(event: Event) -> str | None:
    """Return the address of the first file of a comment, if it has one."""
    urls = parse_comment(event.raw).file_urls
    return urls[0] if urls else None
