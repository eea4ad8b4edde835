"""The configuration: environment variables that begin with ``BOT_``, and a ``.env`` file.

Only the composition root and the command line read it; everything else
receives values. Every field's description and examples stand in ``.env.example``
too, which a test holds to this module.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import AnyHttpUrl, BeforeValidator, Field, SecretStr, ValidationError
from pydantic.networks import IPvAnyNetwork
from pydantic_settings import BaseSettings, DotEnvSettingsSource, NoDecode, SettingsConfigDict

from bot.errors import SettingProblem, SettingsError

PREFIX: Final = "BOT_"

_FIX: Final = "Set it to {examples}."


def _split(value: object) -> object:
    return tuple(filter(None, (part.strip() for part in value.split(",")))) if isinstance(value, str) else value


def _pairs(value: object) -> object:
    if not isinstance(value, str):
        return value
    pairs = [part.partition("=") for part in value.split(",") if part.strip()]
    if any(not name.strip() or not new.strip() for name, _, new in pairs):
        raise ValueError("has an entry that is not of the form documented/path=new/path")
    return {name.strip(): new.strip() for name, _, new in pairs}


def _lower(value: object) -> object:
    return value.lower() if isinstance(value, str) else value


Words = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_split)]
Secrets = Annotated[tuple[SecretStr, ...], NoDecode, BeforeValidator(_split)]
Networks = Annotated[tuple[IPvAnyNetwork, ...], NoDecode, BeforeValidator(_split)]
Paths = Annotated[dict[str, str], NoDecode, BeforeValidator(_pairs)]
Level = Annotated[Literal["debug", "info", "warning", "error"], BeforeValidator(_lower)]
Form = Annotated[Literal["console", "json"], BeforeValidator(_lower)]


class Settings(BaseSettings):
    """The settings as they stand in the environment; what they mean together is `bot.config`'s."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_file=".env",
        env_ignore_empty=True,
        extra="ignore",
        frozen=True,
        hide_input_in_errors=True,
    )

    id: str | None = Field(None, description="The bot's id on the platform", examples=["5b71621d444507001b8be440"])
    secret_key: SecretStr | None = Field(
        None, description="The bot's secret key on the platform; it signs every request", examples=["the key"]
    )
    api_url: AnyHttpUrl = Field(
        AnyHttpUrl("https://botapi.workonflow.com"),
        description="The platform's API",
        examples=["https://botapi.workonflow.com"],
    )
    webhook_secret: Secrets = Field(
        (),
        description="Secrets of the webhook's address, /webhook/SECRET; several, comma-separated, while you change it",
        examples=["a long random word (make one with: openssl rand -hex 24)"],
    )
    public_url: AnyHttpUrl | None = Field(
        None, description="How the platform reaches this bot, to fetch prompts", examples=["https://bot.example.com"]
    )
    on_duty: Words = Field(
        (),
        description="Contact ids of the agents on duty, comma-separated, in the order to ring them",
        examples=["5b72aaab444507001c8be443,5b72aaab444507001c8be444"],
    )
    rota: Path | None = Field(
        None, description="A rota file, instead of BOT_ON_DUTY; see docs/rota.md", examples=["rota.toml"]
    )
    handlers: Words = Field(
        ("handlers",),
        description="Modules or packages with handlers, comma-separated",
        examples=["handlers"],
    )
    host: str = Field("127.0.0.1", description="Address to listen on", examples=["127.0.0.1", "0.0.0.0"])  # noqa: S104 - an example
    port: int = Field(8080, ge=0, le=65535, description="Port to listen on; 0 takes a free one", examples=["8080"])
    journal: str = Field(
        "sqlite:///var/bot.sqlite3",
        description="The journal: sqlite:/// and a path (four slashes for an absolute one)",
        examples=["sqlite:///var/bot.sqlite3", "sqlite:////data/bot.sqlite3"],
    )
    keep_days: float = Field(
        30.0, gt=0, le=36500, description="Days for which handled events are kept", examples=["30"]
    )
    log_level: Level = Field("info", description="debug, info, warning or error", examples=["info"])
    log_format: Form = Field("console", description="console (for people) or json (for machines)", examples=["json"])
    log_mask: bool = Field(
        default=True, description="Hide phone numbers and pressed keys in logs", examples=["true", "false"]
    )
    drain_seconds: float = Field(20.0, ge=0, le=3600, description="Seconds to finish in after SIGTERM", examples=["20"])
    handler_timeout: float = Field(
        15.0, gt=0, le=3600, description="Seconds that one attempt of a handler may take", examples=["15"]
    )
    handler_tries: int = Field(
        3, ge=1, le=100, description="Attempts of a handler before its event becomes a dead letter", examples=["3"]
    )
    flow_longest: float = Field(
        14_400.0,
        gt=0,
        le=604_800,
        description="Seconds that a flow may last before the fallback takes over",
        examples=["14400"],
    )
    flow_silent: float = Field(
        600.0,
        gt=0,
        le=86_400,
        description="Seconds of silence on a call after which the platform is asked whether it is still there",
        examples=["600"],
    )
    blocked_seconds: float = Field(
        0.5,
        ge=0,
        le=3600,
        description="Seconds for which a handler may block the event loop before the log names it; 0 does not watch",
        examples=["0.5"],
    )
    concurrency: int = Field(256, ge=1, le=10_000, description="Calls worked on at once", examples=["256"])
    max_body_bytes: int = Field(
        262_144, ge=1024, le=16_777_216, description="Largest webhook body, in bytes", examples=["262144"]
    )
    max_backlog: int = Field(
        100_000,
        ge=1,
        le=100_000_000,
        description="Unhandled events beyond which the webhook answers 503",
        examples=["100000"],
    )
    allowed_networks: Networks = Field(
        (), description="Networks that may deliver, comma-separated; none means any", examples=["203.0.113.0/24"]
    )
    trusted_proxies: int = Field(
        0, ge=0, le=16, description="How many reverse proxies of yours stand in front of the bot", examples=["1"]
    )
    metrics_token: SecretStr | None = Field(
        None,
        description="Bearer token for /metrics; without one, only a bot that listens on loopback serves them",
        examples=["a long random word"],
    )
    api_connect_timeout: float = Field(
        3.0, gt=0, le=60, description="Seconds to connect to the platform", examples=["3"]
    )
    api_timeout: float = Field(10.0, gt=0, le=300, description="Seconds for one attempt of a request", examples=["10"])
    api_tries: int = Field(4, ge=1, le=20, description="Attempts of a request that may be repeated", examples=["4"])
    api_per_team: int = Field(20, ge=1, le=1000, description="Requests at once for one team", examples=["20"])
    api_paths: Paths = Field(
        {},
        description="Request paths that differ from the documented ones, as documented=actual, comma-separated",
        examples=["call.user/unhold=call/unpause"],
    )
    simulator_port: int = Field(
        8090, ge=0, le=65535, description="Port of the simulator; 0 takes a free one", examples=["8090"]
    )


def variable(field: str) -> str:
    """Return the environment variable of a field."""
    return f"{PREFIX}{field.upper()}"


def load_settings(env_file: Path | None = Path(".env"), environment: Mapping[str, str] | None = None) -> Settings:
    """Read the settings from the environment and a file; the environment goes before the file.

    Args:
        env_file: the file, which need not exist; None for no file.
        environment: the environment, to look for misspelt names; the process's own by default.

    Raises:
        SettingsError: names every variable that is wrong or misspelt, and the fix.
    """
    problems = _misspelt({*_names_in(env_file), *(os.environ if environment is None else environment)})
    try:
        settings = Settings(_env_file=env_file)
    except ValidationError as error:
        # One line for each variable: of a list, the first wrong entry.
        wrong = {str(one["loc"][0]): _problem(one["loc"], one["msg"]) for one in reversed(error.errors())}
        raise SettingsError(*reversed(wrong.values()), *problems) from None
    if problems:
        raise SettingsError(*problems)
    return settings


def fix(field: str) -> str:
    """Return what a setting may be, in words."""
    info = Settings.model_fields[field]
    return f"{info.description}; for example {' or '.join(map(str, info.examples or []))}"


def _problem(location: tuple[int | str, ...], message: str) -> SettingProblem:
    field = str(location[0]).lower().removeprefix(PREFIX.lower())
    text = message.removeprefix("Value error, ")
    if text[1:2].islower():
        text = text[0].lower() + text[1:]
    return SettingProblem(variable(field), text, f"Set it: {fix(field)}")


def _names_in(env_file: Path | None) -> Iterable[str]:
    try:
        return [name.upper() for name in DotEnvSettingsSource(Settings, env_file=env_file).env_vars]
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise SettingsError(
            SettingProblem(str(env_file), f"cannot be read: {reason}", "Make it a readable text file in UTF-8")
        ) from error


def _misspelt(names: Iterable[str]) -> list[SettingProblem]:
    known = {variable(field) for field in Settings.model_fields}
    found = []
    for name in sorted(names):
        if name.startswith(PREFIX) and name not in known:
            close = get_close_matches(name, known, n=2, cutoff=0.85)
            if close:
                found.append(SettingProblem(name, "there is no such setting", f"Did you mean {' or '.join(close)}?"))
    return found
