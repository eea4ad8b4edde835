"""Prompts as what a handler plays: an address and a duration."""

from __future__ import annotations

from dataclasses import dataclass

from bot.prompts.library import PromptLibrary
from bot.prompts.serve import prompt_url


@dataclass(frozen=True, slots=True)
class AudioLink:
    """A prompt that the platform can play.

    Attributes:
        url: where the platform fetches it.
        duration: how long it plays, in seconds. No event tells when a prompt has ended, so whoever
            wants to wait for the end waits this long.
    """

    url: str
    duration: float


@dataclass(frozen=True, slots=True)
class PromptLinks:
    """Named prompts, as addresses under which the platform fetches them.

    Attributes:
        library: the prompts.
        base_url: how the platform reaches the bot, without a slash at the end.
    """

    library: PromptLibrary
    base_url: str

    def get(self, name: str, language: str | None = None) -> AudioLink:
        """Return a prompt by its name.

        Raises:
            PromptError: there is no such prompt.
        """
        prompt = self.library.get(name, language)
        return AudioLink(prompt_url(self.base_url, prompt), prompt.duration)
