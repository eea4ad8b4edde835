from __future__ import annotations

import pytest

from bot.events.fields import snake
from bot.events.names import suggestion


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("Call.Created", "Call.created"),
        ("Call.Member.left", "Call.Member.leaved"),
        ("Call.Member.dmtf", "Call.Member.dtmf"),
        ("Cal.*", "Call.*"),
        ("Call.Membr.*", "Call.Member.*"),
        ("Payment.received", None),
        ("Nothing.*", None),
    ],
)
def test_a_misspelt_name_is_recognised(written: str, meant: str | None) -> None:
    assert suggestion(written) == meant


@pytest.mark.parametrize(
    ("camel", "plain"),
    [("originateUserId", "originate_user_id"), ("teamId", "team_id"), ("att", "att"), ("x2Y", "x2_y"), ("", "")],
)
def test_field_names_become_snake_case(camel: str, plain: str) -> None:
    assert snake(camel) == plain
