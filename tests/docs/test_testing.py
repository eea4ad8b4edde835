"""docs/testing.md: its listings are run, and what it names is there."""

from __future__ import annotations

import re
from collections.abc import Callable, Coroutine
from typing import Any, Final

import pytest

from bot import Call, Router
from bot.dispatch import Handlers
from bot.settings import Settings
from bot.simulator.faults import Faults
from bot.testing import Agent, Phone, PhoneCall
from tests.docs.listings import DOCS, listings
from tests.support.handlers import handlers_of

PAGE: Final = (DOCS / "testing.md").read_text(encoding="utf-8")
router = Router()


@router.call(incoming=True)
async def broken(_call: Call) -> None:
    raise ConnectionError("the CRM is away")


def listed(name: str) -> Callable[[Phone], Coroutine[Any, Any, None]]:
    """Return a test of the page."""
    found: dict[str, Callable[[Phone], Coroutine[Any, Any, None]]] = {}
    for listing in listings("testing.md"):
        if listing.language == "python":
            exec(compile(listing.text, f"testing.md:{listing.line}", "exec"), {}, found)  # noqa: S102 - our own page
    return found[name]


async def test_the_first_listing(phone: Phone) -> None:
    await listed("test_sales")(phone)


class TestAFlowThatFails:
    @pytest.fixture
    def bot_handlers(self) -> Handlers:
        return handlers_of(router)

    async def test_the_second_listing(self, phone: Phone) -> None:
        await listed("test_a_broken_crm_does_not_lose_the_caller")(phone)


@pytest.mark.parametrize(("name", "of"), [("call", PhoneCall), ("phone", Phone)])
def test_what_it_names_is_there(name: str, of: type) -> None:
    names = set(re.findall(rf"\b{name}\.([a-z_]+)", PAGE)) - {"sim", "world"}

    assert len(names) > 5
    assert [one for one in names if not hasattr(of, one)] == []


def test_all_that_can_be_done_is_named() -> None:
    public = {name for kind in (Agent, PhoneCall) for name in vars(kind) if not name.startswith("_")}

    assert [name for name in public - {"name", "contact_id"} if not re.search(rf"[.`]{name}\b", PAGE)] == []


def test_faults_and_settings_are_what_it_says() -> None:
    assert Faults(seed=7, duplicated=0.2, slow=0.1).slow == 0.1
    assert {"handler_timeout", "rota"} <= set(Settings.model_fields)
