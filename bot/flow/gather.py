"""Collecting digits, and choosing from a menu."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeAlias, TypeVar

from bot.flow.audio import CallAudio, Sound
from bot.flow.checks import KEYS, not_negative, one_key

T = TypeVar("T")

Valid: TypeAlias = "Collection[str] | re.Pattern[str] | Callable[[str], bool] | None"
"""Which digits are right: one of several, those that a pattern matches whole, or whatever a function accepts."""


class Reason(StrEnum):
    """Why a gather ended."""

    COMPLETE = "complete"
    """As many digits as there may be."""
    TERMINATOR = "terminator"
    """Enough digits, ended by the terminator."""
    PAUSE = "pause"
    """Enough digits, ended by a pause."""
    NO_DIGITS = "no digits"
    """Nothing was pressed in time."""
    TOO_FEW = "too few"
    """Something was pressed, but not enough."""
    INVALID = "invalid"
    """Enough digits, but not valid ones."""


@dataclass(frozen=True, slots=True)
class Gathered:
    """What a gather brought; true if it brought valid digits.

    Attributes:
        digits: what was pressed, without the terminator.
        reason: why it ended.
        tries: how often it was tried.
    """

    digits: str = field(repr=False)
    reason: Reason
    tries: int

    def __bool__(self) -> bool:
        return self.reason in (Reason.COMPLETE, Reason.TERMINATOR, Reason.PAUSE)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rules:
    least: int
    most: int
    terminator: str | None
    first: float
    between: float
    valid: Callable[[str], bool]
    barge_in: bool
    type_ahead: bool
    language: str | None


class CallGather(CallAudio):
    """Asking the caller for keys."""

    async def gather(
        self,
        prompt: str | None = None,
        *,
        min_digits: int = 1,
        max_digits: int = 1,
        terminator: str | None = "#",
        first_timeout: float = 5.0,
        inter_digit_timeout: float = 3.0,
        tries: int = 1,
        valid: Valid = None,
        barge_in: bool = True,
        type_ahead: bool = True,
        sensitive: bool = False,
        on_invalid: str | None = None,
        on_timeout: str | None = None,
        language: str | None = None,
    ) -> Gathered:
        """Collect digits from the caller.

        Args:
            prompt: played first, at every try; None plays nothing.
            min_digits: how many are enough, from 0.
            max_digits: how many end it at once, at least 1.
            terminator: a key that ends it, or None.
            first_timeout: seconds to wait for the first digit, from the end of the prompt.
            inter_digit_timeout: seconds to wait for each further one.
            tries: how often to ask, at least 1.
            valid: which digits are right; all if None.
            barge_in: whether a key stops the prompt; otherwise keys count from its end on, those pressed
                meanwhile included if there is type-ahead.
            type_ahead: whether keys pressed before count; otherwise they are thrown away.
            sensitive: keep the digits out of the log line.
            on_invalid: played before asking again when there were too few digits or wrong ones.
            on_timeout: played before asking again when nothing was pressed.
            language: of the prompts.

        Returns:
            The digits and why it ended; of the last try.

        Raises:
            ValueError: an argument is out of its range; nothing was played.
        """
        rules = _Rules(
            least=min_digits,
            most=max_digits,
            terminator=terminator,
            first=first_timeout,
            between=inter_digit_timeout,
            valid=_validator(valid),
            barge_in=barge_in,
            type_ahead=type_ahead,
            language=language,
        )
        _check(rules, tries)
        attempt = 0
        while True:
            attempt += 1
            digits, reason = await self._ask(prompt, rules)
            shown = "*" * len(digits) if sensitive else digits
            self.log.info("gathered", reason=str(reason), digits=shown, attempt=attempt)
            result = Gathered(digits, reason, attempt)
            if result or attempt == tries:
                return result
            again = on_timeout if reason is Reason.NO_DIGITS else on_invalid
            if again is not None:
                await self.play(again, language=language)

    async def menu(
        self,
        prompt: str,
        choices: Mapping[str, T],
        *,
        tries: int = 3,
        timeout: float = 5.0,
        on_invalid: str | None = "invalid-choice",
        on_timeout: str | None = "no-input",
        barge_in: bool = True,
        type_ahead: bool = True,
        language: str | None = None,
    ) -> T | None:
        """Let the caller choose.

        Args:
            prompt: names the choices.
            choices: by the keys to press, one or several digits each.
            tries: how often to ask, at least 1.
            timeout: seconds to wait for a key, from the end of the prompt.
            on_invalid: played after a wrong key; None plays nothing.
            on_timeout: played after silence.
            barge_in: whether a key stops the prompt.
            type_ahead: whether keys pressed before count.
            language: of the prompts.

        Returns:
            What was chosen, or None if nothing was within all tries. A hang-up is neither: it raises `CallEnded`.

        Raises:
            ValueError: there are no choices, or one is no key.
        """
        if not choices or not all(key and set(key) <= KEYS for key in choices):
            raise ValueError(f"a menu needs choices whose keys are of 0-9 * # A-D, not {sorted(choices)!r}")
        gathered = await self.gather(
            prompt,
            min_digits=min(map(len, choices)),
            max_digits=max(map(len, choices)),
            terminator=None,
            first_timeout=timeout,
            inter_digit_timeout=min(timeout, 2.0),
            tries=tries,
            valid=choices,
            barge_in=barge_in,
            type_ahead=type_ahead,
            on_invalid=on_invalid,
            on_timeout=on_timeout,
            language=language,
        )
        return choices[gathered.digits] if gathered else None

    def clear_keys(self) -> None:
        """Throw away the keys that were pressed up to the step before."""
        self._keys_from = self._steps.position

    async def _ask(self, prompt: str | None, rules: _Rules) -> tuple[str, Reason]:
        if not rules.type_ahead:
            self.clear_keys()
        sound = None
        if prompt is not None and not (rules.barge_in and self._has_key()):
            sound = await self._start_sound(prompt, language=rules.language)
            if not rules.barge_in:
                await self._sleep_until(_end(sound, sound.began_at))
                if not rules.type_ahead:
                    self.clear_keys()
                sound = None
        began = self._steps.now if sound is None else _end(sound, sound.began_at)
        digits, reason = await self._collect(sound, rules, began + rules.first)
        if reason in (Reason.COMPLETE, Reason.TERMINATOR, Reason.PAUSE) and not rules.valid(digits):
            return digits, Reason.INVALID
        return digits, reason

    async def _collect(self, sound: Sound | None, rules: _Rules, until: float) -> tuple[str, Reason]:
        digits = ""
        while True:
            pressed = await self._wait(
                "wait for key", self._is_callers_key, after=self._keys_from, until=until, patient=True
            )
            if pressed is None:
                return digits, _reason_of_pause(digits, rules.least)
            self._keys_from = pressed.seq
            if sound is not None and self._steps.now < _end(sound, self._steps.now):
                await self._stop_sound(sound)
            sound = None
            key = self._key(pressed.event)
            if key == rules.terminator:
                return digits, Reason.TERMINATOR if len(digits) >= rules.least else Reason.TOO_FEW
            digits += key
            if len(digits) >= rules.most:
                return digits, Reason.COMPLETE
            until = self._steps.now + rules.between

    def _has_key(self) -> bool:
        waiting = self._mailbox.between(self._keys_from, self._steps.position)
        return any(self._is_callers_key(stored.event) for stored in waiting)


def _reason_of_pause(digits: str, least: int) -> Reason:
    if not digits and least:
        return Reason.NO_DIGITS
    return Reason.PAUSE if len(digits) >= least else Reason.TOO_FEW


def _end(sound: Sound, otherwise: float) -> float:
    return otherwise if sound.duration is None else sound.began_at + sound.duration


def _validator(valid: Valid) -> Callable[[str], bool]:
    if valid is None:
        return lambda _digits: True
    if isinstance(valid, re.Pattern):
        return lambda digits: valid.fullmatch(digits) is not None
    if callable(valid):
        return valid
    if isinstance(valid, str):
        raise ValueError(f"valid must be a collection of right answers, such as {{{valid!r}}}, not a text")  # noqa: TRY004 - as all wrong arguments
    return lambda digits: digits in valid


def _check(rules: _Rules, tries: int) -> None:
    if not 0 <= rules.least <= rules.most or rules.most < 1:
        raise ValueError(f"min_digits ({rules.least}) and max_digits ({rules.most}) must be 0 <= min <= max, max >= 1")
    if rules.terminator is not None:
        one_key(terminator=rules.terminator)
    if tries < 1:
        raise ValueError(f"tries must be at least 1, and is {tries!r}")
    not_negative(first_timeout=rules.first, inter_digit_timeout=rules.between)
