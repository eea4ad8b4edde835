"""The plugin in a project outside this repository, found by its entry point, in a pytest of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib.metadata import entry_points
from pathlib import Path
from typing import Final

import pytest

from tests.support.command import Finished
from tests.support.handlers import PROMPTS

HANDLER: Final = """\
from bot import Call, Router

router = Router()


@router.call(incoming=True)
async def answer(call: Call) -> None:
    await call.record()
    choice = await call.menu("ask", {"1": "sales"})
    await call.dial(call.rota.on_duty(choice))
    await call.wait_for("Call.ended")
"""
BROKEN: Final = HANDLER.replace("await call.dial(", "await call.dial(1 / 0, ")
TEST: Final = """\
async def test_sales(phone):
    anna = phone.agent("Anna")
    call = await phone.dials("+74951234567")
    await call.hears("ask")
    await call.presses("1")
    await anna.answers()
    await call.hangs_up()
    assert call.recorded
"""
SETTINGS: Final = """\
[pytest]
asyncio_mode = auto
asyncio_default_fixture_loop_scope = function
filterwarnings = error
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Return a project with a handler, a prompt and a test."""
    prompts = tmp_path / "handlers" / "prompts"
    prompts.mkdir(parents=True)
    (prompts / "ask.wav").write_bytes((PROMPTS / "beep.wav").read_bytes())
    for name in ("ringback", "leave-a-message", "goodbye", "no-input", "invalid-choice"):
        (prompts / f"{name}.wav").write_bytes((PROMPTS / "beep.wav").read_bytes())
    (tmp_path / "handlers" / "__init__.py").touch()
    (tmp_path / "handlers" / "desk.py").write_text(HANDLER, encoding="utf-8")
    (tmp_path / "test_it.py").write_text(TEST, encoding="utf-8")
    (tmp_path / "pytest.ini").write_text(SETTINGS, encoding="utf-8")
    return tmp_path


def run_pytest(folder: Path, *arguments: str) -> Finished:
    """Run the tests of a project as its owner would."""
    if not any(point.name == "workonflow-bot" for point in entry_points(group="pytest11")):
        pytest.skip("the bot was installed before it brought a plugin; `make setup` installs it anew")
    inherited = ("PATH", "HOME", "LANG", "TMPDIR", "COVERAGE_PROCESS_CONFIG", "COVERAGE_PROCESS_START")
    done = subprocess.run(  # noqa: S603 - our own interpreter
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-p", "no:playwright", *arguments],
        cwd=folder,
        env={name: os.environ[name] for name in inherited if name in os.environ},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    return Finished(done.returncode, done.stdout, done.stderr)


def test_five_lines_are_a_test(project: Path) -> None:
    done = run_pytest(project)

    assert done.status == 0, done.text
    assert "1 passed" in done.out


def test_failures_tell_the_story_of_the_call(project: Path) -> None:
    (project / "handlers" / "_broken.py").write_text(BROKEN, encoding="utf-8")
    tests = [
        "import pytest\n",
        '@pytest.mark.bot_handlers("handlers._broken")\n' + TEST.replace("test_sales", "test_broken"),
        TEST.replace("test_sales", "test_unheard").replace('"ask"', '"greeting"'),
        TEST.replace("test_sales", "test_wrong").replace("assert call", "assert not call"),
    ]
    (project / "test_it.py").write_text("\n\n".join(tests), encoding="utf-8")
    done = run_pytest(project, "-p", "no:randomly")

    assert done.status == 1, done.text
    broken, _, rest = done.out.partition("_ test_unheard _")
    unheard, _, wrong = rest.partition("_ test_wrong _")
    assert "ZeroDivisionError" in broken
    assert '_broken.py", line 10, in answer' in broken
    assert "call.audio/play ask." in broken
    assert "caller      presses 1" in broken
    assert "greeting was not heard before 60 s were over, but ask, no-input, ask" in unheard
    assert "_failed(" not in unheard, "the kit's own code is of no interest"
    assert "assert not True" in wrong
    assert "- calls -" in wrong
    assert "Call.ended" in wrong


def test_golden_timelines_are_written_and_compared(project: Path) -> None:
    (project / "test_it.py").write_text(
        TEST.replace("call.recorded", 'call.timeline.matches("sales")'), encoding="utf-8"
    )
    written = run_pytest(project, "--update-golden")
    assert written.status == 0, written.text
    assert "Anna        answers" in (project / "golden" / "sales.txt").read_text(encoding="utf-8")
    (project / "handlers" / "desk.py").write_text(HANDLER.replace("    await call.record()\n", ""), encoding="utf-8")
    changed = run_pytest(project)
    assert changed.status == 1, changed.text
    assert "-     0.0  bot         call.recording/start" in changed.out


def test_modules_and_settings_of_a_single_test(project: Path) -> None:
    (project / "handlers" / "other.py").write_text(BROKEN, encoding="utf-8")
    marks = (
        "import pytest\n\n\n"
        '@pytest.mark.bot_handlers("handlers.desk")\n'
        "@pytest.mark.bot_settings(handler_timeout=7.0)\n"
    )
    test = TEST + "    assert phone.world.config.settings.handler_timeout == 7.0\n"
    (project / "test_it.py").write_text(marks + test, encoding="utf-8")
    done = run_pytest(project, "--strict-markers")

    assert done.status == 0, done.text
