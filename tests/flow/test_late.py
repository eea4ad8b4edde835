"""What happens while no bot is there, and what the platform tells late or never."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from bot import Call, Fate, Router
from bot.simulator import Caller, Contact, SimCall
from bot.testing.world import WEBHOOK_SECRET, World, world
from tests.flow.test_doubt import Line, wired
from tests.support.cable import Fault, data
from tests.support.events import payload
from tests.support.handlers import handlers_of

ANNA = Contact(contact_id="agent-anna", name="Anna", answers_after=3.0)
ABSENT = Contact(contact_id="agent-absent", name="Absent", answers_after=None, ring_timeout=600.0)


async def away(there: World, router: Router, *, begins: float, lasts: float) -> None:
    """Let the bot be away for a while."""
    await there.live(begins)
    await there.stop()
    await there.live(lasts)
    await there.start(handlers_of(router))


def written(call: SimCall) -> list[str]:
    """Return the comments of the bot."""
    texts = []
    for comment in call.comments:
        match list(comment.attachments):
            case [{"type": "text", "data": {"text": str(text)}}]:
                texts.append(text)
    return texts


@pytest.mark.parametrize("lasts", [4.0, 20.0])
async def test_who_answered_while_no_bot_was_there_has_the_call(tmp_path: Path, lasts: float) -> None:
    router, fates = Router(), list[object]()

    @router.call(incoming=True)
    async def ring(call: Call) -> None:
        fates.append(dict((await call.dial(["agent-anna", "agent-absent"], ring=5)).fates))

    async with world(tmp_path, handlers_of(router), people=[ANNA, ABSENT]) as there:
        call = await there.simulator.place_call(Caller(talks_for=60.0))
        await away(there, router, begins=2.0, lasts=lasts)
        await there.over(call)
        assert fates == [{"agent-anna": Fate.ANSWERED}], there.story()
        assert call.connected == ["agent-anna"]
        assert not any(text.startswith("call/kick") for text in there.requests(call))


async def test_a_platform_that_cannot_say_who_answered_ends_the_ringing(tmp_path: Path) -> None:
    router, line, fates = Router(), Line(), list[object]()

    @router.call(incoming=True)
    async def ring(call: Call) -> None:
        line.answers["call/get"] = lambda _body: data("nonsense")
        fates.append(dict((await call.dial("agent-absent", ring=5)).fates))
        await call.hang_up()

    async with wired(tmp_path, router, line, [ABSENT]) as there:
        await there.over(await there.simulator.place_call(Caller()))
    assert fates == [{"agent-absent": Fate.NO_ANSWER}]


async def test_a_key_pressed_while_no_bot_was_there_is_waited_for(tmp_path: Path) -> None:
    router, chosen = Router(), list[str | None]()

    @router.call(incoming=True)
    async def ask(call: Call) -> None:
        chosen.append(await call.menu("main-menu", {"1": "sales"}, tries=1, timeout=2.0))
        await call.hang_up()

    async with world(tmp_path, handlers_of(router)) as there:
        call = await there.simulator.place_call(Caller(presses=[(4.0, "1")]))
        # The platform delivers it in vain at 4, 4.5, 5.5 and 7.5 s, and then at 11.5 s.
        await away(there, router, begins=1.0, lasts=8.5)
        await there.over(call)
        assert chosen == ["sales"], there.story()


async def test_who_answers_while_being_called_off_is_rung_anew_in_peace(tmp_path: Path) -> None:
    router, line, fates = Router(), Line(), list[object]()

    @router.call(incoming=True)
    async def ring(call: Call) -> None:
        fates.append(dict((await call.dial("agent-absent", ring=5, hold_music=None)).fates))
        fates.append(dict((await call.dial("agent-absent", ring=5, hold_music=None)).fates))
        await call.hang_up()

    async with wired(tmp_path, router, line, [ABSENT]) as there:
        line.answers["call/kick"] = lambda _body: data(None)
        call = await there.simulator.place_call(Caller())

        async def told(event: str, **fields: object) -> None:
            body = payload(event, call.thread_id, teamId=call.team_id, userId="agent-absent", **fields)  # type: ignore[arg-type]
            await there.ask(f"/webhook/{WEBHOOK_SECRET}", msgspec.json.encode(body))

        await there.live(5.3)
        await told("Call.Member.Invite.ended", answered=True)
        await there.live(0.5)
        await told("Call.Member.leaved")
        await there.live(1)
        line.answers.clear()
        await there.over(call)
        assert fates == [{"agent-absent": Fate.NO_ANSWER}] * 2
        rung = [one.elapsed for one in there.simulator.timeline.of(call.key) if one.text.startswith("call.user/invite")]
        ended = [one.elapsed for one in there.simulator.timeline.of(call.key) if one.text == "call/kick"]
        assert ended[-1] - rung[-1] >= 5.0, "the end of the first ringing is not taken for that of the second"


async def test_an_invitation_of_which_nothing_is_known_is_called_off(tmp_path: Path) -> None:
    router, line, fates = Router(), Line(), list[object]()

    @router.call(incoming=True)
    async def ring(call: Call) -> None:
        await line.spoil(call, "call.user/invite", Fault.SWALLOWED)
        fates.append(dict((await call.dial(["agent-anna", "agent-absent"], ring=5)).fates))
        await call.hang_up()

    async with wired(tmp_path, router, line, [ANNA, ABSENT]) as there:
        call = await there.simulator.place_call(Caller())
        await there.over(call)
        assert fates == [{"agent-anna": Fate.UNREACHABLE, "agent-absent": Fate.NO_ANSWER}]
        assert "call/kick agent-anna" in there.requests(call)


@pytest.mark.parametrize("recorded", [True, False])
@pytest.mark.parametrize("hangs_up", [2.0, 9.0, 15.0])
async def test_a_message_left_while_no_bot_was_there(tmp_path: Path, hangs_up: float, recorded: bool) -> None:
    router = Router()

    @router.call(incoming=True)
    async def take(call: Call) -> None:
        if recorded:
            await call.record()
        await call.voicemail()

    async with world(tmp_path, handlers_of(router)) as there:
        call = await there.simulator.place_call(Caller(hangs_up_after=hangs_up))
        # The prompt lasts for 4.7 s.
        await away(there, router, begins=1.0, lasts=1.5 if hangs_up < 4.0 else 20.0)
        await there.over(call)
        kept = [text.partition(": ")[2] for text in written(call)]
        if hangs_up < 4.0 or not recorded:
            assert kept == [], there.story()
        else:
            assert len(kept) == 1
            assert kept[0].startswith("http"), there.story()


async def test_a_message_without_a_prompt(tmp_path: Path) -> None:
    router, prompts = Router(), list[object]()

    @router.call(incoming=True)
    async def take(call: Call) -> None:
        prompts.append((await call.voicemail(None, longest=5.0, thanks=None)).seconds)

    async with world(tmp_path, handlers_of(router)) as there:
        await there.over(await there.simulator.place_call(Caller()))
    assert prompts == [5.0]


async def test_a_prompt_that_is_missing_when_the_call_is_over(tmp_path: Path) -> None:
    router = Router()

    @router.call(incoming=True)
    async def take(call: Call) -> None:
        try:
            await call.sleep(1000)
        finally:
            await call.voicemail("no-such-prompt")

    async with world(tmp_path, handlers_of(router)) as there:
        call = await there.simulator.place_call(Caller(hangs_up_after=5.0))
        await there.over(call)
        assert there.count("bot_flows_ended_total", flow=next(iter(router.flows())).name, state="ended") == 1
        assert written(call) == []
