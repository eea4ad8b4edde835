"""Prompts over HTTP: the platform fetches them from the bot, and may keep what cannot change."""

from __future__ import annotations

import asyncio

from aiohttp import web

from bot.prompts.library import ANY_LANGUAGE, Prompt, PromptLibrary

# A URL with the digest of its content never means anything else, so a year is safe (RFC 8246).
_FOR_EVER = "public, max-age=31536000, immutable"
_SHORT = "public, max-age=60"


def prompt_url(base_url: str, prompt: Prompt) -> str:
    """Return the URL under which the platform fetches a prompt; it changes when the content does.

    Args:
        base_url: how the platform reaches the bot, such as ``https://bot.example.com``; a path in it is kept.
        prompt: the prompt.
    """
    language = prompt.language or ANY_LANGUAGE
    return f"{base_url.rstrip('/')}/prompts/{language}/{prompt.name}.{prompt.digest}{prompt.path.suffix.lower()}"


def prompt_routes(library: PromptLibrary) -> list[web.RouteDef]:
    """Return the routes ``GET`` and ``HEAD /prompts/{language}/{file}`` over a library.

    They answer ranges and conditions (RFC 9110). An unknown prompt is 404. A URL whose digest is not that of the
    content (the prompt was changed while a call was using it, or another replica is of another version) gets the
    present content, as one without digest does: caches keep it for a minute only, and the caller is not left in
    silence.

    Args:
        library: the prompts to serve; no other file can be reached.
    """

    async def serve(request: web.Request) -> web.StreamResponse:
        found = library.find(request.match_info["language"], request.match_info["file"])
        if found is None:
            raise web.HTTPNotFound(text="There is no such prompt.\n")
        immutable = found.exact and await asyncio.to_thread(_unchanged, found.prompt)
        headers = {
            "Content-Type": found.prompt.media_type,
            "Cache-Control": _FOR_EVER if immutable else _SHORT,
        }
        return web.FileResponse(found.prompt.path, headers=headers)

    return [web.get("/prompts/{language}/{file}", serve)]


def _unchanged(prompt: Prompt) -> bool:
    """Tell whether the file is still the one that was read at start; if not, its digest promises too much."""
    try:
        now = prompt.path.stat()
    except OSError:
        return False
    return (now.st_mtime_ns, now.st_size) == (prompt.modified, prompt.size)
