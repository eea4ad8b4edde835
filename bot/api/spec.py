"""What the client has to know of each request of the platform before it sends one.

The platform documents neither idempotency keys nor request ids. So whether a
request whose answer was lost may be sent again is a property of the request.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class RequestSpec:
    """One kind of request.

    Attributes:
        path: as the platform documents it, below the team: ``POST {base}/{team}/{path}``.
        repeatable: whether sending it once more does no harm when the first one may have taken effect.
    """

    path: str
    repeatable: bool


# Reads change nothing.
CALL_GET: Final = RequestSpec("call/get", repeatable=True)

# Rings a person: a repeat rings them twice.
USER_INVITE: Final = RequestSpec("call.user/invite", repeatable=False)

# Name a state in which somebody shall be; being in it already is no different.
CALL_KICK: Final = RequestSpec("call/kick", repeatable=True)
USER_HOLD: Final = RequestSpec("call.user/hold", repeatable=True)
USER_UNHOLD: Final = RequestSpec("call.user/unhold", repeatable=True)

# A prompt that begins anew a moment later is heard whole; one that never begins leaves the caller in silence.
AUDIO_PLAY: Final = RequestSpec("call.audio/play", repeatable=True)
AUDIO_STOP: Final = RequestSpec("call.audio/stop", repeatable=True)

# A second start or stop finds the recording or stream already so, or is refused; neither changes the call.
RECORDING_START: Final = RequestSpec("call.recording/start", repeatable=True)
RECORDING_STOP: Final = RequestSpec("call.recording/stop", repeatable=True)
STREAM_START: Final = RequestSpec("call.stream/start", repeatable=True)
STREAM_STOP: Final = RequestSpec("call.stream/stop", repeatable=True)

# Posts: a repeat posts twice.
COMMENT_CREATE: Final = RequestSpec("comment/create", repeatable=False)

# Reads change nothing.
COMMENT_READ: Final = RequestSpec("comment/read", repeatable=True)
CONTACT_READ: Final = RequestSpec("contact/read", repeatable=True)
THREAD_READ: Final = RequestSpec("thread/read", repeatable=True)

CALL_REQUESTS: Final = (
    CALL_GET,
    USER_INVITE,
    CALL_KICK,
    USER_HOLD,
    USER_UNHOLD,
    AUDIO_PLAY,
    AUDIO_STOP,
    RECORDING_START,
    RECORDING_STOP,
    STREAM_START,
    STREAM_STOP,
)
"""The requests of calls."""

RECORD_REQUESTS: Final = (COMMENT_CREATE, COMMENT_READ, CONTACT_READ, THREAD_READ)
"""The requests of what the platform keeps beside calls: comments, contacts, threads."""
