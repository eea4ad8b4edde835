"""What happened, in order, as records: for people to watch and for tests to read."""

from __future__ import annotations

import itertools
import re
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from bot.events import CallKey, JsonValue

RecordKind: TypeAlias = Literal["event", "request", "answer", "person", "note"]

# A telephone number: six digits or more that stand alone, grouped in any way after a plus sign. Ids and hashes have
# letters next to digits; parts of file names and paths are left alone.
_PHONE = re.compile(r"(?<![\w./])(?:\+\d(?:[ ()-]{0,2}\d){5,}|\d(?:-?\d){5,})(?!\w|[.:/]\w)")
_SHOWN = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One thing that happened.

    Attributes:
        number: counts up from 1.
        at: unix seconds.
        elapsed: seconds since the call began; since the simulator began for what belongs to no call.
        call: the call that it belongs to, if any.
        kind: ``event`` (the platform posts one), ``request`` (of the bot), ``answer`` (to that),
            ``person`` (somebody did something), ``note`` (worth knowing).
        who: who did it: ``platform``, ``bot``, ``caller``, or a person's name.
        text: what, in a few words; telephone numbers stand in it as they are.
        data: the JSON that went over the wire, where any did.
    """

    number: int
    at: float
    elapsed: float
    call: CallKey | None
    kind: RecordKind
    who: str
    text: str
    data: JsonValue

    def as_json(self) -> dict[str, JsonValue]:
        """Return the record as JSON, the call by its key's text."""
        return {
            "number": self.number,
            "at": self.at,
            "elapsed": round(self.elapsed, 3),
            "call": None if self.call is None else str(self.call),
            "kind": self.kind,
            "who": self.who,
            "text": self.text,
            "data": self.data,
        }


class Timeline:
    """The records of all calls; the oldest are forgotten beyond a limit.

    Args:
        longest: how many records are kept, at least 1.
    """

    def __init__(self, longest: int = 10_000) -> None:
        self._records: deque[Record] = deque(maxlen=longest)
        self._subscribers: list[Callable[[Record], None]] = []
        self._last = 0

    @property
    def last(self) -> int:
        """Number of the newest record; 0 before the first."""
        return self._last

    @property
    def first(self) -> int:
        """Number of the oldest record that is kept; of the next one while there is none."""
        return self._last - len(self._records) + 1

    def add(
        self,
        kind: RecordKind,
        who: str,
        text: str,
        *,
        at: float,
        elapsed: float,
        call: CallKey | None = None,
        data: JsonValue = None,
    ) -> Record:
        """Keep a new record and show it to the subscribers; parameters as the attributes of `Record`."""
        self._last += 1
        record = Record(number=self._last, at=at, elapsed=elapsed, call=call, kind=kind, who=who, text=text, data=data)
        self._records.append(record)
        for subscriber in tuple(self._subscribers):
            subscriber(record)
        return record

    def subscribe(self, callback: Callable[[Record], None]) -> Callable[[], None]:
        """Call back for every new record, in the task that it happens in; the callback must not raise.

        Returns:
            A function that ends the subscription; it may be called again.
        """
        self._subscribers.append(callback)

        def unsubscribe() -> None:
            if callback in self._subscribers:
                self._subscribers.remove(callback)

        return unsubscribe

    def since(self, number: int = 0) -> Sequence[Record]:
        """Return the records that are kept and newer than a number."""
        newer = itertools.takewhile(lambda record: record.number > number, reversed(self._records))
        return list(newer)[::-1]

    def of(self, call: CallKey) -> Sequence[Record]:
        """Return the records of a call that are kept."""
        return [record for record in self._records if record.call == call]


def format_line(record: Record) -> str:
    """Return a record as one line for people: when, who, what; numbers masked but for their last two digits."""
    return f"{record.elapsed:8.2f} s  {mask_phones(record.who):<12} {mask_phones(record.text)}"


def mask_phones(text: str) -> str:
    """Return a text with the telephone numbers in it masked but for their last two digits."""
    return _PHONE.sub(lambda match: _masked(match.group()), text)


def _masked(phone: str) -> str:
    return re.sub(r"\d", "*", phone[:-_SHOWN]) + phone[-_SHOWN:]


def shown_fields(event: Mapping[str, JsonValue]) -> str:
    """Return what tells two events of a type apart, in a few words: the member, the answer, the key."""
    parts = [str(event["phone"])] if "phone" in event else []
    if "answered" in event:
        parts.append("answered" if event["answered"] else "not answered")
    if "dtmfNumber" in event:
        parts.append(f"key {event['dtmfNumber']}")
    return ", ".join(parts)
