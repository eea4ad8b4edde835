"""As much HTTP/1.1 as both ends of a benchmark need, cheap enough not to be what is measured."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

_LENGTH: Final = re.compile(rb"\r\ncontent-length:[ \t]*(\d+)", re.IGNORECASE)


class Message(NamedTuple):
    """A whole request or answer."""

    head: bytes
    body: bytes


def take(buffer: bytearray) -> Message | None:
    """Take the first whole message off a buffer; None if there is none yet.

    Only bodies with a ``Content-Length`` are understood; both ends of a benchmark send those.
    """
    end = buffer.find(b"\r\n\r\n")
    if end < 0:
        return None
    head = bytes(buffer[:end])
    found = _LENGTH.search(head)
    whole = end + 4 + (int(found[1]) if found else 0)
    if len(buffer) < whole:
        return None
    body = bytes(buffer[end + 4 : whole])
    del buffer[:whole]
    return Message(head, body)


def post(host: str, path: str, body: bytes) -> bytes:
    """Return a request."""
    head = (
        f"POST {path} HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def ok(body: bytes) -> bytes:
    """Return an answer with status 200."""
    head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body
