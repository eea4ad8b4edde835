"""Holds the files in deploy/ to the project: they are not run here, but what they name has to be there."""

from __future__ import annotations

import configparser
import re
import shlex
from fnmatch import fnmatch
from pathlib import Path
from typing import Any, Final

import pytest
import yaml

from bot.settings import Settings, variable

ROOT: Final = Path(__file__).parents[2]
DEPLOY: Final = ROOT / "deploy"
VARIABLES: Final = {variable(field) for field in Settings.model_fields}
CONFINED: Final = [
    "DynamicUser",
    "LockPersonality",
    "MemoryDenyWriteExecute",
    "NoNewPrivileges",
    "PrivateDevices",
    "PrivateTmp",
    "ProtectControlGroups",
    "ProtectHome",
    "ProtectKernelTunables",
    "RestrictNamespaces",
    "RestrictSUIDSGID",
]
PORT: Final = str(Settings.model_fields["port"].default)


def read(name: str) -> str:
    return (DEPLOY / name).read_text(encoding="utf-8")


def instructions() -> list[tuple[str, str]]:
    """Return the Dockerfile's instructions in order, continued lines joined."""
    lines = [line for line in read("Dockerfile").splitlines() if not line.lstrip().startswith("#")]
    joined = re.sub(r"\\\n", " ", "\n".join(lines))
    return [(line.split(None, 1)[0], line.split(None, 1)[1].strip()) for line in joined.splitlines() if line.strip()]


def stage(name: str) -> list[tuple[str, str]]:
    """Return the instructions of one stage of the Dockerfile."""
    found: dict[str, list[tuple[str, str]]] = {}
    current = ""
    for instruction, rest in instructions():
        if instruction == "FROM":
            current = rest.split(" AS ")[1]
        found.setdefault(current, []).append((instruction, rest))
    return found[name]


def image_environment() -> dict[str, str]:
    words = [word for instruction, rest in stage("run") if instruction == "ENV" for word in shlex.split(rest)]
    return dict(word.split("=", 1) for word in words)


def service() -> dict[str, Any]:
    compose: dict[str, Any] = yaml.safe_load(read("compose.yaml"))
    assert list(compose["services"]) == ["bot"]
    found: dict[str, Any] = compose["services"]["bot"]
    return found


class Unit(configparser.RawConfigParser):
    """A systemd unit: names keep their case, and one that is set again adds to what it was."""

    def __init__(self) -> None:
        super().__init__(strict=False, delimiters=("=",), comment_prefixes=("#",), interpolation=None)

    def optionxform(self, optionstr: str) -> str:
        return optionstr


def unit(section: str) -> dict[str, str]:
    parser = Unit()
    parser.read_string(read("workonflow-bot.service"))
    return dict(parser[section])


def unit_environment() -> dict[str, str]:
    words = [
        word
        for line in read("workonflow-bot.service").splitlines()
        if line.startswith("Environment=")
        for word in line.removeprefix("Environment=").split()
    ]
    return dict(word.split("=", 1) for word in words)


def seconds(duration: str) -> float:
    found = re.fullmatch(r"(\d+)s?", duration)
    assert found, duration
    return float(found[1])


# Names


@pytest.mark.parametrize("file", sorted(path.name for path in DEPLOY.iterdir() if path.is_file()))
def test_every_variable_that_is_named_exists(file: str) -> None:
    assert set(re.findall(r"\bBOT_[A-Z_]+\b", read(file))) <= VARIABLES


def test_values_are_values_that_the_bot_takes(monkeypatch: pytest.MonkeyPatch) -> None:
    for environment in (image_environment(), service()["environment"], unit_environment()):
        with monkeypatch.context() as patch:
            for name, value in environment.items():
                if name.startswith("BOT_"):
                    patch.setenv(name, value)
            Settings(_env_file=None)


def test_the_port_is_the_same_everywhere() -> None:
    assert image_environment()["BOT_PORT"] == PORT
    assert ("EXPOSE", PORT) in stage("run")
    assert service()["environment"]["BOT_PORT"] == PORT
    assert service()["ports"] == [f"127.0.0.1:{PORT}:{PORT}"]
    assert f"server 127.0.0.1:{PORT};" in read("nginx.conf")
    assert f"reverse_proxy 127.0.0.1:{PORT} " in read("Caddyfile")


# The image


def test_the_image_runs_as_a_numbered_user_from_before_it_starts() -> None:
    run = stage("run")
    users = [rest for instruction, rest in run if instruction == "USER"]
    assert users
    assert all(re.fullmatch(r"[1-9]\d*:[1-9]\d*", user) for user in users)
    order = [instruction for instruction, _ in run]
    assert order.index("USER") < order.index("ENTRYPOINT")
    owner, group = users[-1].split(":")
    assert any(f"install -d -o {owner} -g {group}" in rest for instruction, rest in run if instruction == "RUN")


def test_the_journal_of_the_image_is_on_the_volume() -> None:
    volume = Path("/data")
    assert ("VOLUME", f'["{volume}"]') in stage("run")
    for environment in (image_environment(), service()["environment"]):
        assert Path(environment["BOT_JOURNAL"].removeprefix("sqlite:///")).parent == volume
    assert f"data:{volume}" in service()["volumes"]


def test_the_signal_reaches_the_bot() -> None:
    run = dict(stage("run"))
    assert run["STOPSIGNAL"] == "SIGTERM"
    assert run["ENTRYPOINT"] == '["python", "-m", "bot"]'
    assert run["CMD"] == '["run"]'


def test_packages_are_installed_with_hashes_or_from_the_stage_itself() -> None:
    installs = [
        command
        for instruction, rest in instructions()
        if instruction == "RUN"
        for command in rest.split("&&")
        if "pip install" in command
    ]
    assert installs
    for command in installs:
        assert "--require-hashes" in command or ("--no-index" in command and "--no-deps" in command)


def test_stages_that_are_copied_from_exist() -> None:
    names = {rest.split(" AS ")[1] for instruction, rest in instructions() if instruction == "FROM"}
    copied = {found for _, rest in instructions() for found in re.findall(r"--from=(\S+)", rest)}
    assert copied
    assert copied <= names


def copied_files() -> list[str]:
    copies = [rest.split() for instruction, rest in instructions() if instruction == "COPY" and "--from=" not in rest]
    return [source for words in copies for source in words[:-1]]


@pytest.mark.parametrize("source", copied_files())
def test_what_is_copied_exists_and_is_let_into_the_build(source: str) -> None:
    assert (ROOT / source).exists()
    assert not ignored(source)


@pytest.mark.parametrize("path", [".env", ".git", "var/bot.sqlite3", ".venv", "tests", "bot/__pycache__"])
def test_what_is_secret_or_of_no_use_is_kept_out_of_the_build(path: str) -> None:
    assert ignored(path)


def ignored(path: str) -> bool:
    """Say whether the build does not see a path: the last rule that matches it, or a folder it is in, decides."""
    kept_out = False
    candidates = [str(each) for each in (Path(path), *Path(path).parents) if str(each) != "."]
    for line in read("Dockerfile.dockerignore").splitlines():
        if line and not line.startswith("#"):
            rule = line.removeprefix("!").removeprefix("**/")
            if any(fnmatch(each, rule) or ("**/" in line and fnmatch(Path(each).name, rule)) for each in candidates):
                kept_out = not line.startswith("!")
    return kept_out


def test_the_supported_python_is_used() -> None:
    tag = next(value for name, value in instructions() if name == "ARG").removeprefix("PYTHON=")
    classifiers = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    assert f'"Programming Language :: Python :: {tag.partition("-")[0]}"' in classifiers


# Compose


def test_the_container_may_do_little() -> None:
    assert service()["read_only"] is True
    assert service()["cap_drop"] == ["ALL"]
    assert service()["security_opt"] == ["no-new-privileges:true"]
    assert "privileged" not in service()
    assert service()["restart"] == "unless-stopped"


def test_compose_builds_from_the_root() -> None:
    build = service()["build"]
    context = (DEPLOY / build["context"]).resolve()
    assert context == ROOT
    assert (context / build["dockerfile"]).is_file()


def test_both_health_checks_are_one() -> None:
    written = dict(stage("run"))["HEALTHCHECK"]
    check = service()["healthcheck"]
    assert written.partition("CMD ")[2] == str(check["test"][1:]).replace("'", '"')
    for option, name in [("interval", "interval"), ("timeout", "timeout"), ("start-period", "start_period")]:
        assert f"--{option}={check[name]} " in written
    assert f"--retries={check['retries']} " in written


# Stopping


def test_there_is_more_time_to_stop_than_the_bot_takes() -> None:
    default = Settings.model_fields["drain_seconds"].default
    asked = float(service()["environment"]["BOT_DRAIN_SECONDS"])
    assert seconds(service()["stop_grace_period"]) >= max(asked, default) + 5
    asked = float(unit_environment()["BOT_DRAIN_SECONDS"])
    assert seconds(unit("Service")["TimeoutStopSec"]) >= max(asked, default) + 5
    stop = re.search(r"--stop-timeout (\d+)", read("README.md"))
    assert stop
    assert float(stop[1]) >= default + 5


# systemd


def test_the_service_is_confined() -> None:
    found = unit("Service")
    for name in CONFINED:
        assert found[name] == "yes", name
    assert found["ProtectSystem"] == "strict"
    assert found["CapabilityBoundingSet"] == ""
    assert "SystemCallFilter=@system-service\n" in read("workonflow-bot.service")


def test_the_service_comes_back_but_not_with_wrong_settings() -> None:
    assert unit("Service")["Restart"] == "always"
    assert unit("Service")["RestartPreventExitStatus"] == "2"
    assert unit("Unit")["StartLimitIntervalSec"] == "0"


def test_the_service_writes_where_it_may() -> None:
    state = Path("/var/lib") / unit("Service")["StateDirectory"]
    assert Path(unit_environment()["BOT_JOURNAL"].removeprefix("sqlite:///")).parent == state
    assert unit("Service")["ExecStart"].startswith(f"{unit('Service')['WorkingDirectory']}/.venv/bin/python -m bot ")


# Proxies


def test_the_proxies_take_what_the_bot_takes() -> None:
    limit = Settings.model_fields["max_body_bytes"].default
    assert re.search(rf"client_max_body_size\s+{limit // 1024}k;", read("nginx.conf"))
    # Caddy makes a 502 of a body that is too large for itself: the bot's own limit has to be met first.
    size = re.search(r"max_size (\d+)MiB", read("Caddyfile"))
    assert size
    assert int(size[1]) * 2**20 > limit


@pytest.mark.parametrize("proxy", ["nginx.conf", "Caddyfile"])
def test_a_proxy_lets_only_the_public_through(proxy: str) -> None:
    text = re.sub(r"#.*", "", read(proxy))
    for path in ("/webhook", "/prompts/", "/health/live", "/health/ready"):
        assert path in text
    assert "/metrics" not in text
    assert "404" in text


def test_the_proxies_do_not_believe_the_client() -> None:
    nginx = re.sub(r"#.*", "", read("nginx.conf"))
    assert re.search(r"proxy_set_header X-Forwarded-For\s+\$remote_addr;", nginx)
    assert "$proxy_add_x_forwarded_for" not in nginx
    assert "trusted_proxies" not in re.sub(r"#.*", "", read("Caddyfile"))


def test_the_secret_in_the_webhooks_address_is_not_logged() -> None:
    nginx = read("nginx.conf")
    form = re.search(r"log_format\s+(\w+)\s+([^;]+);", nginx)
    assert form
    assert not re.search(r"\$(request|request_uri|uri|http_referer)\b", form[2])
    assert all(log.endswith(f" {form[1]}") for log in re.findall(r"access_log ([^;]+);", nginx))
    general, _, site = read("Caddyfile").partition("bot.example.com {")
    assert "request>uri delete" in general
    assert not re.search(r"^\s*log\b", site, flags=re.MULTILINE)
