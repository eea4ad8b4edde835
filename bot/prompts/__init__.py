"""Prompts: named pieces of audio, in one or more languages, checked, served and rendered."""

from bot.prompts.audio import MAX_BYTES, Audio, read_audio
from bot.prompts.library import DEFAULT_LANGUAGE, Prompt, PromptLibrary
from bot.prompts.links import AudioLink, PromptLinks
from bot.prompts.serve import prompt_routes, prompt_url

__all__ = [
    "DEFAULT_LANGUAGE",
    "MAX_BYTES",
    "Audio",
    "AudioLink",
    "Prompt",
    "PromptLibrary",
    "PromptLinks",
    "prompt_routes",
    "prompt_url",
    "read_audio",
]
