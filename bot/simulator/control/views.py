"""What the control endpoints show of the simulator, as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from bot.events import JsonValue
from bot.simulator.call import SimCall
from bot.simulator.conference import Leg
from bot.simulator.faults import KINDS
from bot.simulator.line import DEFAULT_TEAM, Line
from bot.simulator.people import Caller, Contact

if TYPE_CHECKING:
    from bot.simulator.platform import Simulator

MOST_CALLS: Final = 100
"""How many calls a live view shows: the latest, ended ones too."""


def state_view(simulator: Simulator) -> dict[str, JsonValue]:
    """Return what a page has to know beside the timeline: who is there, which calls there are, what goes wrong."""
    calls = list(simulator.calls.values())
    teams = dict.fromkeys([DEFAULT_TEAM, *(call.team_id for call in calls)])
    return {
        "now": simulator.clock.now(),
        "usual": {"phone": Caller().phone, "team_id": DEFAULT_TEAM, **line_view(Line())},
        "teams": list(teams),
        "contacts": [contact_view(contact) for contact in simulator.contacts.values()],
        "calls": [live_view(call, simulator.clock.now()) for call in calls[-MOST_CALLS:]],
        "faults": dict(simulator.faults.as_json()),
        "fault_kinds": list(KINDS),
    }


def line_view(line: Line) -> dict[str, JsonValue]:
    """Return where calls of a line go."""
    return {"trunk_id": line.trunk_id, "stream_id": line.stream_id, "destination_id": line.destination_id}


def call_view(call: SimCall) -> dict[str, JsonValue]:
    """Return a call in short."""
    return {
        "team_id": call.team_id,
        "thread_id": call.thread_id,
        "phone": call.caller.phone,
        "ended": call.ended,
        "recorded": call.recorded,
        "played": [playback.sound.url for playback in call.played],
        "members": [_member(call, leg) for leg in call.members],
    }


def live_view(call: SimCall, now: float) -> dict[str, JsonValue]:
    """Return a call with what a page needs to let it be heard.

    Args:
        call: the call.
        now: unix seconds.
    """
    return {
        "key": str(call.key),
        "team_id": call.team_id,
        "thread_id": call.thread_id,
        "phone": call.caller.phone,
        "created_at": call.place.created_at,
        "ended": call.ended,
        "recording_on": call.recording_on,
        "members": [_member(call, leg) for leg in call.members],
        "playing": _playing(call),
        "recordings": _recordings(call, now),
    }


def contact_view(contact: Contact) -> dict[str, JsonValue]:
    """Return a contact."""
    return {
        "contact_id": contact.contact_id,
        "name": contact.name,
        "phone": contact.phone,
        "answers_after": contact.answers_after,
        "declines": contact.declines,
        "online": contact.online,
        "by_hand": contact.by_hand,
    }


def _member(call: SimCall, leg: Leg) -> dict[str, JsonValue]:
    return {
        "contact_id": leg.contact_id,
        "name": call.name_of(leg),
        "answered": leg.answered,
        "held": leg.held,
        "originator": leg.has_originator,
    }


def _playing(call: SimCall) -> list[JsonValue]:
    """Return what plays now, each with its number among everything that was played."""
    return [
        {
            "number": number,
            "name": playback.name,
            "duration": playback.sound.duration,
            "loop": playback.loop,
            "started_at": playback.started_at,
        }
        for number, playback in enumerate(call.played)
        if playback.ended_at is None
    ]


def _recordings(call: SimCall, now: float) -> list[JsonValue]:
    home = f"simulator/recordings/{quote(call.team_id, safe='')}/{quote(call.thread_id, safe='')}"
    return [
        {
            "path": f"{home}/{recording.recording_id}.wav",
            "seconds": round(recording.duration(now), 3),
            "running": recording.ended_at is None,
        }
        for recording in call.player.media.recordings
    ]
