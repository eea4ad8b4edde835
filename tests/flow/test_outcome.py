from __future__ import annotations

import pytest

from bot.errors import ApiError, BadRequest, BotError, InDoubt, NotSent, PromptError, Rejected, StepFailed, Unauthorised
from bot.flow.outcome import of_error, value_of


@pytest.mark.parametrize("kind", [BadRequest, InDoubt, NotSent, Rejected, Unauthorised])
def test_an_error_of_the_platform_is_the_same_after_a_restart(kind: type[ApiError]) -> None:
    error = kind("no such call", path="call/get", team_id="team", code=400, attempts=3)
    with pytest.raises(kind) as raised:
        value_of(of_error(error))
    assert type(raised.value) is kind
    assert vars(raised.value) == vars(error)
    assert str(raised.value) == str(error)


@pytest.mark.parametrize(
    ("error", "kind"),
    [(PromptError("no prompt x"), PromptError), (StepFailed("KeyError: 1"), StepFailed), (BotError("odd"), StepFailed)],
)
def test_another_error_is_raised_again(error: BotError, kind: type[BotError]) -> None:
    with pytest.raises(kind, match=str(error)):
        value_of(of_error(error))
