"""Whether a delivery comes from the platform.

The platform documents no signature for its webhooks, so either a secret in the
address vouches for a delivery, or the platform's own signature headers; headers
that are sent must be right even where the address is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from bot.signature import BOT_ID_HEADER, SIGNATURE_HEADER, TIMESTAMP_HEADER, matches, sign

_HEADERS: Final = (BOT_ID_HEADER, TIMESTAMP_HEADER, SIGNATURE_HEADER)


@dataclass(frozen=True, slots=True, kw_only=True)
class Verifier:
    """Checks deliveries.

    Attributes:
        bot_id: the bot's id.
        secret_key: the bot's secret key.
        path_secrets: secrets of which one must stand in the address; several during a change.
        tolerance: seconds that a signature's timestamp may be off, against replay.
    """

    bot_id: str
    secret_key: str = field(repr=False)
    path_secrets: Sequence[str] = field(repr=False)
    tolerance: float = 300.0

    def path_problem(self, secret: str) -> str | None:
        """Return what is wrong with the secret of an address, or None; takes as long whatever it is."""
        found = False
        for known in self.path_secrets:
            found |= matches(known, secret)
        return None if found else "the secret in the address is wrong"

    def signature_problem(self, headers: Mapping[str, str], body: bytes, now: float) -> str | None:
        """Return what is wrong with a delivery's signature, or None.

        Args:
            headers: of the request.
            body: its exact bytes.
            now: unix seconds.
        """
        missing = [name for name in _HEADERS if not headers.get(name)]
        if missing:
            return f"no {missing[0]} header"
        timestamp = headers[TIMESTAMP_HEADER]
        expected = sign(self.bot_id, self.secret_key, timestamp, body)
        right_bot = matches(self.bot_id, headers[BOT_ID_HEADER])
        if not (matches(expected, headers[SIGNATURE_HEADER].lower()) and right_bot):
            return "the signature is wrong"
        if not timestamp.isascii() or not timestamp.isdigit() or len(timestamp) > len(str(2**63)):
            return "the timestamp is no whole number of seconds"
        if abs(now - int(timestamp)) > self.tolerance:
            return f"the timestamp is more than {self.tolerance:g} s off; is the clock right?"
        return None


def is_signed(headers: Mapping[str, str]) -> bool:
    """Return whether a request carries any of the signature headers."""
    return SIGNATURE_HEADER in headers or TIMESTAMP_HEADER in headers or BOT_ID_HEADER in headers
