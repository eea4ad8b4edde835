"""Every error that the bot raises on purpose, in one tree.

::

    BotError
    ├── SettingsError          settings are missing or wrong; names each variable and the fix
    ├── HandlerError           something is wrong with the user's handlers
    │   ├── RegistrationError  a decorator was used wrongly; carries file and line
    │   └── LoadError          a handler module does not import or exports no router
    ├── FlowError              a flow cannot go on
    │   ├── FlowDiverged       on resuming, it did something else than was recorded
    │   └── StepFailed         a function run by `Call.step` raised
    ├── PromptError            a prompt is missing, is not audio, or is too large
    ├── RotaError              the rota is wrong, or was asked for a group it has not; lists every mistake
    ├── FeedError              an on-call calendar could not be fetched or read; the last good copy stays
    ├── EventError             a delivery is not an event
    ├── JournalError           the durable store
    │   ├── JournalUnavailable it cannot store now (disk full, locked, stopped); nothing was stored
    │   ├── JournalFull        too much is waiting; nothing was stored
    │   └── JournalBroken      it cannot be opened: corrupt, of another program, or of a newer version
    └── ApiError               a request to the platform failed; says what is known of its outcome
        ├── BadRequest         wrong arguments; nothing was sent
        ├── NotSent            it never reached the platform; a repeat does no harm
        ├── Rejected           the platform refused it; it had no effect
        │   └── Unauthorised   the platform did not accept the signature (HTTP 401)
        └── InDoubt            it may or may not have taken effect

Errors of libraries are translated where they enter, with ``raise ... from``.

`CallEnded` stands apart: it is no failure. It is raised in a flow when its call
is over, and is a kind of `asyncio.CancelledError`, so that neither ``except
Exception`` nor a task group takes a hang-up for anything else.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import NamedTuple


class BotError(Exception):
    """Root of all errors that the bot raises on purpose."""


class SettingProblem(NamedTuple):
    """What is wrong with one setting.

    Attributes:
        variable: name of the environment variable.
        problem: what is wrong with its value; never contains a secret.
        fix: what to do about it.
    """

    variable: str
    problem: str
    fix: str

    def __str__(self) -> str:
        return f"{self.variable}: {self.problem}. {self.fix}"


class SettingsError(BotError):
    """The configuration is wrong.

    Args:
        problems: all that is wrong, at least one.
    """

    def __init__(self, *problems: SettingProblem) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = problems


class HandlerError(BotError):
    """Something is wrong with the user's handlers."""


class RegistrationError(HandlerError):
    """A handler was registered wrongly.

    Args:
        problem: what is wrong and what to write instead.
        where: ``file:line`` of the registration.
    """

    def __init__(self, problem: str, where: str) -> None:
        super().__init__(f"{where}: {problem}")
        self.problem = problem
        self.where = where


class LoadError(HandlerError):
    """A handler module does not import, or exports no ``router``."""


class FlowError(BotError):
    """A flow cannot go on."""


class FlowDiverged(FlowError):
    """On resuming, a flow did something else than was recorded: its code changed, or it is not deterministic."""


class StepFailed(FlowError):
    """A function run by `Call.step` raised; where it was recorded by an earlier process, only its text is left.

    Args:
        error: the exception in one line.
    """

    def __init__(self, error: str) -> None:
        super().__init__(error)
        self.error = error


class CallEnded(asyncio.CancelledError):
    """The call of a flow is over; raised at the await where the flow stands."""


class PromptError(BotError):
    """A prompt is missing, is not audio that the platform plays, or is too large."""


class RotaError(BotError):
    """The rota is wrong, or was asked for a group that it does not have.

    Args:
        problems: every mistake, each a line ``file:line: problem. fix``.
    """

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = tuple(problems)


class FeedError(BotError):
    """An on-call calendar could not be fetched or read; its message never holds the address's secret part."""


class EventError(BotError):
    """A delivery is not an event: no JSON object, or one without an ``eventType``."""


class JournalError(BotError):
    """The durable store failed."""


class JournalUnavailable(JournalError):
    """The journal cannot store now; nothing was stored."""


class JournalFull(JournalError):
    """Too much is waiting in the journal; nothing was stored."""


class JournalBroken(JournalError):
    """The journal cannot be opened: corrupt, not a journal, or of a newer version."""


class ApiError(BotError):
    """A request to the platform failed.

    Args:
        message: what happened, for people; never contains a secret.
        path: the request's path as documented, such as ``call.user/invite``.
        team_id: the team it was made for.
        code: the platform's code (HTTP status or ``code`` of the body), or None if there was no answer.
        attempts: how often it was tried.
    """

    def __init__(self, message: str, *, path: str, team_id: str, code: int | None = None, attempts: int = 0) -> None:
        super().__init__(f"{path}: {message}")
        self.message = message
        self.path = path
        self.team_id = team_id
        self.code = code
        self.attempts = attempts


class BadRequest(ApiError):
    """The arguments are wrong; nothing was sent."""


class NotSent(ApiError):
    """The request never reached the platform, or the platform asked to come again later; it had no effect."""


class Rejected(ApiError):
    """The platform refused the request; it had no effect, and a repeat would be refused again."""


class Unauthorised(Rejected):
    """The platform did not accept the bot's signature (HTTP 401)."""


class InDoubt(ApiError):
    """The request may or may not have taken effect, and a blind repeat would do harm or has failed too."""
