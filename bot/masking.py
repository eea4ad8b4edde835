"""Keeping phone numbers, pressed keys and secrets out of what people read.

Phone numbers keep their last two digits, so that two calls can be told apart.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final

_PHONE: Final = re.compile(r"(?<![0-9A-Za-z_.-])(?:\+?\d{7,15}|\+\d(?:[ ()-]{0,2}\d){6,14})(?![0-9A-Za-z_])")
# A pressed key in the text form of an event or of its JSON.
_PRESSED: Final = re.compile(r"""(?i)(\bdtmf(?:_?number)?\b\\?['"]?\s*[:=]\s*\\?['"]?)([0-9A-D*#]+)""")
_PHONE_KEYS: Final = frozenset({"phone", "phones", "phone_number", "phonenumber", "caller", "number"})
_DIGIT_KEYS: Final = frozenset({"dtmf", "dtmf_number", "dtmfnumber", "digit", "digits", "key", "keys", "pin"})
_SHOWN: Final = 2
_SECRET: Final = "***"  # noqa: S105 - what stands in a secret's place


def mask_phone(number: str) -> str:
    """Return a phone number with all but its last two digits replaced."""
    hidden = max(0, len(number) - _SHOWN)
    return "*" * hidden + number[hidden:]


def mask_text(text: str) -> str:
    """Return a text in which phone numbers and pressed keys are masked.

    A phone number is what looks like one: 7 to 15 digits that stand alone, after a ``+`` also with spaces,
    hyphens and brackets between them. A pressed key is what follows its name (``dtmfNumber`` and the like).
    """
    text = _PHONE.sub(lambda found: mask_phone(found.group()), text)
    return _PRESSED.sub(lambda found: found[1] + "*" * len(found[2]), text)


class Masker:
    """Masks values before they are shown.

    Args:
        secrets: texts that must never be shown; empty ones are ignored.
        personal: whether phone numbers and pressed keys are masked too.
    """

    def __init__(self, secrets: Sequence[str] = (), *, personal: bool = True) -> None:
        ordered = sorted({secret for secret in secrets if secret}, key=len, reverse=True)
        self._secrets = re.compile("|".join(map(re.escape, ordered))) if ordered else None
        self._personal = personal

    def value(self, name: str, value: object) -> object:
        """Return what may be shown of a named value; containers are masked inside, other objects become their repr."""
        if isinstance(value, Mapping):
            return {self.text(str(key)): self.value(str(key), item) for key, item in value.items()}
        if isinstance(value, list | tuple | set | frozenset):
            return [self.value(name, item) for item in value]
        if value is not None and not isinstance(value, str | int | float):
            value = repr(value)
        if self._personal and value is not None:
            plain = name.lower()
            if plain in _DIGIT_KEYS:
                return "*" * len(str(value))
            if plain in _PHONE_KEYS:
                return mask_phone(str(value))
        return self.text(value) if isinstance(value, str) else value

    def text(self, text: str) -> str:
        """Return a text without secrets and, unless personal data is shown, without phone numbers and keys."""
        if self._secrets is not None:
            text = self._secrets.sub(_SECRET, text)
        return mask_text(text) if self._personal else text
