"""Who is in which call, across all of them."""

from __future__ import annotations

from collections.abc import Set as AbstractSet

from bot.events import CallKey


class Presence:
    """Knows who talks where; what is over is forgotten."""

    def __init__(self) -> None:
        self._calls: dict[str, set[CallKey]] = {}
        self._members: dict[CallKey, frozenset[str]] = {}

    def update(self, call: CallKey, contact_ids: AbstractSet[str]) -> None:
        """Say who is in a call now; nobody when it is over."""
        before, now = self._members.get(call, frozenset()), frozenset(contact_ids)
        for contact_id in before - now:
            self._calls[contact_id].discard(call)
            if not self._calls[contact_id]:
                del self._calls[contact_id]
        for contact_id in now - before:
            self._calls.setdefault(contact_id, set()).add(call)
        if now:
            self._members[call] = now
        else:
            self._members.pop(call, None)

    def elsewhere(self, contact_id: str, call: CallKey) -> bool:
        """Return whether somebody is in a call other than this one."""
        return bool(self._calls.get(contact_id, set()) - {call})
