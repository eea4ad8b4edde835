from __future__ import annotations

import inspect
import re

import pytest

from bot import errors
from bot.errors import (
    ApiError,
    BotError,
    CallEnded,
    InDoubt,
    RegistrationError,
    RotaError,
    SettingProblem,
    SettingsError,
    StepFailed,
    Unauthorised,
)


def drawn() -> dict[str, str]:
    """Return each error of the drawing in the module's docstring, with the one that it hangs from."""
    assert errors.__doc__
    parents: list[str] = []
    found = {}
    for line in errors.__doc__.splitlines():
        matched = re.match(r"    ((?:│   |    )*)(?:[├└]── )?([A-Z]\w+)(?:  |\s*$| )", line)
        if matched:
            depth = len(matched[1]) // 4 + ("──" in line)
            parents[depth:] = [matched[2]]
            found[matched[2]] = parents[depth - 1] if depth else "Exception"
    return found


def test_the_tree_is_as_it_is_drawn() -> None:
    defined = {
        name: kind.__base__.__name__
        for name, kind in vars(errors).items()
        if inspect.isclass(kind) and issubclass(kind, BotError) and kind.__base__
    }

    assert drawn() == defined
    assert len(defined) > 15


def test_every_error_says_what_it_means() -> None:
    assert all(getattr(errors, name).__doc__ for name in drawn())


def test_the_end_of_a_call_is_no_failure() -> None:
    assert not issubclass(CallEnded, Exception)


def test_wrong_settings_are_told_one_a_line() -> None:
    one = SettingProblem("BOT_PORT", "is no number", "Set it to 8080")
    other = SettingProblem("BOT_ID", "is missing", "Set it")
    error = SettingsError(one, other)

    assert str(error) == "BOT_PORT: is no number. Set it to 8080\nBOT_ID: is missing. Set it"
    assert error.problems == (one, other)


def test_a_wrong_registration_says_where_it_stands() -> None:
    error = RegistrationError("the handler is no coroutine function", "handlers/x.py:7")

    assert str(error) == "handlers/x.py:7: the handler is no coroutine function"
    assert (error.problem, error.where) == ("the handler is no coroutine function", "handlers/x.py:7")


def test_a_wrong_rota_lists_every_mistake() -> None:
    error = RotaError(["rota.toml:1: a", "rota.toml:2: b"])

    assert str(error) == "rota.toml:1: a\nrota.toml:2: b"
    assert error.problems == ("rota.toml:1: a", "rota.toml:2: b")


def test_a_failed_step_keeps_the_text_of_what_failed() -> None:
    assert StepFailed("ValueError: x").error == str(StepFailed("ValueError: x")) == "ValueError: x"


@pytest.mark.parametrize("kind", [InDoubt, Unauthorised])
def test_a_failed_request_says_which_and_what_is_known(kind: type[ApiError]) -> None:
    error = kind("no answer in 10 s", path="call.user/invite", team_id="t1", code=504, attempts=2)

    assert str(error) == "call.user/invite: no answer in 10 s"
    assert (error.message, error.path, error.team_id) == ("no answer in 10 s", "call.user/invite", "t1")
    assert (error.code, error.attempts) == (504, 2)
    assert kind("x", path="p", team_id="t").code is None
