"""What somebody does whose telephone rings, in words, as scenario files have it.

==============================  ============================================================================
``answers after 3``             lets it ring for so many seconds and answers
``answers after 3 for 20``      and hangs up after so many more
``declines after 2``            declines
``never answers``               lets it ring
``voicemail after 12 for 30``   a mobile's voicemail answers and hangs up after so many seconds
==============================  ============================================================================
"""

from __future__ import annotations

import re
from typing import Final

from bot.simulator.people import Reaction, Reacts
from bot.simulator.steps import number

NEVER: Final = "never answers"
_TIME: Final = r"\d+(?:\.\d+)?"
_REACTION: Final = re.compile(
    rf"(?P<how>answers|declines|voicemail)(?: after (?P<after>{_TIME}))?(?: for (?P<lasts>{_TIME}))?"
)


def parse_reaction(text: str) -> Reaction:
    """Return a reaction from words.

    Raises:
        ValueError: they are none; says what is.
    """
    words = " ".join(text.split())
    if words == NEVER:
        return Reaction(Reacts.IGNORES)
    found = _REACTION.fullmatch(words)
    if found is None or (found["lasts"] and found["how"] == Reacts.DECLINES):
        raise ValueError(
            f'{text!r} is nothing that one does when rung; write such as "answers after 3", "answers after 3 for 20", '
            f'"declines after 2", "{NEVER}" or "voicemail after 12 for 30"'
        )
    lasts = float(found["lasts"]) if found["lasts"] else None
    return Reaction(Reacts(found["how"]), float(found["after"] or Reaction().after), lasts)


def reaction_text(reaction: Reaction) -> str:
    """Return a reaction in words."""
    if reaction.how is Reacts.IGNORES:
        return NEVER
    lasts = "" if reaction.lasts is None or reaction.how is Reacts.DECLINES else f" for {number(reaction.lasts)}"
    return f"{reaction.how} after {number(reaction.after)}{lasts}"
