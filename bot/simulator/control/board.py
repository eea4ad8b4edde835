"""All routes for people, and the help that curl gets."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import aiohttp
from aiohttp import web

from bot.simulator.control.answers import json_answer
from bot.simulator.control.calls import CallControl
from bot.simulator.control.feed import Feed
from bot.simulator.control.page import Page
from bot.simulator.control.settings import SettingsControl
from bot.simulator.refusal import Refusal

if TYPE_CHECKING:
    from bot.simulator.platform import Simulator

_HELP: Final = """\
This is a simulated Workonflow platform. The bot makes its requests here; you make the calls.
Open this address in a browser for a telephone with a keypad, and the agents' telephones beside it.

From a command line, place a call (every field may be left out; times are seconds):
  curl -d '{"phone": "+74951234567", "presses": [[5, "1"]], "hangs_up_after": 30}' URL/simulator/calls
List the calls:
  curl URL/simulator/calls
Press a key in a call, and hang up, with the thread_id that placing it gave:
  curl -d '{"key": "1"}' URL/simulator/calls/THREAD_ID/press
  curl -X POST URL/simulator/calls/THREAD_ID/hang-up
Act for somebody whom the bot rings:
  curl -d '{"contact_id": "ID"}' URL/simulator/calls/THREAD_ID/answer
  curl -d '{"contact_id": "ID"}' URL/simulator/calls/THREAD_ID/decline
  curl -d '{"contact_id": "ID"}' URL/simulator/calls/THREAD_ID/hang-up
Say something into the call, from an uncompressed wav file:
  curl --data-binary @speech.wav URL/simulator/calls/THREAD_ID/speak
See who can be invited, let them be rung without answering by themselves, or be off-line:
  curl URL/simulator/contacts
  curl -d '{"by_hand": true, "online": true}' URL/simulator/contacts/ID
See what goes wrong, and let something go wrong:
  curl URL/simulator/faults
  curl -d '{"seed": 1, "duplicated": 0.2, "slow": 0.1}' URL/simulator/faults
See what happened, all of it or what is newer than a record, or as it happens:
  curl URL/simulator/timeline
  curl 'URL/simulator/timeline?after=20'
  curl -N URL/simulator/feed
"""


class Control:
    """The page and the control endpoints of a simulator; whoever reaches them may use them.

    Args:
        simulator: what they control.
        session: fetches sounds for whoever listens.
    """

    def __init__(self, simulator: Simulator, session: aiohttp.ClientSession) -> None:
        self._simulator = simulator
        self._parts = (
            Page(lambda: _HELP.replace("URL", simulator.url)),
            Feed(simulator),
            CallControl(simulator, session),
            SettingsControl(simulator),
        )

    def routes(self) -> list[web.RouteDef]:
        """Return the routes of the endpoints."""
        routes = [route for part in self._parts for route in part.routes()]
        return [*routes, web.get("/simulator/timeline", self._list_records)]

    async def _list_records(self, request: web.Request) -> web.Response:
        after = request.query.get("after", "0")
        if not re.fullmatch("[0-9]{1,18}", after):
            raise Refusal(400, "after must be the number of a record")
        timeline = self._simulator.timeline
        records = timeline.since(int(after))
        return json_answer({"records": [record.as_json() for record in records], "last": timeline.last})
