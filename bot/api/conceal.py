"""Taking out of the platform's messages what must not be read in logs and errors."""

from __future__ import annotations

import re
from typing import Final

# A phone number in any spelling; the platform may repeat the one that it did not like.
_NUMBER: Final = re.compile(r"\+?\d(?:[\s().-]{0,2}\d){4,}")
_SIGNATURE: Final = re.compile(r"[0-9a-fA-F]{64}")
_LONGEST: Final = 200
_HIDDEN: Final = "***"


class Concealer:
    """Makes a text of the platform fit for errors and logs.

    Args:
        secret: what must not be seen; not empty.
    """

    def __init__(self, secret: str) -> None:
        self._secret = secret

    def __call__(self, message: str) -> str:
        """Return the text in one line, shortened, without the secret, signatures and phone numbers."""
        plain = message.replace(self._secret, _HIDDEN)
        plain = _NUMBER.sub(_HIDDEN, _SIGNATURE.sub(_HIDDEN, plain))
        line = " ".join(plain.split())
        return line if len(line) <= _LONGEST else f"{line[:_LONGEST]}..."
