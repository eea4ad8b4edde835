"""One simulated call: its members, the people behind them, and what both do to it."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Callable, Coroutine, Sequence

from bot.events import CallKey
from bot.simulator import people
from bot.simulator.comments import SimComment, closing_comment
from bot.simulator.conference import Conference, Leg
from bot.simulator.delivery import Delivery
from bot.simulator.handset import LegHandset
from bot.simulator.media import Playback
from bot.simulator.moments import Cue
from bot.simulator.outlet import Outlet, Surroundings
from bot.simulator.payloads import Payload, Place
from bot.simulator.people import Caller, Contact
from bot.simulator.player import Player
from bot.simulator.refusal import Refusal
from bot.simulator.talk import TalkTime


class SimCall:
    """A call, for tests and scripts to take part in and to look at.

    Args:
        place: where it lives.
        caller: who calls, and how they behave.
        around: the simulator's parts.
        on_ended: told once, when the call is over.

    Attributes:
        place: where it lives.
        caller: who calls.
        conference: its members.
        outlet: what it tells the outside.
        player: what is heard and recorded.
        connected: ids of the contacts who answered, in order.
        ended_by: ``caller``, ``bot``, or the id of the contact whose leaving ended the call; None before.
    """

    def __init__(
        self, place: Place, caller: Caller, around: Surroundings, *, on_ended: Callable[[CallKey], None]
    ) -> None:
        self.place = place
        self.caller = caller
        self.conference = Conference(place)
        self.outlet = Outlet(place, around)
        self.player = Player(str(place.key), self.outlet, around)
        self.connected: list[str] = []
        self.ended_by: str | None = None
        self._around = around
        self._on_ended = on_ended
        self._contacts: dict[Leg, Contact] = {}
        self._people: dict[Leg, asyncio.Task[None]] = {}
        self._over = asyncio.Event()
        self._joined = asyncio.Event()
        self._commented = asyncio.Event()
        self._talk = TalkTime()

    @property
    def key(self) -> CallKey:
        """The identity of the call."""
        return self.place.key

    @property
    def team_id(self) -> str:
        """The team that was called."""
        return self.place.team_id

    @property
    def thread_id(self) -> str:
        """The thread that was made for the call."""
        return self.place.thread_id

    @property
    def ended(self) -> bool:
        """Whether the call is over."""
        return self.conference.ended

    @property
    def members(self) -> Sequence[Leg]:
        """Everybody who is in or being rung."""
        return self.conference.legs

    @property
    def played(self) -> Sequence[Playback]:
        """Everything that was played, in order."""
        return tuple(self.player.media.played)

    @property
    def recorded(self) -> bool:
        """Whether the call was recorded at any time."""
        return bool(self.player.media.recordings)

    @property
    def recording_on(self) -> bool:
        """Whether it is being recorded now."""
        return self.player.media.recording is not None

    @property
    def deliveries(self) -> Sequence[Delivery]:
        """The events that the bot has been or is being told, in order."""
        return tuple(self.outlet.deliveries)

    @property
    def comments(self) -> Sequence[SimComment]:
        """The comments in its thread, the oldest first."""
        return self._around.comments.find(self.team_id, thread_id=self.thread_id)

    async def press(self, key: str, contact_id: str | None = None) -> None:
        """Let somebody press a key; the event is on its way on return.

        Args:
            key: ``0`` to ``9``, ``*``, ``#`` or ``A`` to ``D``.
            contact_id: who; the caller if None.

        Raises:
            Refusal: no such key, or the person is not in the call.
        """
        self.press_on(self._leg_of(contact_id), key)
        await self._around.clock.sleep(0)

    async def hang_up(self, contact_id: str | None = None) -> None:
        """Let somebody leave; parameters and errors as for `press`."""
        self.leave_on(self._leg_of(contact_id))
        await self._around.clock.sleep(0)

    def speak(self, wav: bytes, contact_id: str | None = None) -> float:
        """Let somebody be heard from now on, or after what they are saying; return how long that takes, in seconds.

        Args:
            wav: an uncompressed wav file of any usual rate, width and number of channels, at most a minute long.
            contact_id: who; the caller if None.

        Raises:
            Refusal: 400; it is no such file, or the person is not in the call or has ten minutes left to say.
        """
        leg = self._leg_of(contact_id)
        return self.player.speak(leg, self.name_of(leg), wav)

    def say(self, seconds: float, contact_id: str | None = None) -> None:
        """Let somebody be heard for so many seconds who has no microphone, by a made voice; otherwise as `speak`."""
        leg = self._leg_of(contact_id)
        self.player.say(leg, self.name_of(leg), seconds)

    async def wait_joined(self) -> None:
        """Wait until somebody has answered."""
        await self._joined.wait()

    async def wait_ended(self) -> None:
        """Wait until the call is over."""
        await self._over.wait()

    async def wait_settled(self) -> None:
        """Wait until the call is over and the bot has been told everything about it, its comment too."""
        await self._commented.wait()
        await self.outlet.idle()

    def begin(self) -> None:
        """Let the caller in and tell the bot."""
        origin = self.place.originator
        leg = Leg(contact_id=origin.contact_id or "", phone=origin.phone, trunk_id=origin.trunk_id, has_originator=True)
        self.outlet.note("person", "caller", f"calls from {self.caller.phone}")
        self._emit(self.conference.open(leg, at=self._now(), channel_id=str(uuid.uuid4())))
        self._behave(leg, people.call_in(self.caller, LegHandset(self, leg), self._around.clock))

    def invite(self, contact: Contact, phone: str | None = None) -> None:
        """Ring a contact at a number, or at their own; a second time too, as the platform does.

        The platform tries in vain to reach somebody who is off-line, but a number that is named rings all the same.

        Raises:
            Refusal: 400, the call is over.
        """
        self.conference.require_open()
        if self.conference.find(contact.contact_id):
            self.outlet.note("note", contact.name, "rang twice")
        ring = 1 + self.outlet.moments.count(Cue.RINGS, contact.contact_id)
        leg = Leg(contact_id=contact.contact_id, phone=phone or contact.phone, ring=ring)
        self._contacts[leg] = contact
        self._emit(self.conference.ring(leg))
        reached = contact.online or phone is not None
        behaviour = people.ring if reached else people.be_off_line
        self._behave(leg, behaviour(contact, LegHandset(self, leg), self._around.clock))

    def put_out(self, leg: Leg) -> None:
        """Put somebody out, or stop ringing them."""
        if leg.answered:
            self._emit(self.conference.leave(leg), self.name_of(leg), "is put out")
        else:
            self.stop_ringing_on(leg, "stops ringing")

    def end(self) -> None:
        """Put everybody out.

        Raises:
            Refusal: 400, the call is over.
        """
        self._emit(self.conference.end())

    def hold(self, leg: Leg, *, on: bool) -> None:
        """Put somebody on hold, or take them off it."""
        self._emit(self.conference.hold(leg, on=on))
        self.player.hush(leg, on=on)

    def press_on(self, leg: Leg, key: str) -> None:
        """Press a key on a line."""
        self._emit(self.conference.press(leg, key), self.name_of(leg), f"presses {key}")
        self.player.press(leg, key)

    def leave_on(self, leg: Leg) -> None:
        """Hang up a line."""
        who = "caller" if leg.has_originator else leg.contact_id
        self._emit(self.conference.leave(leg), self.name_of(leg), "hangs up", by=who)

    def answer_on(self, leg: Leg) -> None:
        """Answer a line that rings, and behave from then on as the contact does."""
        events = self.conference.answer(leg, at=self._now(), channel_id=str(uuid.uuid4()))
        contact = self._contacts[leg]
        self.connected.append(contact.contact_id)
        self._joined.set()
        self._emit(events, contact.name, "answers")
        self._behave(leg, people.talk(contact, LegHandset(self, leg), self._around.clock))

    def stop_ringing_on(self, leg: Leg, why: str) -> None:
        """End the ringing of a line.

        Args:
            leg: the line.
            why: what the person does, such as ``declines``.
        """
        self._emit(self.conference.stop_ringing(leg), self.name_of(leg), why)

    def is_elsewhere(self, contact_id: str) -> bool:
        """Return whether somebody is in another call."""
        return self._around.presence.elsewhere(contact_id, self.key)

    def post(self, comment: SimComment) -> None:
        """Put a comment into the thread and tell the bot, of its own comments too."""
        self._around.comments.add(comment)
        self.outlet.tell(comment.as_event())

    def name_of(self, leg: Leg) -> str:
        """Return what people call somebody."""
        contact = self._contacts.get(leg)
        return "caller" if contact is None else contact.name

    def _now(self) -> float:
        return self._around.clock.now()

    def _leg_of(self, contact_id: str | None) -> Leg:
        for leg in self.conference.present:
            if leg.has_originator if contact_id is None else leg.contact_id == contact_id:
                return leg
        self.conference.require_open()
        raise Refusal(400, f"{contact_id or 'the caller'} is not in the call")

    def _emit(self, events: Sequence[Payload], who: str = "", does: str = "", *, by: str = "bot") -> None:
        if who:
            self.outlet.note("person", who, does)
        for event in events:
            self.outlet.tell(event)
        for leg in self._people.keys() - set(self.conference.legs):
            self._people.pop(leg).cancel()
            self.player.leave(leg)
            self._contacts.pop(leg, None)
        self._around.presence.update(self.key, {leg.contact_id for leg in self.conference.present})
        self._talk.update(len(self.conference.present), at=self._now())
        if self.ended:
            self.ended_by = by
            self._close()

    def _behave(self, leg: Leg, behaviour: Coroutine[object, object, None]) -> None:
        earlier = self._people.get(leg)
        self._people[leg] = self._around.tasks.start(behaviour, name=f"simulator {self.name_of(leg)} in {self.key}")
        if earlier is not None:
            earlier.cancel()

    def _close(self) -> None:
        comment = self._comment_later(self._now() - self.place.created_at, self.player.close())
        self._around.tasks.start(comment, name=f"simulator comment on {self.key}")
        self._over.set()
        self._on_ended(self.key)

    async def _comment_later(self, duration: float, recordings: Sequence[str]) -> None:
        await self._around.clock.sleep(self._around.comment_after)
        self.post(
            closing_comment(
                self.place,
                comment_id=self._around.new_id(),
                at=self._now(),
                duration=duration,
                talked=self._talk.seconds,
                recordings=recordings,
            )
        )
        self._commented.set()
