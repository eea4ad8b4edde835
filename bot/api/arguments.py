"""Checking what a caller passes, before anything is sent."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Final
from urllib.parse import urlsplit

from bot.errors import BadRequest

_PLAYABLE: Final = (".mp3", ".wav")


class Arguments:
    """Checks the arguments of one request; every method raises `BadRequest` on a wrong one.

    Args:
        path: the request's path, for the error.
        team_id: the team, for the error.
    """

    __slots__ = ("_path", "_team_id")

    def __init__(self, path: str, team_id: str) -> None:
        self._path = path
        self._team_id = team_id

    def wrong(self, problem: str) -> BadRequest:
        """Return the error for a problem; its text holds no value, since a value may be a phone number."""
        return BadRequest(problem, path=self._path, team_id=self._team_id)

    def needed(self, name: str, value: str | None) -> str:
        """Return a text that must be there and not be blank."""
        if not isinstance(value, str) or not value.strip():
            raise self.wrong(f"{name} must be a string that is not empty")
        return value

    def given(self, **fields: str | None) -> dict[str, str]:
        """Return the fields that are not None; each must not be blank."""
        return {name: self.needed(name, value) for name, value in fields.items() if value is not None}

    def all_needed(self, name: str, values: Sequence[str] | str) -> list[str]:
        """Return a list of texts; at least one, and none of them blank."""
        # A text is a sequence of texts, too: its letters.
        if isinstance(values, str) or not values:
            raise self.wrong(f"{name} must be a list that is not empty")
        return [self.needed(f"every one of {name}", value) for value in values]

    def count(self, name: str, value: int) -> int:
        """Return a whole number from 0."""
        if type(value) is not int or value < 0:  # to Python a truth value is a number
            raise self.wrong(f"{name} must be a whole number from 0")
        return value

    def member(self, contact_id: str | None, phone: str | None) -> dict[str, str]:
        """Return the fields that name a member; a phone number is a string, for its leading zeros and plus sign."""
        fields = {}
        if contact_id is not None:
            fields["contactId"] = self.needed("contact_id", contact_id)
        if phone is not None:
            fields["phone"] = self.needed("phone", phone)
        return fields

    def audio(self, url: str) -> str:
        """Return the address of an mp3 or wav file, which the platform will fetch."""
        if not _playable(self.needed("url", url)):
            raise self.wrong("url must be http:// or https:// and lead to an .mp3 or .wav file")
        return url


@lru_cache(maxsize=256)
def _playable(url: str) -> bool:
    """Tell whether an address can be one of audio; remembered, because a bot plays few prompts again and again."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    fits = parts.scheme in ("http", "https") and parts.hostname and parts.path.lower().endswith(_PLAYABLE)
    # urlsplit overlooks blanks and control characters, the platform need not.
    return bool(fits) and not any(character <= " " for character in url)
