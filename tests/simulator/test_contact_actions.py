"""Contacts that requests make, and what several teams know of each other: nothing."""

from __future__ import annotations

import pytest

from bot.simulator import DEFAULT_TEAM, Caller, Contact, Simulator, SimulatorConfig
from bot.testing.clock import ManualClock, until
from tests.simulator.bot_side import ANNA, BOT_ID, SECRET, BotServer, SignedClient
from tests.simulator.clerk import STREAM, Clerk

PHONE = {"id": "p", "label": "Work phone", "value": "+74950000001", "type": "phone"}
COMPANY = {"id": "c", "label": "Company", "value": "OOO", "type": "company"}


@pytest.fixture
async def clerk(client: SignedClient, simulator: Simulator, bot: BotServer) -> Clerk:
    return Clerk(client, simulator, bot)


async def test_an_outside_contact_is_made_and_known_when_it_calls(clerk: Clerk, simulator: Simulator) -> None:
    await clerk.asks("contact/create", basicData={"name": "Boris"})
    made = await clerk.asks("contact/create", basicData={"name": "Clara"}, customFields=[PHONE, COMPANY])
    [entry] = await clerk.asks("contact/read", customField="OOO")

    assert entry["_id"] == made["contactId"]
    assert (entry["billingType"], entry["basicData"]["name"]) == ("contacts", "Clara")
    assert (entry["basicData"]["phone"], entry["customFields"]) == (["+74950000001"], [PHONE, COMPANY])
    assert await clerk.asks("contact/read", customField="+74950000001") == [entry]
    call = await simulator.place_call(Caller(phone="+74950000001"))
    assert call.members[0].contact_id == made["contactId"]
    assert (await clerk.thread(call.thread_id))["customerId"] == made["contactId"]
    [known] = await clerk.asks("contact/read", userId=made["contactId"])
    assert known["basicData"]["name"] == "Clara"
    elsewhere = await simulator.place_call(Caller(phone="+74950000001"), team_id="another")
    assert elsewhere.members[0].contact_id != made["contactId"]


async def test_the_language_of_somebody(clerk: Clerk) -> None:
    assert await clerk.asks("contact/local", userId=ANNA.contact_id) == {"userId": ANNA.contact_id, "local": "us"}
    assert await clerk.is_refused("contact/local", userId="stranger") == "there is no such contact in this team"


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({}, "basicData is required"),
        ({"basicData": "Clara"}, "basicData must be of type object"),
        ({"basicData": {"email": "x"}}, "basicData needs a name of type string"),
        ({"basicData": {"name": ""}}, "basicData needs a name"),
        (
            {"basicData": {"name": "C"}, "customFields": ["x"]},
            "every entry of customFields needs id, label, value, type",
        ),
        ({"basicData": {"name": "C"}, "customFields": [{"id": "x"}]}, "every entry of customFields needs"),
    ],
)
async def test_what_makes_no_contact(clerk: Clerk, fields: dict[str, object], problem: str) -> None:
    assert problem in await clerk.is_refused("contact/create", **fields)
    assert await clerk.asks("contact/read", billingType="contacts") == []


async def test_people_of_one_team_are_strangers_to_another(
    client: SignedClient, simulator: Simulator, bot: BotServer
) -> None:
    clara = Contact(contact_id="clara", name="Clara", phone="101", team_id="another")
    simulator.add_contact(clara)
    here, there = Clerk(client, simulator, bot), Clerk(client, simulator, bot, team="another")

    assert "clara" not in [one["_id"] for one in await here.asks("contact/read", billingType="users")]
    assert [one["_id"] for one in await there.asks("contact/read", userId="clara")] == ["clara"]
    call = await simulator.place_call(Caller(phone="101"))
    assert call.members[0].contact_id != "clara"
    assert await client.refused(call, "call.user/invite", contactId="clara") == "there is no contact clara"
    other = await simulator.place_call(Caller(phone="101"), team_id="another")
    assert other.members[0].contact_id == "clara"
    await client.done(other, "call.user/invite", contactId="clara")


async def test_threads_and_streams_are_kept_by_team(client: SignedClient, simulator: Simulator, bot: BotServer) -> None:
    simulator.add_team("another")
    here, there = Clerk(client, simulator, bot), Clerk(client, simulator, bot, team="another")
    status, *_ = await there.statuses()
    assert status not in await here.statuses()
    made = await there.asks("thread/create", streamId=STREAM, statusId=status)
    assert await here.asks("thread/read", threadId=made["threadId"]) == []
    refused = await here.is_refused("thread.title", threadId=made["threadId"], title="x")
    assert refused == "there is no such thread in this team"
    [event] = await there.told("Thread.created")
    assert event["teamId"] == "another"


@pytest.mark.parametrize("path", ["thread/read", "call/get", "file/read"])
async def test_a_team_that_is_not_there(client: SignedClient, simulator: Simulator, bot: BotServer, path: str) -> None:
    stranger = Clerk(client, simulator, bot, team="nobody")
    assert await stranger.is_refused(path, threadId="x") == "there is no such team"


async def test_the_thread_of_a_forgotten_call_is_forgotten(bot: BotServer, clock: ManualClock) -> None:
    config = SimulatorConfig(bot_id=BOT_ID, secret_key=SECRET, webhook_url=f"{bot.url}/webhook/secret", keep_calls=1)
    async with Simulator(config, clock=clock) as simulator:
        calls = [await simulator.place_call() for _ in range(2)]
        for call in calls:
            await call.hang_up()
        await until(lambda: len(bot.events) == 6)
        assert list(simulator._teams.of(DEFAULT_TEAM).threads) == [calls[1].thread_id]
