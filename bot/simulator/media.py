"""What is heard and kept of one call, as pure state: prompts, recordings, the live stream."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from bot.simulator.clips import Clip
from bot.simulator.refusal import Refusal
from bot.simulator.score import Score


@dataclass(frozen=True, slots=True, kw_only=True)
class Sound:
    """A file that the bot wants played.

    Attributes:
        url: where it is.
        duration: its length in seconds.
        clip: what is in it.
    """

    url: str
    duration: float
    clip: Clip


@dataclass(slots=True, kw_only=True, eq=False)
class Playback:
    """One playing of a sound.

    Attributes:
        sound: what is played.
        loop: whether it begins again at its end.
        started_at: unix seconds.
        ended_at: unix seconds; None while it plays.
        complete: whether it ended because it was over, rather than being stopped.
    """

    sound: Sound
    loop: bool
    started_at: float
    ended_at: float | None = None
    complete: bool = False

    @property
    def path(self) -> str:
        """The path of the sound's URL."""
        return urlsplit(self.sound.url).path

    @property
    def name(self) -> str:
        """The last part of that path."""
        return self.path.rpartition("/")[2]


@dataclass(slots=True, kw_only=True, eq=False)
class Recording:
    """One recording of a call.

    Attributes:
        recording_id: its name in the link.
        started_at: unix seconds.
        ended_at: unix seconds; None while it runs.
    """

    recording_id: str
    started_at: float
    ended_at: float | None = None

    def duration(self, now: float) -> float:
        """Return its length so far, in seconds."""
        return (now if self.ended_at is None else self.ended_at) - self.started_at


@dataclass(slots=True, kw_only=True, eq=False)
class Stream:
    """One making available of what is heard, live.

    Attributes:
        stream_id: its name in the link.
        ended_at: unix seconds; None while it runs.
    """

    stream_id: str
    ended_at: float | None = None


@dataclass(slots=True)
class Media:
    """What is heard and kept of one call.

    Attributes:
        played: every playing, in the order they began.
        recordings: every recording, in the order they began.
        stream: the live stream; None where there is none.
        score: what people say and press.
    """

    played: list[Playback] = field(default_factory=list)
    recordings: list[Recording] = field(default_factory=list)
    stream: Stream | None = None
    score: Score = field(default_factory=Score)

    @property
    def playing(self) -> Sequence[Playback]:
        """What plays now; several sounds may, since a stop names the one it means."""
        return tuple(playback for playback in self.played if playback.ended_at is None)

    @property
    def recording(self) -> Recording | None:
        """The recording that runs, if one does."""
        last = self.recordings[-1] if self.recordings else None
        return last if last is not None and last.ended_at is None else None

    def play(self, sound: Sound, *, loop: bool, at: float) -> Playback:
        """Begin to play a sound; the same sound begins again."""
        self.stop(sound.url, at=at)
        playback = Playback(sound=sound, loop=loop, started_at=at)
        self.played.append(playback)
        return playback

    def stop(self, url: str | None, *, at: float) -> Sequence[Playback]:
        """Stop a sound, or all of them where none is named; return those that were playing."""
        stopped = [playback for playback in self.playing if url is None or playback.sound.url == url]
        for playback in stopped:
            playback.ended_at = at
        return stopped

    def run_out(self, playback: Playback, *, at: float) -> None:
        """End a playing whose sound is over."""
        playback.ended_at = at
        playback.complete = True

    def start_stream(self, stream_id: str) -> Stream:
        """Begin a live stream, or return the one that runs."""
        if self.stream is None:
            self.stream = Stream(stream_id=stream_id)
        return self.stream

    def stop_stream(self, *, at: float) -> None:
        """End the live stream, if there is one."""
        if self.stream is not None:
            self.stream.ended_at = at
            self.stream = None

    def start_recording(self, recording_id: str, *, at: float) -> None:
        """Begin to record.

        Raises:
            Refusal: 400, a recording runs already.
        """
        if self.recording is not None:
            raise Refusal(400, "already recording")
        self.recordings.append(Recording(recording_id=recording_id, started_at=at))

    def stop_recording(self, *, at: float) -> Recording:
        """End the recording and return it; a repeat returns the same one, as a stop may be repeated.

        Raises:
            Refusal: 400, nothing has been recorded.
        """
        if not self.recordings:
            raise Refusal(400, "not recording")
        last = self.recordings[-1]
        if last.ended_at is None:
            last.ended_at = at
        return last
