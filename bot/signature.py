"""The platform's signature, the same in both directions.

Source: the platform's bot API documents: ``X-Signature`` is the hex SHA-256 of
``bot id + secret key + timestamp + body``, ``body`` being the exact bytes sent.
"""

from __future__ import annotations

import hashlib
import hmac

BOT_ID_HEADER = "X-Bot-Id"
TIMESTAMP_HEADER = "X-timestamp"
SIGNATURE_HEADER = "X-Signature"


def sign(bot_id: str, secret_key: str, timestamp: str, body: bytes) -> str:
    """Return the signature of a body.

    Args:
        bot_id: the bot's id.
        secret_key: the bot's secret key.
        timestamp: unix seconds, as sent in the header.
        body: the exact bytes sent.

    Returns:
        64 lower-case hexadecimal digits.
    """
    head = f"{bot_id}{secret_key}{timestamp}".encode("utf-8", "surrogateescape")
    return hashlib.sha256(head + body).hexdigest()


def signed_headers(bot_id: str, secret_key: str, timestamp: str, body: bytes) -> dict[str, str]:
    """Return the three headers that sign a body; parameters as for `sign`."""
    return {
        BOT_ID_HEADER: bot_id,
        TIMESTAMP_HEADER: timestamp,
        SIGNATURE_HEADER: sign(bot_id, secret_key, timestamp, body),
    }


def matches(expected: str, given: str) -> bool:
    """Compare two texts in constant time, whatever characters they hold."""
    return hmac.compare_digest(expected.encode("utf-8", "surrogatepass"), given.encode("utf-8", "surrogatepass"))
