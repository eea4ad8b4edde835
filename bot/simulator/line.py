"""Where a call comes in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

DEFAULT_TEAM: Final = "595b405b81d3f8001497603d"
"""The team that is called where none is named."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A telephone line of a team, and where its calls go.

    Attributes:
        trunk_id: the line's id.
        stream_id: the business process that a thread is made in for every call.
        destination_id: whom or what the line belongs to.
    """

    trunk_id: str = "bambYXY3o"
    stream_id: str = "5a5f27c9e0ab3e001455d10e"
    destination_id: str = "595b3fc381d3f8001497603c"
