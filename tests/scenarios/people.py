"""The agents of the scenarios."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from bot.simulator import Contact

ANNA: Final = Contact(contact_id="agent-anna", name="Anna", phone="+74950000001", answers_after=6.0)
BORIS: Final = Contact(contact_id="agent-boris", name="Boris", phone="+74950000002", answers_after=6.0)


def declining(person: Contact, after: float = 6.0) -> Contact:
    return replace(person, declines=True, answers_after=after)


def absent(person: Contact) -> Contact:
    return replace(person, answers_after=None)
