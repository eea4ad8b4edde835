"""Survey: when the agent has gone, the caller is asked how it was; the answer is a comment in the call's thread.

Reached by ``call.transfer(survey, agent=...)`` once somebody has taken the call.
"""

from bot import Call, Router

router = Router()


@router.flow()
async def survey(call: Call, *, agent: str) -> None:
    """Wait until the caller is alone, and ask for a key from 1 to 5.

    An agent who brings in a colleague and leaves has not ended the conversation.
    """
    while any(member.present and not member.is_caller for member in call.members):
        await call.wait_for("Call.Member.leaved")
    if not any(member.present for member in call.members):
        return
    call.clear_keys()
    answer = await call.gather(
        "survey-question", valid=set("12345"), tries=2, on_invalid="invalid-choice", on_timeout="no-input"
    )
    if answer:
        await call.comment(f"Survey: {answer.digits} of 5 for {agent}")
        await call.play("survey-thanks", barge_in=False)
    await call.hang_up()
