"""What a call hears: prompts, recording, streams. Everything that is played is heard by all members."""

from __future__ import annotations

from dataclasses import dataclass

from bot.api import spec
from bot.errors import ApiError, PromptError, Rejected
from bot.events import Event, JsonValue, MemberDtmf
from bot.flow.checks import not_negative
from bot.flow.core import CallCore
from bot.flow.doubt import Sending
from bot.flow.parts import CallParts


@dataclass(frozen=True, slots=True)
class Sound:
    """Something that is being played.

    Attributes:
        url: where the platform fetches it.
        duration: how long it plays, in seconds; None for an address whose duration nobody told.
        began_at: unix seconds.
    """

    url: str
    duration: float | None
    began_at: float


class CallAudio(CallCore):
    """Playing and recording."""

    def __init__(self, parts: CallParts) -> None:
        super().__init__(parts)
        # Number of the newest event when the recording that runs was started; None while none does.
        self._recorded_from: int | None = None

    async def play(
        self,
        prompt: str,
        *,
        wait: bool = True,
        loop: bool = False,
        barge_in: bool = True,
        language: str | None = None,
        duration: float | None = None,
    ) -> bool:
        """Play a prompt.

        Args:
            prompt: its name, or an address (http or https) of an mp3 or wav file.
            wait: whether to wait until it has ended; a loop is never waited for.
            loop: whether it begins again until `stop`.
            barge_in: whether a key that the caller presses meanwhile stops it. The key is kept for the next
                gather.
            language: which language of a named prompt; the default one if None.
            duration: seconds that an address plays; needed to wait for it.

        Returns:
            True if it was played to the end (or is not waited for), False if a key stopped it.

        Raises:
            PromptError: there is no such prompt.
            ValueError: an address is to be waited for, and its duration is not given, or ``duration`` is negative.
        """
        if duration is not None:
            not_negative(duration=duration)
        waited = wait and not loop
        if waited and "://" in prompt and duration is None:
            raise ValueError("waiting for the end of an address needs its duration; give duration=, or wait=False")
        after = self._steps.position
        sound = await self._start_sound(prompt, loop=loop, language=language, duration=duration)
        if not waited or sound.duration is None:
            return True
        until = sound.began_at + sound.duration
        if not barge_in:
            await self._sleep_until(until)
            return True
        if await self._wait("wait for prompt", self._is_callers_key, after=after, until=until) is None:
            return True
        await self._stop_sound(sound)
        return False

    async def stop(self, prompt: str, *, language: str | None = None) -> None:
        """Stop a prompt or an address that is being played."""

        async def send() -> JsonValue:
            await self._api.calls.stop_audio(self.id, self._link(prompt, language)[0])
            return None

        sending = Sending(send=send, refused_once_done=True)
        await self._request(spec.AUDIO_STOP, {"prompt": prompt, "language": language}, sending)

    async def record(self) -> None:
        """Start the recording; one that runs already goes on."""
        after = self._steps.position

        async def send() -> JsonValue:
            try:
                await self._api.calls.start_recording(self.id)
            except Rejected as error:
                # The platform's documents name no way to ask; its refusal says it.
                if "already" not in error.message.lower():
                    raise
            return None

        await self._request(spec.RECORDING_START, {}, Sending(send=send, refused_once_done=True))
        self._recorded_from = after

    async def stop_recording(self) -> str | None:
        """Stop the recording; works after the end of the call, too.

        Returns:
            Where the file is, if the platform says so; else it may come with a comment, see `recording_link`.
        """

        async def send() -> JsonValue:
            return (await self._api.calls.stop_recording(self.id)).file_url

        sending = Sending(send=send, refused_once_done=True)
        url = await self._request(spec.RECORDING_STOP, {}, sending, after_end=True)
        self._recorded_from = None
        return url if isinstance(url, str) else None

    async def stream(self) -> str | None:
        """Start a live stream of the conversation.

        Returns:
            Its address; None if the platform did not say, or said it to a bot that died before it took note.
        """

        async def send() -> JsonValue:
            return (await self._api.calls.start_stream(self.id)).stream_url

        url = await self._request(spec.STREAM_START, {}, Sending(send=send, refused_once_done=True))
        return url if isinstance(url, str) else None

    async def stop_stream(self) -> None:
        """Stop the live stream."""

        async def send() -> JsonValue:
            await self._api.calls.stop_stream(self.id)
            return None

        await self._request(spec.STREAM_STOP, {}, Sending(send=send, refused_once_done=True))

    async def _start_sound(
        self, prompt: str, *, loop: bool = False, language: str | None = None, duration: float | None = None
    ) -> Sound:
        async def send() -> JsonValue:
            url, known = self._link(prompt, language)
            await self._api.calls.play_audio(self.id, url, loop=loop)
            return {"url": url, "duration": duration if known is None else known}

        arguments: dict[str, JsonValue] = {"prompt": prompt, "language": language, "loop": loop}
        played = await self._request(spec.AUDIO_PLAY, arguments, Sending(send=send))
        known = played if isinstance(played, dict) else {}
        lasts = known.get("duration")
        return Sound(str(known.get("url")), lasts if isinstance(lasts, int | float) else None, self._steps.now)

    async def _start_music(self, music: str | None, language: str | None) -> Sound | None:
        """Start what a caller hears while waiting; without it the wait goes on all the same."""
        if music is None:
            return None
        try:
            return await self._start_sound(music, loop=True, language=language)
        except (PromptError, ApiError) as error:
            self.log.warning("nothing is played while the caller waits", music=music, reason=str(error))
            return None

    async def _stop_sound(self, sound: Sound) -> None:
        async def send() -> JsonValue:
            await self._api.calls.stop_audio(self.id, sound.url)
            return None

        await self._request(spec.AUDIO_STOP, {"url": sound.url}, Sending(send=send, refused_once_done=True))

    def _link(self, prompt: str, language: str | None) -> tuple[str, float | None]:
        if "://" in prompt:
            return prompt, None
        link = self._services.prompts.get(prompt, language)
        return link.url, link.duration

    def _key(self, event: Event) -> str:
        return (event.dtmf_number or "") if isinstance(event, MemberDtmf) else ""
