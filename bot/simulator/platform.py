"""The simulator put together: the platform for development and tests."""

from __future__ import annotations

import hashlib
import secrets
from collections import deque
from collections.abc import Callable, Mapping
from contextlib import AsyncExitStack
from types import MappingProxyType, TracebackType
from typing import Final, Self

import aiohttp
from aiohttp import web
from aiohttp.typedefs import Middleware

from bot.clock import Clock
from bot.events import CallKey, Originator
from bot.simulator.actions import Actions
from bot.simulator.audio import SoundFetcher
from bot.simulator.call import SimCall
from bot.simulator.clips import Shelf
from bot.simulator.comments import CommentBook
from bot.simulator.config import SimulatorConfig
from bot.simulator.control import Control, same_site_only
from bot.simulator.decoding import find_mp3_decoder
from bot.simulator.delivery import Deliveries
from bot.simulator.dice import Dice
from bot.simulator.door import Door
from bot.simulator.faults import Faults
from bot.simulator.files import Files
from bot.simulator.ledger import Ledger
from bot.simulator.line import DEFAULT_TEAM, Line
from bot.simulator.outlet import Surroundings
from bot.simulator.payloads import Place
from bot.simulator.people import Caller, Contact
from bot.simulator.posting import DeliveryConfig, Poster, body_sent
from bot.simulator.presence import Presence
from bot.simulator.records import Records
from bot.simulator.refusal import SimulatorError
from bot.simulator.server import PlatformApi, nothing_there, platform_errors
from bot.simulator.tasks import Tasks
from bot.simulator.teams import Teams
from bot.simulator.timeline import Timeline

_LARGEST_BODY: Final = 256 * 1024


class Simulator:
    """The platform, with the people who call; use it as a context manager.

    Args:
        config: its values.
        clock: the time that its people live in.
        faults: what goes wrong; nothing by default.
        new_id: makes an id of the platform; random by default, so that no call looks like an earlier one.

    Attributes:
        clock: the time that its people live in.
        timeline: what happened.
    """

    def __init__(
        self,
        config: SimulatorConfig,
        *,
        clock: Clock,
        faults: Faults | None = None,
        new_id: Callable[[], str] = lambda: secrets.token_hex(12),
    ) -> None:
        self.timeline = Timeline(config.keep_records)
        self._config = config
        self.clock = clock
        self._new_id = new_id
        self._dice = Dice(faults or Faults())
        self._webhook_url = config.webhook_url
        self._calls: dict[CallKey, SimCall] = {}
        self._ended: deque[CallKey] = deque()
        self._contacts: dict[str, Contact] = {}
        self._teams = Teams(clock.now())
        self._url = ""
        self._around: Surroundings | None = None
        self._door: Door | None = None
        self._api: PlatformApi | None = None
        self._started = clock.now()
        self._exit = AsyncExitStack()

    async def __aenter__(self) -> Self:
        """Begin to listen.

        Raises:
            OSError: the address cannot be listened on.
        """
        async with AsyncExitStack() as stack:
            session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=None), trace_configs=[body_sent()])
            await stack.enter_async_context(session)
            tasks = Tasks()
            stack.push_async_callback(tasks.close)
            around = self._surroundings(session, tasks)
            self._door = Door(self._application(session, around), self._config.host, self._config.port)
            self._url = await self._door.open()
            stack.push_async_callback(self._door.close)
            around.deliveries.connect(self._webhook_url)
            self._around = around
            self._exit = stack.pop_all()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop listening, send everybody home, and close all connections."""
        self._around = self._door = None
        await self._exit.__aexit__(kind, error, trace)

    @property
    def faults(self) -> Faults:
        """What goes wrong from now on; to set it begins the choices anew from its seed."""
        return self._dice.faults

    @faults.setter
    def faults(self, faults: Faults) -> None:
        self._dice.faults = faults

    async def restart(self, seconds: float | None = None) -> None:
        """Break all connections, and refuse new ones and post nothing for a while; nothing is forgotten.

        People go on meanwhile: what they do is posted afterwards. Returns at once; does nothing during a restart.

        Args:
            seconds: how long; as the faults say if None.

        Raises:
            SimulatorError: the simulator is not running.
        """
        if self._around is None or self._door is None:
            raise SimulatorError("the simulator is not running; use it as a context manager")
        if self._door.shut:
            return
        seconds = self.faults.restart_seconds if seconds is None else seconds
        self._note(None, f"fault: the platform restarts and is away for {seconds:g} s")
        self._around.deliveries.open.clear()
        await self._door.shut_out()
        self._around.tasks.start(self._come_back(self._door, self._around, seconds), name="simulator restart")

    @property
    def url(self) -> str:
        """The address of the platform's API, such as ``http://127.0.0.1:40961``."""
        return self._config.public_url.rstrip("/") or self._url

    @property
    def posting(self) -> int:
        """How many events are being posted now, rather than waiting."""
        return 0 if self._around is None else self._around.deliveries.posting

    @property
    def late(self) -> int:
        """How many answers to requests wait for their time, as the faults say."""
        return 0 if self._api is None else self._api.late

    @property
    def calls(self) -> Mapping[CallKey, SimCall]:
        """The calls by key, oldest first; of the ended ones only the latest."""
        return MappingProxyType(self._calls)

    @property
    def contacts(self) -> Mapping[str, Contact]:
        """Whom the bot may invite, by id."""
        return MappingProxyType(self._contacts)

    def connect(self, webhook_url: str) -> None:
        """Say where events go from now on, those that already wait too.

        Args:
            webhook_url: the whole address, with the secret in its path.
        """
        self._webhook_url = webhook_url
        if self._around is not None:
            self._around.deliveries.connect(webhook_url)

    def add_contact(self, contact: Contact) -> None:
        """Let the bot invite somebody; a contact of the same id is replaced."""
        self._contacts[contact.contact_id] = contact
        if contact.team_id is not None:
            self.add_team(contact.team_id)

    def add_team(self, team_id: str) -> None:
        """Let there be a team, with its usual line; one that somebody calls or belongs to is there anyway."""
        self._teams.found(team_id, at=self.clock.now())

    async def place_call(
        self, caller: Caller | None = None, *, team_id: str = DEFAULT_TEAM, line: Line | None = None
    ) -> SimCall:
        """Let somebody call; the first event is on its way on return.

        Args:
            caller: who calls and how they behave; somebody who stays on the line if None.
            team_id: the team that is called.
            line: its telephone line; one of the usual ids if None.

        Raises:
            SimulatorError: the simulator is not started, or knows no webhook.
        """
        if self._around is None:
            raise SimulatorError("the simulator is not running; use it as a context manager")
        if not self._webhook_url:
            raise SimulatorError("no bot is connected; give a webhook_url, or call connect()")
        caller = caller or Caller()
        place = self._place(caller, team_id, line or Line())
        self._teams.found(team_id, at=place.created_at).open_thread(place)
        call = SimCall(place, caller, self._around, on_ended=self._retire)
        self._calls[call.key] = call
        call.begin()
        await self.clock.sleep(0)
        return call

    def _place(self, caller: Caller, team_id: str, line: Line) -> Place:
        return Place(
            team_id=team_id,
            thread_id=self._new_id(),
            stream_id=line.stream_id,
            destination_id=line.destination_id,
            call_type="thread-incoming",
            originator=Originator(self._contact_of(team_id, caller.phone), caller.phone, line.trunk_id),
            created_at=self.clock.now(),
        )

    def _contact_of(self, team_id: str, phone: str) -> str:
        """Return whose number it is; the platform makes a contact for a number that it does not know."""
        for contact in self._contacts.values():
            if contact.phone == phone and contact.is_known_in(team_id):
                return contact.contact_id
        made = self._teams.found(team_id, at=self.clock.now()).customer_with(phone)
        return made or hashlib.sha256(f"{team_id} {phone}".encode()).hexdigest()[:24]

    def _surroundings(self, session: aiohttp.ClientSession, tasks: Tasks) -> Surroundings:
        config = DeliveryConfig(
            bot_id=self._config.bot_id,
            secret_key=self._config.secret_key,
            signed=self._config.sign_deliveries,
            tries=self._config.delivery_tries,
            backoff=self._config.delivery_backoff,
            backoff_longest=self._config.delivery_backoff_longest,
        )
        poster = Poster(session, config, self.clock)
        deliveries = Deliveries(poster, config, dice=self._dice, clock=self.clock, tasks=tasks, note=self._note)
        return Surroundings(
            clock=self.clock,
            timeline=self.timeline,
            deliveries=deliveries,
            tasks=tasks,
            comments=CommentBook(),
            presence=Presence(),
            shelf=Shelf(find_mp3_decoder()),
            new_id=self._new_id,
            base_url=lambda: self.url,
            comment_after=self._config.comment_after,
        )

    async def _come_back(self, door: Door, around: Surroundings, seconds: float) -> None:
        await self.clock.sleep(seconds)
        await door.let_in()
        self._note(None, "the platform is up again")
        around.deliveries.open.set()

    def _application(self, session: aiohttp.ClientSession, around: Surroundings) -> web.Application:
        records = Records(Ledger(self._calls, self._contacts, self._teams, around, self._config.bot_id))
        self._api = api = PlatformApi(
            bot_id=self._config.bot_id,
            secret_key=self._config.secret_key,
            actions=Actions(self._calls, self._contacts, SoundFetcher(session, self.clock, around.shelf), records),
            dice=self._dice,
            restart=self.restart,
            clock=self.clock,
            timeline=self.timeline,
        )
        guards: list[Middleware] = [platform_errors, same_site_only(lambda: self.url)]
        application = web.Application(middlewares=guards, client_max_size=_LARGEST_BODY)
        application.add_routes(Control(self, session).routes())
        application.add_routes(Files(self._calls, self.clock).routes())
        application.add_routes(records.routes())
        application.add_routes([web.route("*", "/simulator/{rest:.*}", nothing_there)])
        application.add_routes([web.post("/{team}/{path:.+}", api.answer)])
        return application

    def _note(self, key: CallKey | None, text: str) -> None:
        call = None if key is None else self._calls.get(key)
        if call is not None:
            call.outlet.note("note", "platform", text)
        else:
            now = self.clock.now()
            self.timeline.add("note", "platform", text, at=now, elapsed=now - self._started)

    def _retire(self, key: CallKey) -> None:
        self._ended.append(key)
        while len(self._ended) > self._config.keep_calls:
            oldest = self._ended.popleft()
            del self._calls[oldest]
            self._teams.of(oldest.team_id).threads.pop(oldest.home_id, None)
