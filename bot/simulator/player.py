"""What is heard and kept of a call, while time passes."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from bot.simulator.media import Media, Playback, Recording, Sound
from bot.simulator.outlet import Outlet, Surroundings


class Player:
    """Plays, records and streams one call.

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
        playback = self.media.play(sound, loop=loop, at=self._around.clock.now())
        if not loop:
            self._ends[playback] = self._around.tasks.start(
                self._run_out(playback), name=f"simulator sound in {self._name}"
            )

    def stop(self, url: str | None = None) -> None:
        """Stop a sound, or every sound; one that does not play is no error, since a stop may be repeated."""
        for playback in self.media.stop(url, at=self._around.clock.now()):
            if (end := self._ends.pop(playback, None)) is not None:
                end.cancel()

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
        self.media.stream_id = self.media.stream_id or self._around.new_id()
        return self._outlet.file_url("streams", self.media.stream_id)

    def stop_stream(self) -> None:
        """End the live stream, if there is one."""
        self.media.stream_id = None

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
        self._outlet.note("note", "platform", f"{playback.name} is over")
