"""What is heard and kept of a call, while time passes."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Final

from bot.simulator.audio import speech_clip
from bot.simulator.conference import Leg
from bot.simulator.media import Media, Playback, Recording, Sound
from bot.simulator.moments import Cue
from bot.simulator.outlet import Outlet, Surroundings
from bot.simulator.refusal import Refusal

LONGEST_TALK: Final = 86_400.0
"""Seconds that somebody without a microphone may be made to speak at once."""


class Player:
    """Plays, records and streams one call, and takes down what people say and press in it.

    Args:
        name: of the call, for the names of tasks.
        outlet: where it is told that a sound is over.
        around: the simulator's parts.

    Attributes:
        media: the state, for looking at.
    """

    def __init__(self, name: str, outlet: Outlet, around: Surroundings) -> None:
        self.media = Media()
        self._name = name
        self._outlet = outlet
        self._around = around
        self._ends: dict[Playback, asyncio.Task[None]] = {}

    def play(self, sound: Sound, *, loop: bool) -> None:
        """Play a sound to everybody; it stops by itself at its end, and nobody tells the bot."""
        self.stop(sound.url)
        if not sound.clip.audible:
            self._outlet.note(
                "note", "platform", "recordings have silence in place of mp3: install workonflow-bot[simulator]"
            )
        playback = self.media.play(sound, loop=loop, at=self._around.clock.now())
        self._outlet.notice(Cue.BEGINS, sound.url)
        if not loop:
            self._ends[playback] = self._around.tasks.start(
                self._run_out(playback), name=f"simulator sound in {self._name}"
            )

    def stop(self, url: str | None = None) -> None:
        """Stop a sound, or every sound; one that does not play is no error, since a stop may be repeated."""
        for playback in self.media.stop(url, at=self._around.clock.now()):
            if (end := self._ends.pop(playback, None)) is not None:
                end.cancel()
            self._outlet.notice(Cue.ENDS, playback.sound.url)

    def start_recording(self) -> None:
        """Begin to record.

        Raises:
            Refusal: 400, a recording runs already.
        """
        self.media.start_recording(self._around.new_id(), at=self._around.clock.now())

    def stop_recording(self) -> str:
        """End the recording and return the link to it; a repeat returns the same link.

        Raises:
            Refusal: 400, nothing has been recorded.
        """
        return self._link(self.media.stop_recording(at=self._around.clock.now()))

    def start_stream(self) -> str:
        """Make what is heard available live and return the link to it; a repeat returns the same link."""
        return self._outlet.file_url("streams", self.media.start_stream(self._around.new_id()).stream_id)

    def stop_stream(self) -> None:
        """End the live stream, if there is one."""
        self.media.stop_stream(at=self._around.clock.now())

    def press(self, leg: Leg, key: str) -> None:
        """Let the tone of a key be heard."""
        self.media.score.press(leg, self._around.shelf.key(key), at=self._around.clock.now())

    def speak(self, leg: Leg, who: str, wav: bytes) -> float:
        """Let somebody be heard; parameters, result and errors as for `bot.simulator.SimCall.speak`."""
        clip = speech_clip(self._around.shelf, wav)
        now = self._around.clock.now()
        if self.media.score.say(leg, clip, clip.seconds, at=now):
            self._outlet.note("person", who, "speaks")
        return clip.seconds

    def say(self, leg: Leg, who: str, seconds: float) -> None:
        """Let somebody be heard who has no microphone; errors as for `bot.simulator.SimCall.say`."""
        if not 0 < seconds <= LONGEST_TALK:
            raise Refusal(400, f"somebody may speak for up to {LONGEST_TALK:g} s at once, not for {seconds:g} s")
        clip = self._around.shelf.voice(leg.contact_id)
        self.media.score.say(leg, clip, seconds, at=self._around.clock.now())
        self._outlet.note("person", who, f"speaks for {seconds:g} s")

    def hush(self, leg: Leg, *, on: bool) -> None:
        """Keep somebody out of what the others hear, or let them be heard again."""
        self.media.score.hush(leg, on=on, at=self._around.clock.now())

    def leave(self, leg: Leg) -> None:
        """Let somebody not be heard any more, who has gone."""
        self.media.score.leave(leg, at=self._around.clock.now())

    def close(self) -> Sequence[str]:
        """End everything with the call; return the links of recordings that nobody had stopped."""
        self.stop()
        self.stop_stream()
        return [] if self.media.recording is None else [self.stop_recording()]

    def _link(self, recording: Recording) -> str:
        return self._outlet.file_url("recordings", recording.recording_id)

    async def _run_out(self, playback: Playback) -> None:
        await self._around.clock.sleep(playback.sound.duration)
        del self._ends[playback]
        self.media.run_out(playback, at=self._around.clock.now())
        self._outlet.notice(Cue.ENDS, playback.sound.url)
        self._outlet.note("note", "platform", f"{playback.name} is over")
