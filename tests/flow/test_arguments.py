"""Wrong arguments fail before anything is sent."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from math import inf, nan
from pathlib import Path

import pytest

from bot import Call, Router
from bot.simulator import Caller
from bot.testing.world import world
from tests.support.handlers import handlers_of

WRONG: list[tuple[Callable[[Call], Awaitable[object]], str]] = [
    (lambda call: call.play("https://example.org/sound.mp3"), "give duration=, or wait=False"),
    (lambda call: call.play("https://example.org/sound.mp3", duration=-1), "duration must be a number, 0 or more"),
    (lambda call: call.gather(max_digits=0), "min_digits (1) and max_digits (0) must be"),
    (lambda call: call.gather(min_digits=-1), "min_digits (-1) and max_digits (1) must be"),
    (lambda call: call.gather(min_digits=0, max_digits=0), "max >= 1"),
    (lambda call: call.gather(terminator="##"), "terminator must be one key of 0-9 * # A-D, and is '##'"),
    (lambda call: call.gather(terminator=""), "terminator must be one key"),
    (lambda call: call.gather(tries=0), "tries must be at least 1, and is 0"),
    (lambda call: call.gather(first_timeout=-1.0), "first_timeout must be a number, 0 or more, and is -1.0"),
    (lambda call: call.gather(inter_digit_timeout=nan), "inter_digit_timeout must be a number, 0 or more"),
    (lambda call: call.gather(valid="1234"), "such as {'1234'}, not a text"),
    (lambda call: call.menu("main-menu", {}), "a menu needs choices"),
    (lambda call: call.menu("main-menu", {"sales": 1}), "not ['sales']"),
    (lambda call: call.menu("main-menu", {"": 1}), "not ['']"),
    (lambda call: call.dial("anna", ring=0), "ring must be a number above 0, and is 0"),
    (lambda call: call.dial("anna", ring=nan), "ring must be a number above 0, and is nan"),
    (lambda call: call.dial("anna", confirm="12"), "confirm must be one key of 0-9 * # A-D, and is '12'"),
    (lambda call: call.dial("anna", confirm=""), "confirm must be one key"),
    (lambda call: call.dial("anna", confirm=True, confirm_timeout=-1), "confirm_timeout must be a number, 0 or more"),
    (lambda call: call.queue("anna", longest=0), "longest must be a number above 0"),
    (lambda call: call.queue("anna", ring=-5), "ring must be a number above 0"),
    (lambda call: call.queue("anna", announce_every=0), "announce_every must be a number above 0"),
    (lambda call: call.voicemail(longest=0), "longest must be a number above 0"),
    (lambda call: call.voicemail(finish_key="#*"), "finish_key must be one key"),
    (lambda call: call.recording_link(timeout=-1), "timeout must be a number, 0 or more"),
    (lambda call: call.sleep(-1), "seconds must be a number, 0 or more"),
    (lambda call: call.sleep(inf), "seconds must be a number, 0 or more, and is inf"),
    (lambda call: call.wait_for("Call.Member.*", timeout=-1), "timeout must be a number, 0 or more"),
]


async def test_wrong_arguments_are_named_and_nothing_is_sent(tmp_path: Path) -> None:
    router, said = Router(), list[str]()

    @router.call(incoming=True)
    async def flow(call: Call) -> None:
        for operation, message in WRONG:
            with pytest.raises(ValueError, match=re.escape(message)):
                await operation(call)
            said.append(message)
        await call.hang_up()

    async with world(tmp_path, handlers_of(router)) as there:
        call = await there.simulator.place_call(Caller())
        await there.over(call)
        assert said == [message for _, message in WRONG]
        assert there.requests(call) == ["call/kick"]
