"""What the settings mean together: everything the bot needs to start, checked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path
from typing import Final
from urllib.parse import quote, urlsplit

from bot.errors import SettingProblem, SettingsError
from bot.settings import Settings, fix, variable

_SQLITE: Final = "sqlite:///"


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """A configuration that a bot can start with.

    Attributes:
        settings: the settings that need no further thought.
        bot_id: the bot's id.
        secret_key: the bot's secret key.
        webhook_secrets: secrets of the webhook's address, at least one.
        api_url: the platform's API, without a slash at the end.
        public_url: how the platform reaches the bot, without a slash at the end; None where the
            platform is on this machine and the address that the bot listens on will do.
        journal_path: the journal's file.
        simulated: whether the platform is the simulator.
    """

    settings: Settings
    bot_id: str
    secret_key: str = field(repr=False)
    webhook_secrets: Sequence[str] = field(repr=False)
    api_url: str
    public_url: str | None
    journal_path: Path
    simulated: bool = False

    @property
    def secrets(self) -> Sequence[str]:
        """Everything that must never be shown."""
        token = self.settings.metrics_token
        return [self.secret_key, *self.webhook_secrets, *([token.get_secret_value()] if token else [])]


def resolve(settings: Settings) -> Config:
    """Return the configuration for a real platform.

    Raises:
        SettingsError: names everything that is missing or does not go together, and the fixes.
    """
    problems = [_missing(name) for name in ("id", "secret_key", "webhook_secret") if not getattr(settings, name)]
    secrets = [secret.get_secret_value() for secret in settings.webhook_secret]
    if any(quote(secret, safe="") != secret for secret in secrets):
        problems.append(
            SettingProblem(
                "BOT_WEBHOOK_SECRET", "has characters that mean something in an address", "Use A-Z a-z 0-9 - _ only"
            )
        )
    if settings.public_url is None and not is_loopback(settings.api_url.host):
        problems.append(_missing("public_url"))
    problems += _api_problems(settings)
    path = _journal_path(settings, problems)
    if problems:
        raise SettingsError(*problems)
    return Config(
        settings=settings,
        bot_id=settings.id or "",
        secret_key=settings.secret_key.get_secret_value() if settings.secret_key else "",
        webhook_secrets=secrets,
        api_url=str(settings.api_url).rstrip("/"),
        public_url=str(settings.public_url).rstrip("/") if settings.public_url else None,
        journal_path=path,
    )


def simulated(settings: Settings, *, api_url: str, bot_id: str, secret_key: str, webhook_secret: str) -> Config:
    """Return the configuration for the simulator, which listens on this machine.

    Raises:
        SettingsError: the bot would listen on an address that others reach, or the journal is wrong.
    """
    problems: list[SettingProblem] = []
    if not is_loopback(settings.host):
        problems.append(
            SettingProblem(
                variable("host"),
                f"{settings.host} can be reached by others, and the simulator is for this machine only",
                "Set it to 127.0.0.1, or set BOT_ID, BOT_SECRET_KEY and BOT_WEBHOOK_SECRET for the real platform",
            )
        )
    path = _journal_path(settings, problems)
    if problems:
        raise SettingsError(*problems)
    return Config(
        settings=settings,
        bot_id=bot_id,
        secret_key=secret_key,
        webhook_secrets=[webhook_secret],
        api_url=api_url,
        public_url=None,
        journal_path=path,
        simulated=True,
    )


def is_unconfigured(settings: Settings) -> bool:
    """Return whether nothing is said about the platform at all, so that the simulator may stand in."""
    return not settings.id and not settings.secret_key and not settings.webhook_secret


def journal_path(settings: Settings) -> Path:
    """Return the journal's file.

    Raises:
        SettingsError: ``BOT_JOURNAL`` is wrong.
    """
    problems: list[SettingProblem] = []
    path = _journal_path(settings, problems)
    if problems:
        raise SettingsError(*problems)
    return path


def calendar_folder(journal: Path) -> Path:
    """Return the folder, beside a journal's file, for the copies of the rota's calendars."""
    return journal.parent / "calendars"


def _journal_path(settings: Settings, problems: list[SettingProblem]) -> Path:
    scheme = urlsplit(settings.journal).scheme
    path = settings.journal.removeprefix(_SQLITE)
    if path and path != settings.journal:
        return Path(path)
    if scheme in ("postgresql", "postgres"):
        problem = "this version keeps its journal in SQLite only"
    else:
        problem = "is not sqlite:/// and a path"
    problems.append(SettingProblem(variable("journal"), problem, f"Set it: {fix('journal')}"))
    return Path()


def _api_problems(settings: Settings) -> list[SettingProblem]:
    problems = []
    if settings.api_connect_timeout >= settings.api_timeout:
        problems.append(
            SettingProblem(
                variable("api_connect_timeout"),
                f"{settings.api_connect_timeout:g} s is not less than BOT_API_TIMEOUT ({settings.api_timeout:g} s)",
                "Lower the one or raise the other",
            )
        )
    if settings.id and not settings.id.isprintable():
        problems.append(SettingProblem(variable("id"), "has characters that cannot be sent", f"Set it: {fix('id')}"))
    for name in ("api_url", "public_url"):
        url = getattr(settings, name)
        if url is not None and (url.query or url.fragment):
            problems.append(SettingProblem(variable(name), "has a ? or a # in it", f"Set it: {fix(name)}"))
    return problems


def _missing(name: str) -> SettingProblem:
    return SettingProblem(variable(name), "is missing", f"Set it: {fix(name)}")


def is_loopback(host: str | None) -> bool:
    """Return whether a host can be reached from this machine only."""
    try:
        return ip_address((host or "").strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"
