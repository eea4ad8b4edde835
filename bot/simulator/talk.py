"""How long people have talked to each other in a call."""

from __future__ import annotations


class TalkTime:
    """Counts the time in which at least two are in a call."""

    def __init__(self) -> None:
        self._since: float | None = None
        self._before = 0.0

    def update(self, present: int, *, at: float) -> None:
        """Take note of how many are in the call from a time, in unix seconds, on."""
        talking = present > 1
        if talking and self._since is None:
            self._since = at
        elif not talking and self._since is not None:
            self._before += at - self._since
            self._since = None

    @property
    def seconds(self) -> float:
        """How long they had talked when they last stopped."""
        return self._before
