"""Event names: the 50 that the platform documents, and the older names of the same events.

Source: the platform's bot API documents. Event types stay strings, so that an
event the platform adds tomorrow needs no change here.
"""

from __future__ import annotations

from difflib import get_close_matches
from typing import Final

CALL_CREATED: Final = "Call.created"
CALL_ENDED: Final = "Call.ended"
MEMBER_INVITED: Final = "Call.Member.invited"
MEMBER_INVITE_ENDED: Final = "Call.Member.Invite.ended"
MEMBER_LEFT: Final = "Call.Member.leaved"
MEMBER_HELD: Final = "Call.Member.held"
MEMBER_UNHELD: Final = "Call.Member.unheld"
MEMBER_DTMF: Final = "Call.Member.dtmf"

KNOWN: Final[frozenset[str]] = frozenset(
    {
        CALL_CREATED,
        CALL_ENDED,
        MEMBER_INVITED,
        MEMBER_INVITE_ENDED,
        MEMBER_LEFT,
        MEMBER_HELD,
        MEMBER_UNHELD,
        MEMBER_DTMF,
        "Thread.created",
        "Thread.updated",
        "Thread.Updated.status",
        "Thread.Updated.stream",
        "Thread.Updated.Customer.set",
        "Thread.Updated.Customer.remove",
        "Thread.Updated.Follower.set",
        "Thread.Updated.Follower.remove",
        "Thread.Updated.Bot.Follower.set",
        "Thread.Updated.Bot.Follower.remove",
        "Thread.Updated.Responsible.set",
        "Thread.Updated.Responsible.remove",
        "Thread.Updated.budget",
        "Thread.Updated.deadline",
        "Thread.Updated.points",
        "Thread.Updated.priority",
        "Thread.Updated.toc",
        "Thread.Updated.title",
        "Comment.created",
        "Comment.direct",
        "Comment.command",
        "Comment.Mention.stream",
        "Comment.Mention.thread",
        "Stream.deleted",
        "Stream.created",
        "Stream.Updated.description",
        "Stream.Update.User.Role.remove",
        "Stream.Update.User.Role.set",
        "Stream.Update.User.Admin.remove",
        "Stream.Update.User.Admin.set",
        "Stream.Update.Bot.Role.remove",
        "Stream.Update.Bot.Role.set",
        "Stream.Update.Bot.Admin.remove",
        "Stream.Update.Bot.Admin.set",
        "Access.User.set",
        "Access.User.revoked",
        "Admin.User.set",
        "Admin.User.revoked",
        "Access.Bot.set",
        "Access.Bot.revoked",
        "Admin.Bot.set",
        "Admin.Bot.revoked",
    }
)

ALIASES: Final[dict[str, str]] = {
    "call.created": CALL_CREATED,
    "call.started": CALL_CREATED,
    "call.ended": CALL_ENDED,
    "call.user.invited": MEMBER_INVITED,
    "call.user.endedInvite": MEMBER_INVITE_ENDED,
    "call.user.kicked": MEMBER_LEFT,
    "call.user.removed": MEMBER_LEFT,
    "call.user.held": MEMBER_HELD,
    "call.user.paused": MEMBER_HELD,
    "call.user.unheld": MEMBER_UNHELD,
    "call.user.unpaused": MEMBER_UNHELD,
    "call.dtmf": MEMBER_DTMF,
    "call.emit.dtmf": MEMBER_DTMF,
    "Stream.Update.Bot.Role.deleted": "Stream.Update.Bot.Role.remove",
}

# Some documented names begin with a Cyrillic Es instead of a C.
_CYRILLIC_FIRST: Final = {"\u0421": "C", "\u0441": "c"}


def canonical(name: str) -> str:
    """Return the current name of an event; a name that is not known comes back as it is."""
    if name in KNOWN:
        return name
    plain = _CYRILLIC_FIRST.get(name[:1], name[:1]) + name[1:]
    return ALIASES.get(plain, plain)


def suggestion(name: str) -> str | None:
    """Return the known event name that a probably misspelt one stands for, or None.

    Args:
        name: an exact event name, or a prefix such as ``Call.*``.
    """
    if name.endswith(".*"):
        prefixes = {".".join(known.split(".")[:size]) + ".*" for known in KNOWN for size in (1, 2, 3)}
        close = get_close_matches(name, prefixes, n=1, cutoff=0.75)
    else:
        close = get_close_matches(name, KNOWN, n=1, cutoff=0.75)
    return close[0] if close else None
