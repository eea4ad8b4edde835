from __future__ import annotations

from pathlib import Path

import pytest

from bot.assembly import api_config
from bot.config import Config, is_loopback, is_unconfigured, journal_path, resolve, simulated
from bot.errors import SettingsError
from bot.settings import Settings

EVERYWHERE = "0.0.0.0"  # noqa: S104 - shown, not bound
WHOLE = {
    "id": "bot-1",
    "secret_key": "hidden-key",
    "webhook_secret": "hidden-one,hidden-two",
    "public_url": "https://bot.example.com/prefix/",
    "metrics_token": "hidden-token",
}


def settings(**values: object) -> Settings:
    """Return settings as if read from the environment, whatever the real one holds."""
    return Settings.model_validate({**WHOLE, **values})


def problems(given: Settings) -> dict[str, str]:
    with pytest.raises(SettingsError) as caught:
        resolve(given)
    return {problem.variable: str(problem) for problem in caught.value.problems}


def start_simulated(given: Settings) -> Config:
    return simulated(
        given, api_url="http://127.0.0.1:8090", bot_id="b", secret_key="hidden-key", webhook_secret="hidden-one"
    )


def test_a_whole_configuration_is_resolved() -> None:
    config = resolve(settings())

    assert (config.bot_id, config.secret_key) == ("bot-1", "hidden-key")
    assert config.webhook_secrets == ["hidden-one", "hidden-two"]
    assert config.api_url == "https://botapi.workonflow.com"
    assert config.public_url == "https://bot.example.com/prefix"
    assert config.journal_path == Path("var/bot.sqlite3")
    assert config.simulated is False


def test_no_secret_is_shown() -> None:
    config = resolve(settings())

    assert "hidden" not in repr(config)
    assert sorted(config.secrets) == ["hidden-key", "hidden-one", "hidden-token", "hidden-two"]
    assert resolve(settings(metrics_token=None)).secrets == ["hidden-key", "hidden-one", "hidden-two"]


def test_everything_that_is_missing_is_told_at_once() -> None:
    found = problems(settings(id=None, secret_key=None, webhook_secret="", public_url=None, journal="x"))

    assert list(found) == ["BOT_ID", "BOT_SECRET_KEY", "BOT_WEBHOOK_SECRET", "BOT_PUBLIC_URL", "BOT_JOURNAL"]
    assert found["BOT_ID"] == (
        "BOT_ID: is missing. Set it: The bot's id on the platform; for example 5b71621d444507001b8be440"
    )


def test_without_a_webhook_secret_the_bot_does_not_start() -> None:
    assert list(problems(settings(webhook_secret=""))) == ["BOT_WEBHOOK_SECRET"]


@pytest.mark.parametrize("secret", ["a/b", "a b", "a?b", "a#b", "a%41", "\u0421"])
def test_a_webhook_secret_must_fit_into_an_address(secret: str) -> None:
    found = problems(settings(webhook_secret=f"good,{secret}"))

    assert list(found) == ["BOT_WEBHOOK_SECRET"]
    assert secret not in found["BOT_WEBHOOK_SECRET"].replace("has characters", "")


@pytest.mark.parametrize("api_url", ["http://127.0.0.1:8090", "http://localhost:8090", "http://[::1]:8090"])
def test_a_platform_on_this_machine_needs_no_public_address(api_url: str) -> None:
    config = resolve(settings(public_url=None, api_url=api_url))

    assert config.public_url is None
    assert config.api_url == api_url


@pytest.mark.parametrize(
    ("journal", "path"),
    [
        ("sqlite:///var/bot.sqlite3", "var/bot.sqlite3"),
        ("sqlite:////data/bot.sqlite3", "/data/bot.sqlite3"),
        ("sqlite:///with space.db", "with space.db"),
    ],
)
def test_the_journal_is_a_path(journal: str, path: str) -> None:
    assert resolve(settings(journal=journal)).journal_path == journal_path(settings(journal=journal)) == Path(path)


@pytest.mark.parametrize(
    ("journal", "problem"),
    [
        ("sqlite:///", "is not sqlite:/// and a path"),
        ("sqlite://var/bot.sqlite3", "is not sqlite:/// and a path"),
        ("/var/bot.sqlite3", "is not sqlite:/// and a path"),
        ("mysql://host/db", "is not sqlite:/// and a path"),
        ("postgresql://host/db", "in SQLite only"),
    ],
)
def test_what_is_no_journal_is_told(journal: str, problem: str) -> None:
    assert problem in problems(settings(journal=journal))["BOT_JOURNAL"]
    for asked in (start_simulated, journal_path):
        with pytest.raises(SettingsError, match="BOT_JOURNAL"):
            asked(settings(journal=journal))


@pytest.mark.parametrize(("connect", "total"), [(10, 10), (11, 10)])
def test_connecting_may_not_take_longer_than_the_whole(connect: float, total: float) -> None:
    found = problems(settings(api_connect_timeout=connect, api_timeout=total))

    assert list(found) == ["BOT_API_CONNECT_TIMEOUT"]


@pytest.mark.parametrize("name", ["api_url", "public_url"])
@pytest.mark.parametrize("rest", ["?a=1", "#top"])
def test_an_address_has_no_query(name: str, rest: str) -> None:
    assert list(problems(settings(**{name: f"https://example.com/{rest}"}))) == [f"BOT_{name.upper()}"]


def test_the_simulator_stands_in_on_this_machine() -> None:
    config = start_simulated(settings())

    assert config.simulated is True
    assert config.api_url == "http://127.0.0.1:8090"
    assert config.public_url is None
    assert config.webhook_secrets == ["hidden-one"]


@pytest.mark.parametrize("host", [EVERYWHERE, "::", "192.0.2.1", "bot.example.com"])
def test_the_simulator_is_refused_where_others_can_reach_the_bot(host: str) -> None:
    with pytest.raises(SettingsError, match=r"BOT_HOST: .* can be reached by others"):
        start_simulated(settings(host=host))


@pytest.mark.parametrize(
    ("values", "unconfigured"),
    [
        ({"id": None, "secret_key": None, "webhook_secret": ""}, True),
        ({"id": None, "secret_key": None, "webhook_secret": "x"}, False),
        ({"id": "b", "secret_key": None, "webhook_secret": ""}, False),
        ({"id": None, "secret_key": "k", "webhook_secret": ""}, False),
    ],
)
def test_unconfigured_means_nothing_said_of_the_platform(values: dict[str, object], unconfigured: bool) -> None:
    assert is_unconfigured(settings(**values)) is unconfigured


@pytest.mark.parametrize(
    ("host", "loopback"),
    [
        ("127.0.0.1", True),
        ("127.8.8.8", True),
        ("::1", True),
        ("[::1]", True),
        ("localhost", True),
        (EVERYWHERE, False),
        ("::", False),
        ("localhost.example.com", False),
        ("", False),
        (None, False),
    ],
)
def test_loopback_is_what_only_this_machine_reaches(host: str | None, loopback: bool) -> None:
    assert is_loopback(host) is loopback


def test_a_bot_id_that_cannot_be_sent_is_told() -> None:
    assert problems(settings(id="bot\nid"))["BOT_ID"].startswith("BOT_ID: has characters that cannot be sent")


def test_a_request_that_is_never_sent_cannot_be_renamed() -> None:
    config = resolve(settings(api_paths="call/unhold=call/unpause"))
    with pytest.raises(SettingsError, match=r"BOT_API_PATHS: the bot sends no request call/unhold. It sends: call"):
        api_config(config)
