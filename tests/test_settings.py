from __future__ import annotations

import re
from pathlib import Path

import pytest
from pydantic import SecretStr

from bot.errors import SettingsError
from bot.settings import Settings, fix, load_settings, variable

EXAMPLE_FILE = Path(__file__).parent.parent / ".env.example"


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No settings but those of the test."""
    for name in [*map(variable, Settings.model_fields), "BOT_SECRET_KY", "BOT_PROT"]:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)


def problems(file: Path | None = None) -> list[str]:
    with pytest.raises(SettingsError) as caught:
        load_settings(file)
    assert str(caught.value).splitlines() == [str(problem) for problem in caught.value.problems]
    return str(caught.value).splitlines()


def test_without_anything_set_the_defaults_hold() -> None:
    settings = load_settings()

    assert (settings.host, settings.port) == ("127.0.0.1", 8080)
    assert str(settings.api_url) == "https://botapi.workonflow.com/"
    assert settings.journal == "sqlite:///var/bot.sqlite3"
    assert settings.handlers == ("handlers",)
    assert settings.log_mask is True
    assert settings.id is None


@pytest.mark.parametrize(
    ("name", "value", "problem"),
    [
        ("BOT_PORT", "http", "valid integer"),
        ("BOT_PORT", "65536", "less than or equal to 65535"),
        ("BOT_PORT", "-1", "greater than or equal to 0"),
        ("BOT_API_URL", "botapi.workonflow.com", "valid URL"),
        ("BOT_API_URL", "ftp://botapi.workonflow.com", "URL scheme should be 'http' or 'https'"),
        ("BOT_PUBLIC_URL", "/bot", "valid URL"),
        ("BOT_KEEP_DAYS", "0", "greater than 0"),
        ("BOT_KEEP_DAYS", "nan", "less than or equal to 36500"),
        ("BOT_KEEP_DAYS", "inf", "less than or equal to 36500"),
        ("BOT_LOG_LEVEL", "loud", "'debug', 'info', 'warning' or 'error'"),
        ("BOT_LOG_FORMAT", "xml", "'console' or 'json'"),
        ("BOT_LOG_MASK", "perhaps", "valid boolean"),
        ("BOT_DRAIN_SECONDS", "-1", "greater than or equal to 0"),
        ("BOT_HANDLER_TIMEOUT", "0", "greater than 0"),
        ("BOT_HANDLER_TRIES", "0", "greater than or equal to 1"),
        ("BOT_CONCURRENCY", "0", "greater than or equal to 1"),
        ("BOT_MAX_BODY_BYTES", "10", "greater than or equal to 1024"),
        ("BOT_MAX_BACKLOG", "0", "greater than or equal to 1"),
        ("BOT_ALLOWED_NETWORKS", "10.0.0.0/8,everyone", "not a valid IPv4 or IPv6 network"),
        ("BOT_TRUSTED_PROXIES", "17", "less than or equal to 16"),
        ("BOT_API_CONNECT_TIMEOUT", "0", "greater than 0"),
        ("BOT_API_TIMEOUT", "301", "less than or equal to 300"),
        ("BOT_API_TRIES", "0", "greater than or equal to 1"),
        ("BOT_API_PER_TEAM", "0", "greater than or equal to 1"),
        ("BOT_API_PATHS", "call.user/unhold", "not of the form documented/path=new/path"),
        ("BOT_API_PATHS", "a=b,=c", "not of the form documented/path=new/path"),
        ("BOT_SIMULATOR_PORT", "x", "valid integer"),
    ],
)
def test_a_wrong_value_is_one_line_with_variable_problem_and_fix(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, problem: str
) -> None:
    monkeypatch.setenv(name, value)
    (line,) = problems()

    assert line.startswith(f"{name}: ")
    assert problem in line
    assert line.endswith(fix(name.removeprefix("BOT_").lower()))


def test_everything_that_is_wrong_is_told_at_once_and_each_variable_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BOT_PORT", "http")
    monkeypatch.setenv("BOT_LOG_LEVEL", "loud")
    monkeypatch.setenv("BOT_ALLOWED_NETWORKS", "one,two,three")
    monkeypatch.setenv("BOT_SECRET_KY", "the-secret-value")

    lines = problems()

    assert [line.partition(":")[0] for line in lines] == [
        "BOT_PORT",
        "BOT_LOG_LEVEL",
        "BOT_ALLOWED_NETWORKS",
        "BOT_SECRET_KY",
    ]
    assert "the-secret-value" not in "".join(lines)


@pytest.mark.parametrize(
    ("written", "meant"), [("BOT_SECRET_KY", "BOT_SECRET_KEY"), ("BOT_PROT", "BOT_ROTA or BOT_PORT")]
)
def test_a_misspelt_name_is_told_with_the_right_one(monkeypatch: pytest.MonkeyPatch, written: str, meant: str) -> None:
    monkeypatch.setenv(written, "x")

    assert problems() == [f"{written}: there is no such setting. Did you mean {meant}?"]


def test_a_misspelt_name_in_the_file_is_told_too(tmp_path: Path) -> None:
    file = tmp_path / "settings"
    file.write_text("bot_prot=1\nOTHER_THING=2\nBOT_SOMETHING_ELSE=3\n")

    assert problems(file) == ["BOT_PROT: there is no such setting. Did you mean BOT_ROTA or BOT_PORT?"]


def test_the_environment_to_look_for_misspelt_names_in_can_be_given() -> None:
    with pytest.raises(SettingsError, match="BOT_PORT"):
        load_settings(None, {"BOT_PROT": "1"})


def test_the_file_is_read_and_the_environment_goes_before_it(monkeypatch: pytest.MonkeyPatch) -> None:
    Path(".env").write_text('# comment\nBOT_PORT=1111\nexport BOT_HOST="localhost"\nBOT_ON_DUTY= a , b,,\n')
    monkeypatch.setenv("BOT_PORT", "2222")
    settings = load_settings()

    assert settings.port == 2222
    assert settings.host == "localhost"
    assert settings.on_duty == ("a", "b")


def test_a_missing_file_and_no_file_are_no_problem(tmp_path: Path) -> None:
    Path(".env").write_text("BOT_PORT=1111\n")

    assert load_settings(tmp_path / "missing").port == 8080
    assert load_settings(None).port == 8080


def test_a_file_that_is_no_text_is_told(tmp_path: Path) -> None:
    file = tmp_path / "settings"
    file.write_bytes(b"BOT_ID=\xff\n")

    assert problems(file) == [f"{file}: cannot be read: it is not UTF-8. Make it a readable text file in UTF-8"]


def test_empty_means_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for field in Settings.model_fields:
        monkeypatch.setenv(variable(field), "")

    assert load_settings() == Settings(_env_file=None)


def test_lists_and_pairs_are_split(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BOT_WEBHOOK_SECRET", "one, two")
    monkeypatch.setenv("BOT_ALLOWED_NETWORKS", "203.0.113.0/24,2001:db8::/32, 192.0.2.7")
    monkeypatch.setenv("BOT_API_PATHS", "call.user/unhold = call/unpause, a=b=c,")
    monkeypatch.setenv("BOT_LOG_LEVEL", "WARNING")
    settings = load_settings()

    assert [secret.get_secret_value() for secret in settings.webhook_secret] == ["one", "two"]
    assert list(map(str, settings.allowed_networks)) == ["203.0.113.0/24", "2001:db8::/32", "192.0.2.7/32"]
    assert settings.api_paths == {"call.user/unhold": "call/unpause", "a": "b=c"}
    assert settings.log_level == "warning"


def test_secrets_are_not_in_the_text_form(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("BOT_SECRET_KEY", "BOT_WEBHOOK_SECRET", "BOT_METRICS_TOKEN"):
        monkeypatch.setenv(name, "hidden")
    settings = load_settings()

    assert "hidden" not in f"{settings!r} {settings} {settings.model_dump()} {settings.model_dump_json()}"
    assert settings.secret_key == SecretStr("hidden")


def test_settings_cannot_be_changed() -> None:
    with pytest.raises(ValueError, match="frozen"):
        load_settings().port = 1  # type: ignore[misc]


# --- .env.example ---


def example_entries() -> dict[str, list[str]]:
    """Return the variables of the example file, each with its comment lines and its own line."""
    blocks = EXAMPLE_FILE.read_text(encoding="utf-8").split("\n\n")
    found = {}
    for lines in map(str.splitlines, blocks):
        matched = re.match(r"#?(BOT_\w+)=", lines[-1])
        if matched:
            found[matched[1]] = lines
    return found


def test_the_example_file_has_every_setting_and_no_other() -> None:
    entries = example_entries()

    assert sorted(entries) == sorted(map(variable, Settings.model_fields))
    assert len(re.findall(r"^#?BOT_\w+=", EXAMPLE_FILE.read_text(encoding="utf-8"), re.MULTILINE)) == len(entries)


@pytest.mark.parametrize("field", sorted(Settings.model_fields))
def test_the_example_file_describes_a_setting_and_gives_its_examples(field: str) -> None:
    info = Settings.model_fields[field]
    assert info.description
    assert info.examples
    comments = example_entries()[variable(field)][:-1]

    assert comments == [f"# {info.description}.", f"# For example: {' or '.join(map(str, info.examples))}"]


def test_the_defaults_of_the_example_file_are_those_of_the_bot(tmp_path: Path) -> None:
    switched_on = tmp_path / "settings"
    switched_on.write_text(re.sub("^#BOT_", "BOT_", EXAMPLE_FILE.read_text(encoding="utf-8"), flags=re.MULTILINE))

    assert load_settings(EXAMPLE_FILE) == load_settings(None)
    assert load_settings(switched_on) == load_settings(None)
    for field, info in Settings.model_fields.items():
        line = example_entries()[variable(field)][-1]
        assert line.endswith("=") is (info.default in (None, (), {}))


@pytest.mark.parametrize("field", sorted(Settings.model_fields))
def test_every_example_is_a_value_that_is_accepted(monkeypatch: pytest.MonkeyPatch, field: str) -> None:
    for example in Settings.model_fields[field].examples or []:
        monkeypatch.setenv(variable(field), str(example))
        load_settings()
