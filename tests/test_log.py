from __future__ import annotations

import asyncio
import io
import json
import logging
import re
from collections.abc import Callable, Iterator

import pytest
import structlog

from bot.events import Event, parse_event
from bot.log import LogFormat, configure_logging, handling
from bot.masking import Masker

SECRETS = ["hidden-key", "hidden/webhook"]
PHONE = "89536052307"
CALL = "595b405b81d3f8001497603d"
TEAM = "545b508981d3f8001497d03d"


class Log:
    """Where a test's lines go."""

    def __init__(self, form: LogFormat, level: str, *, personal: bool) -> None:
        self.stream = io.StringIO()
        # A root of its own: the process's one belongs to the tests.
        self.root = logging.Logger("root")  # noqa: LOG001
        masker = Masker(SECRETS, personal=personal)
        configure_logging(level=level, form=form, masker=masker, stream=self.stream, root=self.root)

    @property
    def text(self) -> str:
        """Everything that was written."""
        return self.stream.getvalue()

    @property
    def lines(self) -> list[dict[str, object]]:
        """The lines, where they are JSON."""
        return [json.loads(line) for line in self.text.splitlines()]


Configure = Callable[..., Log]


@pytest.fixture
def configure() -> Iterator[Configure]:
    """Set up logging, and put everything back afterwards."""

    def build(form: LogFormat = "json", level: str = "info", *, personal: bool = True) -> Log:
        return Log(form, level, personal=personal)

    level = logging.getLogger("asyncio").level
    yield build
    structlog.reset_defaults()
    logging.getLogger("asyncio").setLevel(level)


def event(thread_id: str = CALL) -> Event:
    return parse_event({"eventType": "call.dtmf", "teamId": TEAM, "threadId": thread_id, "dtmf": "5", "phone": PHONE})


def test_a_json_line_has_its_message_level_time_and_values(configure: Configure) -> None:
    log = configure()
    structlog.get_logger("bot.test").info("agent rung", agent="a1", seconds=1.5, missing=None, word="\u0421")
    (line,) = log.lines

    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z", str(line.pop("timestamp")))
    assert line == {
        "event": "agent rung",
        "level": "info",
        "agent": "a1",
        "seconds": 1.5,
        "missing": None,
        "word": "\u0421",
    }


def test_a_console_line_is_for_people_and_has_no_colours_where_nobody_sees_them(configure: Configure) -> None:
    log = configure("console")
    structlog.get_logger("bot.test").warning("agent cannot be rung", agent="a1")

    assert "agent cannot be rung" in log.text
    assert "warning" in log.text
    assert "agent=a1" in log.text
    assert "\x1b" not in log.text


@pytest.mark.parametrize(
    ("level", "told"),
    [("debug", ["debug", "info", "error"]), ("INFO", ["info", "error"]), ("error", ["error"])],
)
def test_lines_below_the_level_are_not_written(configure: Configure, level: str, told: list[str]) -> None:
    log = configure(level=level)
    logger = structlog.get_logger("bot.test")
    logger.debug("debug")
    logger.info("info")
    logger.error("error")

    assert [line["event"] for line in log.lines] == told


def test_libraries_are_written_in_the_same_form_and_not_at_debug_level(configure: Configure) -> None:
    log = configure(level="debug")
    log.root.debug("chatter")
    log.root.warning("%s of %d", "one", 2)
    (line,) = log.lines

    assert (line["event"], line["level"]) == ("one of 2", "warning")
    assert set(line) == {"event", "level", "timestamp"}


def test_call_team_and_event_stand_in_every_line_while_an_event_is_handled(configure: Configure) -> None:
    log = configure()
    logger = structlog.get_logger("bot.test")
    logger.info("before")
    with handling(event()):
        logger.info("ours")
        log.root.warning("a library's")
    logger.info("after")

    bound = {"call": f"{TEAM}/thread/{CALL}", "team": TEAM, "event_type": "Call.Member.dtmf"}
    before, ours, theirs, after = log.lines
    for line in (ours, theirs):
        assert bound.items() <= line.items()
    for line in (before, after):
        assert not bound.keys() & line.keys()


async def test_tasks_that_a_handler_starts_are_bound_to_its_event_and_to_no_other(configure: Configure) -> None:
    log = configure()
    logger = structlog.get_logger("bot.test")

    async def child(name: str) -> None:
        await asyncio.sleep(0)
        logger.info(name)

    async def handle(thread_id: str) -> None:
        with handling(event(thread_id)):
            async with asyncio.TaskGroup() as group:
                group.create_task(child(thread_id), name=thread_id)

    await asyncio.gather(handle("c1"), handle("c2"), child("nobody"))

    calls = {str(line["event"]): line.get("call") for line in log.lines}
    assert calls == {"c1": f"{TEAM}/thread/c1", "c2": f"{TEAM}/thread/c2", "nobody": None}


def test_an_event_of_no_call_is_bound_by_its_lane(configure: Configure) -> None:
    log = configure()
    with handling(parse_event({"eventType": "Stream.created", "teamId": TEAM, "streamId": "s1"})):
        structlog.get_logger("bot.test").info("new stream")

    assert log.lines[0]["call"] == f"{TEAM}/stream/s1"


def test_what_a_line_says_itself_goes_before_what_is_bound(configure: Configure) -> None:
    log = configure()
    with handling(event()):
        structlog.get_logger("bot.test").info("about another", call="other", team="other", event_type="other")

    assert (log.lines[0]["call"], log.lines[0]["team"], log.lines[0]["event_type"]) == ("other", "other", "other")


def say_everything(log: Log) -> None:
    """Write what must not be shown, in every way in which a line can be written."""
    logger = structlog.get_logger("bot.test")
    told = f"{' '.join(SECRETS)} from {PHONE}"
    logger.info(told, detail=told, phone=PHONE, caller=int(PHONE), dtmf="5", keys=["5", "5"], nested={"a": [told]})
    logger.info("an event", handled=event(), raw=event().raw, body=told.encode(), url=(told,))
    logger.bind(bound=told).info("bound")
    logger.info("stack", stack_info=True)
    log.root.warning("library %s", told)
    try:
        int(told)
    except ValueError as error:
        logger.exception("failed")
        logger.warning("failed", error=error)
        logger.warning("failed", exc_info=error)
        log.root.exception("library failed %s", error)


@pytest.mark.parametrize("form", ["console", "json"])
def test_secrets_phone_numbers_and_keys_are_nowhere(configure: Configure, form: LogFormat) -> None:
    log = configure(form)
    with handling(event()):
        say_everything(log)

    for word in (*SECRETS, "hidden", PHONE, PHONE[:6]):
        assert word not in log.text
    assert "'5'" not in log.text
    assert '"5"' not in log.text
    assert "*********07" in log.text
    assert "Traceback" in log.text
    assert "ValueError" in log.text


@pytest.mark.parametrize("form", ["console", "json"])
def test_phone_numbers_and_keys_are_shown_where_it_is_allowed_and_secrets_even_then_not(
    configure: Configure, form: LogFormat
) -> None:
    log = configure(form, personal=False)
    say_everything(log)

    assert "hidden" not in log.text
    assert PHONE in log.text
    assert re.search(r"""dtmf["']?[=:]\s*["']?5""", log.text)


def test_ids_and_times_are_not_mangled(configure: Configure) -> None:
    log = configure()
    with handling(event("123456789012")):
        structlog.get_logger("bot.test").info("taken", seq=12345678, received_at=1_800_000_000.25, contact=CALL)
    (line,) = log.lines

    assert line["call"] == f"{TEAM}/thread/123456789012"
    assert (line["seq"], line["received_at"], line["contact"]) == (12345678, 1_800_000_000.25, CALL)


async def test_an_exception_that_nobody_took_passes_through_the_masks(configure: Configure) -> None:
    log = configure()
    logger = logging.getLogger("asyncio")
    for handler in log.root.handlers:
        logger.addHandler(handler)
    try:
        loop = asyncio.get_running_loop()
        loop.call_exception_handler({"message": "lost", "exception": ValueError(f"hidden-key {PHONE}")})
    finally:
        for handler in log.root.handlers:
            logger.removeHandler(handler)

    assert "lost" in log.text
    assert "ValueError" in log.text
    assert "hidden" not in log.text
    assert PHONE not in log.text


def test_lines_go_to_standard_error_unless_told_otherwise(
    configure: Configure, capsys: pytest.CaptureFixture[str]
) -> None:
    configure()
    root = logging.Logger("root")  # noqa: LOG001
    configure_logging(level="info", form="json", masker=Masker(), root=root)
    structlog.get_logger("bot.test").info("here")

    assert "here" in capsys.readouterr().err
