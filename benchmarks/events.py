"""The events that are sent: those of the platform's documents, from many calls of several teams.

The same text makes them here and in ``wrk.lua``: three numbers (the team, the
call, and what tells two events of one call apart) put into a format that Python
and Lua share.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from typing import Final, TypeAlias

TEAMS: Final = 16
"""Teams that the calls are spread over; a bot serves many."""

Maker: TypeAlias = Callable[[int], tuple[str, bytes]]
"""Makes the event with a number: its thread id, and its JSON."""


class Format(Enum):
    """Events as text, with room for team, call and distinction."""

    KEY_PRESSED = (
        '{"teamId":"5b71621d444507001b%06x","eventType":"Call.Member.dtmf",'
        '"streamId":"5a5f27c9e0ab3e001455d10e","threadId":"5c2f6f1a01%014x",'
        '"dtmfNumber":"1","phone":"+49%09d","userId":"58f5ec3a32e3a300154b5e50",'
        '"contactId":"58f5ec3a32e3a300154b5e50"}'
    )
    CALL_CREATED = (
        '{"teamId":"5b71621d444507001b%06x","eventType":"Call.created",'
        '"streamId":"5a5f27c9e0ab3e001455d10e","threadId":"5c2f6f1a01%014x",'
        '"createdAt":1539%09d,"originateUserId":"{\\"phone\\":\\"+49301234567\\",'
        '\\"trunkId\\":\\"5b3a1d7c9e0ab3e001455d1\\"}",'
        '"destinationId":"595b3fc381d3f8001497603c","type":"thread-incoming"}'
    )
    MEMBER_INVITED = (
        '{"teamId":"5b71621d444507001b%06x","eventType":"Call.Member.invited",'
        '"streamId":"5a5f27c9e0ab3e001455d10e","threadId":"5c2f6f1a01%014x",'
        '"phone":"+49301%06d","userId":"58f5ec3a32e3a300154b5e50"}'
    )

    def body(self, call: int, distinction: int) -> bytes:
        """Return an event's JSON."""
        return (self.value % (call % TEAMS, call, distinction)).encode()


def thread_id(call: int) -> str:
    """Return the thread id of a call."""
    return f"5c2f6f1a01{call:014x}"


def keys(calls: int) -> Maker:
    """Make key presses, going round so many calls; each from another number, to be no repetition of another one."""

    def make(number: int) -> tuple[str, bytes]:
        call = number % calls
        return thread_id(call), Format.KEY_PRESSED.body(call, number)

    return make


def new_calls() -> Maker:
    """Make beginnings of calls, each another one."""

    def make(number: int) -> tuple[str, bytes]:
        return thread_id(number), Format.CALL_CREATED.body(number, number)

    return make


def invitations() -> Maker:
    """Make invitations of a member, each to another call."""

    def make(number: int) -> tuple[str, bytes]:
        return thread_id(number), Format.MEMBER_INVITED.body(number, number)

    return make
