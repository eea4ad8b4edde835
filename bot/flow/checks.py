"""Checks of arguments, before anything is sent."""

from __future__ import annotations

from math import isfinite
from typing import Final

KEYS: Final = frozenset("0123456789*#ABCD")
"""What a telephone can send."""


def positive(**numbers: float) -> None:
    """Refuse numbers that are not above 0.

    Raises:
        ValueError: names the argument.
    """
    for name, number in numbers.items():
        if not (number > 0 and isfinite(number)):
            raise ValueError(f"{name} must be a number above 0, and is {number!r}")


def not_negative(**numbers: float) -> None:
    """Refuse numbers below 0.

    Raises:
        ValueError: names the argument.
    """
    for name, number in numbers.items():
        if not (number >= 0 and isfinite(number)):
            raise ValueError(f"{name} must be a number, 0 or more, and is {number!r}")


def one_key(**keys: str) -> None:
    """Refuse what is not one key.

    Raises:
        ValueError: names the argument.
    """
    for name, key in keys.items():
        if key not in KEYS:
            raise ValueError(f"{name} must be one key of 0-9 * # A-D, and is {key!r}")
