"""What handlers listen for: keys and telephone lines that stand in their source.

Chance alone does not find a PIN. What a handler compares with stands somewhere
in its module, so people who are drawn at random press it now and then.
"""

from __future__ import annotations

import ast
import inspect
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from bot.dispatch import Handlers
from bot.simulator import Line

_KEYS: Final = re.compile(r"[0-9*#A-D]{1,12}")
_ID: Final = re.compile(r"[0-9A-Za-z]{20,32}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Hints:
    """What may be worth trying.

    Attributes:
        keys: key sequences that handlers may wait for, each of 1 to 12 keys.
        destinations: what calls may be made to: the ``destinationId`` of their beginning.
    """

    keys: Sequence[str] = ()
    destinations: Sequence[str] = (Line().destination_id,)


def hints_of(handlers: Handlers) -> Hints:
    """Read them off the source of the modules that the handlers are in; none where a module has no source."""
    constants = list(dict.fromkeys(text for source in _sources(handlers) for text in _texts(source)))
    return Hints(
        keys=[text for text in constants if _KEYS.fullmatch(text)],
        destinations=[Line().destination_id, *(text for text in constants if _ID.fullmatch(text))],
    )


def _sources(handlers: Handlers) -> Iterator[str]:
    names: Iterable[str] = [
        *(flow.function.__module__ for flow in handlers.router.flows()),
        *(route.name.rpartition(".")[0] for route in handlers.router.routes()),
    ]
    for name in dict.fromkeys(names):
        module = sys.modules.get(name)
        if module is None:
            continue
        try:
            yield inspect.getsource(module)
        except (OSError, TypeError):
            continue


def _texts(source: str) -> Iterator[str]:
    """Yield the string constants of a module, in the order in which they stand."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value
