"""Endpoints that change what the simulator is like: its people, and what goes wrong."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from aiohttp import web

from bot.simulator.control import wishes
from bot.simulator.control.answers import json_answer
from bot.simulator.control.views import contact_view
from bot.simulator.faults import KINDS, Faults
from bot.simulator.people import Contact
from bot.simulator.refusal import Refusal
from bot.simulator.timeline import RecordKind

if TYPE_CHECKING:
    from bot.simulator.platform import Simulator

_CONTACT: Final = frozenset({"online", "by_hand"})


class SettingsControl:
    """The endpoints of contacts and faults.

    Args:
        simulator: what they control.
    """

    def __init__(self, simulator: Simulator) -> None:
        self._simulator = simulator
        self._began = simulator.clock.now()

    def routes(self) -> list[web.RouteDef]:
        """Return the routes of the endpoints."""
        return [
            web.get("/simulator/contacts", self._list_contacts),
            web.post("/simulator/contacts/{contact_id}", self._change_contact),
            web.get("/simulator/faults", self._show_faults),
            web.post("/simulator/faults", self._set_faults),
        ]

    async def _list_contacts(self, _request: web.Request) -> web.Response:
        return json_answer({"contacts": [contact_view(contact) for contact in self._simulator.contacts.values()]})

    async def _change_contact(self, request: web.Request) -> web.Response:
        contact = self._simulator.contacts.get(request.match_info["contact_id"])
        if contact is None:
            raise Refusal(404, f"there is no contact {request.match_info['contact_id']}")
        wanted = await wishes.fields(request, _CONTACT)
        online, by_hand = wishes.switch(wanted, "online"), wishes.switch(wanted, "by_hand")
        changed = replace(
            contact,
            online=contact.online if online is None else online,
            by_hand=contact.by_hand if by_hand is None else by_hand,
        )
        self._simulator.add_contact(changed)
        for does in _changes(contact, changed):
            self._note("person", contact.name, does)
        return json_answer(contact_view(changed))

    async def _show_faults(self, _request: web.Request) -> web.Response:
        return json_answer({"faults": dict(self._simulator.faults.as_json()), "kinds": list(KINDS)})

    async def _set_faults(self, request: web.Request) -> web.Response:
        try:
            faults = Faults.from_json(dict(await wishes.json_object(request)))
        except ValueError as error:
            raise Refusal(400, str(error)) from error
        self._simulator.faults = faults
        chosen = ", ".join(name for name in faults.as_json() if name in KINDS)
        self._note("note", "platform", f"faults from now on: {chosen or 'none'}")
        return await self._show_faults(request)

    def _note(self, kind: RecordKind, who: str, text: str) -> None:
        now = self._simulator.clock.now()
        self._simulator.timeline.add(kind, who, text, at=now, elapsed=now - self._began)


def _changes(before: Contact, after: Contact) -> list[str]:
    """Return what somebody does, in words, whose settings change."""
    changes = []
    if after.online != before.online:
        changes.append("goes on-line" if after.online else "goes off-line")
    if after.by_hand != before.by_hand:
        changes.append("is answered for by hand" if after.by_hand else "answers by itself")
    return changes
