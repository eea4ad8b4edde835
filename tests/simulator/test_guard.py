"""No other website takes part in calls on somebody's machine."""

from __future__ import annotations

import pytest

from bot.simulator import Simulator
from tests.simulator.bot_side import SignedClient


async def status(client: SignedClient, method: str = "POST", path: str = "/simulator/calls", **headers: str) -> int:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    async with client.session.request(method, client.url + path, headers=named) as response:
        await response.read()
        return response.status


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec_Fetch_Site": "cross-site"},
        {"Sec_Fetch_Site": "same-site"},
        {"Sec_Fetch_Site": "cross-site", "Sec_Fetch_Mode": "navigate"},
        {"Origin": "https://elsewhere.example"},
        {"Origin": "null"},
        {"Host": "elsewhere.example"},
        {"Host": "127.0.0.1.elsewhere.example:80"},
    ],
)
async def test_another_website_is_refused(client: SignedClient, simulator: Simulator, headers: dict[str, str]) -> None:
    assert await status(client, **headers) == 403
    assert not simulator.calls


async def test_a_host_that_is_none_is_refused(client: SignedClient) -> None:
    assert await status(client, Host="[") == 400


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Sec_Fetch_Site": "same-origin", "Origin": "OWN"},
        {"Sec_Fetch_Site": "none"},
        {"Host": "localhost:8081"},
        {"Host": "simulator:8081"},
        {"Host": "bot.localhost"},
        {"Host": "192.168.0.7:8081"},
        {"Host": "[::1]:8081"},
    ],
)
async def test_the_page_and_the_command_line_are_welcome(client: SignedClient, headers: dict[str, str]) -> None:
    own = {name: value.replace("OWN", client.url) for name, value in headers.items()}
    assert await status(client, **own) == 201


async def test_a_link_from_elsewhere_opens_the_page(client: SignedClient) -> None:
    link = {"Sec_Fetch_Site": "cross-site", "Sec_Fetch_Mode": "navigate"}
    assert await status(client, "GET", "/", **link) == 200
    assert await status(client, "GET", "/simulator/timeline", Sec_Fetch_Site="cross-site") == 403


async def test_the_bot_is_not_asked_where_it_comes_from(client: SignedClient) -> None:
    assert await status(client, "POST", "/team/call/get", Sec_Fetch_Site="cross-site") == 401
