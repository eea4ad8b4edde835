"""The members of one call, as pure state: every transition returns the events that the platform posts for it.

No time passes here and nothing is sent: who waits, and who tells the bot, is
`bot.simulator.call`'s business.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.simulator import payloads
from bot.simulator.payloads import Payload, Place
from bot.simulator.refusal import Refusal

KEYS = frozenset("0123456789*#ABCD")
"""What a telephone can send: a dial key, star, hash, and the four letters of the old operator keypad."""


@dataclass(slots=True, kw_only=True, eq=False)
class Leg:
    """One line into the conference; a person who is rung twice has two.

    Attributes:
        contact_id: whose line it is.
        phone: the number rung, or called from.
        trunk_id: the telephone line of the company that it runs over, if any.
        has_originator: whether this is who began the call.
        ring: for the how-manieth time the call rings, or has rung, this person; 0 for who began it.
        answered: whether the person is in, rather than being rung.
        held: whether the person is on hold.
        channel_id: the line's name within the platform, once answered.
        joined_at: when the person came in, unix seconds.
    """

    contact_id: str
    phone: str | None = None
    trunk_id: str | None = None
    has_originator: bool = False
    ring: int = 0
    answered: bool = False
    held: bool = False
    channel_id: str | None = None
    joined_at: float | None = None


class Conference:
    """One call's members.

    Args:
        place: where the call lives.
    """

    def __init__(self, place: Place) -> None:
        self.place = place
        self._legs: list[Leg] = []
        self._ended = False

    @property
    def ended(self) -> bool:
        """Whether the call is over."""
        return self._ended

    @property
    def legs(self) -> Sequence[Leg]:
        """Everybody who is in or being rung, in the order they came."""
        return tuple(self._legs)

    @property
    def present(self) -> Sequence[Leg]:
        """Everybody who is in."""
        return tuple(leg for leg in self._legs if leg.answered)

    def find(self, contact_id: str | None = None, phone: str | None = None) -> Sequence[Leg]:
        """Return who is in or being rung, by contact, by number, or by both; with neither, everybody."""
        return tuple(
            leg
            for leg in self._legs
            if (contact_id is None or leg.contact_id == contact_id) and (phone is None or leg.phone == phone)
        )

    def open(self, caller: Leg, *, at: float, channel_id: str) -> Sequence[Payload]:
        """Begin the call with the caller in it."""
        self._enter(caller, at, channel_id)
        self._legs.append(caller)
        return [payloads.call_created(self.place)]

    def ring(self, leg: Leg) -> Sequence[Payload]:
        """Begin to ring somebody."""
        self.require_open()
        self._legs.append(leg)
        return [payloads.member_event(self.place, payloads.INVITED, leg)]

    def answer(self, leg: Leg, *, at: float, channel_id: str) -> Sequence[Payload]:
        """Let somebody in who is being rung."""
        self._require(leg, answered=False)
        self._enter(leg, at, channel_id)
        return [payloads.member_event(self.place, payloads.INVITE_ENDED, leg, answered=True)]

    def stop_ringing(self, leg: Leg) -> Sequence[Payload]:
        """End an invitation that was declined, not taken, or withdrawn."""
        self._require(leg, answered=False)
        self._legs.remove(leg)
        return [payloads.member_event(self.place, payloads.INVITE_ENDED, leg, answered=False)]

    def leave(self, leg: Leg) -> Sequence[Payload]:
        """Let somebody go; ends the call where that leaves nobody to talk to.

        A caller who is alone stays: the bot may still do something for them. Once the
        caller has gone, one person is too few for a conversation.
        """
        self._require(leg, answered=True)
        self._legs.remove(leg)
        events = [payloads.member_event(self.place, payloads.LEFT, leg)]
        present = self.present
        if len(present) <= 1 and not any(other.has_originator for other in present):
            events.extend(self.end())
        return events

    def end(self) -> Sequence[Payload]:
        """Put everybody out, stop whatever rings, and end the call."""
        self.require_open()
        events: list[Payload] = []
        for leg in self._legs:
            if leg.answered:
                events.append(payloads.member_event(self.place, payloads.LEFT, leg))
            else:
                events.append(payloads.member_event(self.place, payloads.INVITE_ENDED, leg, answered=False))
        self._legs.clear()
        self._ended = True
        return [*events, payloads.call_ended(self.place)]

    def hold(self, leg: Leg, *, on: bool) -> Sequence[Payload]:
        """Put somebody on hold or take them off it; no event where nothing changes."""
        self._require(leg, answered=True)
        if leg.held == on:
            return []
        leg.held = on
        return [payloads.member_event(self.place, payloads.HELD if on else payloads.UNHELD, leg)]

    def press(self, leg: Leg, key: str) -> Sequence[Payload]:
        """Let somebody press a key; it travels as a string, as in the documented payload."""
        self._require(leg, answered=True)
        if key not in KEYS:
            raise Refusal(400, f"{key!r} is no key of a telephone; there are 0 to 9, *, # and A to D")
        return [payloads.member_event(self.place, payloads.DTMF, leg, dtmfNumber=key)]

    def require_open(self) -> None:
        """Refuse what cannot be done to a call that is over.

        Raises:
            Refusal: 400.
        """
        if self._ended:
            raise Refusal(400, "the call has ended")

    def _require(self, leg: Leg, *, answered: bool) -> None:
        self.require_open()
        if leg not in self._legs or leg.answered != answered:
            raise Refusal(400, f"{leg.contact_id} is not {'in the call' if answered else 'being rung'}")

    @staticmethod
    def _enter(leg: Leg, at: float, channel_id: str) -> None:
        leg.answered = True
        leg.joined_at = at
        leg.channel_id = channel_id
