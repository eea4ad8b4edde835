"""Faults on demand: how often what goes wrong between the platform and a bot."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, Final, Literal, Self, TypeAlias

from bot.events import JsonValue

RequestFault: TypeAlias = Literal["restart", "unauthorised", "limited", "failing", "cut_before", "cut_after", "slow"]

DELIVERY_FAULTS: Final = ("duplicated", "delayed", "reordered", "dropped", "unread", "unacknowledged")
"""The faults of deliveries."""

REQUEST_FAULTS: Final[tuple[RequestFault, ...]] = (
    "restart",
    "unauthorised",
    "limited",
    "failing",
    "cut_before",
    "cut_after",
    "slow",
)
"""The faults of requests; of several that meet in one request, the first of these happens."""

LOSING: Final = ("dropped",)
"""The faults that keep an event from the bot for good, whatever the bot does."""

_SETTING: Final = re.compile(r"(?P<name>[a-z_]+)=(?P<value>[^:]+)(?::(?P<most>[0-9]+))?")


@dataclass(frozen=True, slots=True)
class Chance:
    """How often something happens.

    Attributes:
        rate: of how many of the cases, 0 to 1.
        most: how often in all, from 0; None for no limit. ``Chance(1, most=2)`` is the first two times.

    Raises:
        ValueError: a value is out of its range.
    """

    rate: float = 0.0
    most: int | None = None

    def __post_init__(self) -> None:
        if not _is_number(self.rate) or not 0 <= self.rate <= 1:
            raise ValueError(f"a rate is a number from 0 to 1, not {self.rate!r}")
        if self.most is not None and (not _is_number(self.most) or self.most != int(self.most) or self.most < 0):
            raise ValueError(f"most is a whole number from 0, not {self.most!r}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Faults:
    """What goes wrong, and how often; nothing by default.

    The same seed makes the same choices, each fault by itself, and for each caller and each kind of request or event:
    to switch one on changes nothing about the others. A choice is made for every event, every attempt to post one, or
    every request, in their order.

    Attributes:
        seed: of the generators.
        duplicated: of the events that the bot has taken: they are posted once more.
        delayed: of the events: they, and those behind them, are posted later.
        reordered: of the events: they are posted after the next one of their call, if one comes soon.
        dropped: of the events: they are never posted. The only loss that is no fault of the bot.
        unread: of the attempts to post: the connection breaks before the answer is read; posted again.
        unacknowledged: of the attempts to post: the answer was read and gets lost all the same; posted again.
        restart: of the requests: the platform restarts instead of answering. It refuses connections for a while,
            posts nothing, and keeps its state.
        unauthorised: of the requests: answered 401, without an effect.
        limited: of the requests: answered 429 with ``Retry-After``, without an effect.
        failing: of the requests: answered 500, without an effect.
        cut_before: of the requests: the connection breaks before there was an effect.
        cut_after: of the requests: there was an effect, and the connection breaks before the answer.
        slow: of the requests: they take effect at once and are answered late.
        delay_longest: seconds that an event is delayed at most.
        reorder_longest: seconds that an event waits for the next one at most.
        slow_longest: seconds that an answer is late at most.
        retry_after: seconds that ``Retry-After`` says, a whole number.
        restart_seconds: how long a restart takes.

    Raises:
        ValueError: a rate is not from 0 to 1, or a time is negative.
    """

    seed: int = 0
    duplicated: float | Chance = 0.0
    delayed: float | Chance = 0.0
    reordered: float | Chance = 0.0
    dropped: float | Chance = 0.0
    unread: float | Chance = 0.0
    unacknowledged: float | Chance = 0.0
    restart: float | Chance = 0.0
    unauthorised: float | Chance = 0.0
    limited: float | Chance = 0.0
    failing: float | Chance = 0.0
    cut_before: float | Chance = 0.0
    cut_after: float | Chance = 0.0
    slow: float | Chance = 0.0
    delay_longest: float = 5.0
    reorder_longest: float = 3.0
    slow_longest: float = 5.0
    retry_after: int = 2
    restart_seconds: float = 5.0

    def __post_init__(self) -> None:
        for kind in KINDS:
            try:
                self.chance(kind)
            except ValueError as error:
                raise ValueError(f"{kind}: {error}") from error
        for name in _TIMES:
            value = getattr(self, name)
            if not _is_number(value) or not value >= 0:
                raise ValueError(f"{name}: seconds are a number from 0, not {value!r}")
        for name in _WHOLE:
            if not _is_number(value := getattr(self, name)) or value != int(value):
                raise ValueError(f"{name}: must be a whole number, not {value!r}")

    def chance(self, kind: str) -> Chance:
        """Return how often a fault happens.

        Args:
            kind: one of `KINDS`.
        """
        value: float | Chance = getattr(self, kind)
        return value if isinstance(value, Chance) else Chance(value)

    @classmethod
    def from_json(cls, value: JsonValue) -> Self:
        """Return faults from JSON: an object with the attributes that differ from the defaults.

        A chance is a number, or ``{"rate": 1, "most": 2}``.

        Raises:
            ValueError: there is no such attribute, or its value will not do; the text says which.
        """
        if not isinstance(value, dict):
            raise ValueError('faults are an object such as {"seed": 1, "duplicated": 0.1}')  # noqa: TRY004 - as for every other wrong value
        if unknown := sorted(value.keys() - set(_NAMES)):
            raise ValueError(f"there is no fault {unknown[0]!r}; there are {', '.join(_NAMES)}")
        settings: dict[str, Any] = {name: _setting(name, entry) for name, entry in value.items()}
        return cls(**settings)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return faults from a line such as ``seed=7 duplicated=0.1 cut_after=1:2 slow_longest=20``.

        A number behind a colon is how often it happens in all.

        Raises:
            ValueError: a word is not of that form, or says nothing that `from_json` takes.
        """
        values: dict[str, JsonValue] = {}
        for word in re.split(r"[\s,]+", text.strip()):
            if not word:
                continue
            if (setting := _SETTING.fullmatch(word)) is None:
                raise ValueError(f"{word!r} is no fault; write name=rate or name=rate:most, such as duplicated=0.1")
            number, most = _number(setting["name"], setting["value"]), setting["most"]
            values[setting["name"]] = number if most is None else {"rate": number, "most": int(most)}
        return cls.from_json(values)

    def as_json(self) -> Mapping[str, JsonValue]:
        """Return what differs from the defaults, the seed always, in a form that `from_json` takes."""
        default = type(self)()
        shown: dict[str, JsonValue] = {"seed": self.seed}
        for name in _NAMES:
            value = getattr(self, name)
            if value != getattr(default, name):
                shown[name] = {"rate": value.rate, "most": value.most} if isinstance(value, Chance) else value
        return shown


KINDS: Final = (*DELIVERY_FAULTS, *REQUEST_FAULTS)
"""All faults by name."""

_NAMES: Final = tuple(one.name for one in fields(Faults))
_WHOLE: Final = ("seed", "retry_after")
_TIMES: Final = ("delay_longest", "reorder_longest", "slow_longest", "retry_after", "restart_seconds")


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _number(name: str, text: str) -> int | float:
    try:
        return int(text) if text.lstrip("-").isdecimal() else float(text)
    except ValueError as error:
        raise ValueError(f"{name}: {text!r} is not a number") from error


def _setting(name: str, value: JsonValue) -> object:
    """Return a value for the constructor, which checks it: an object as a chance, all else as it is."""
    if not isinstance(value, dict):
        return value
    if name not in KINDS or not value.keys() <= {"rate", "most"}:
        raise ValueError(f"{name}: must be a number{', or an object of rate and most' if name in KINDS else ''}")
    rate, most = value.get("rate", 1.0), value.get("most")
    if not isinstance(rate, int | float) or not isinstance(most, int | None):
        raise ValueError(f"{name}: rate and most must be numbers")  # noqa: TRY004 - likewise
    try:
        return Chance(rate, most)
    except ValueError as error:
        raise ValueError(f"{name}: {error}") from error
