"""Importing the user's handler modules."""

from __future__ import annotations

import importlib
import pkgutil
import traceback
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

from bot.dispatch.router import Router
from bot.errors import LoadError, RegistrationError


@dataclass(frozen=True, slots=True)
class Handlers:
    """What the handler modules bring.

    Attributes:
        router: all their routers, in the order of the modules' names.
        prompt_folders: the folders called ``prompts`` beside them.
    """

    router: Router
    prompt_folders: Sequence[Path]


def load_handlers(names: Sequence[str]) -> Handlers:
    """Import modules, and of packages all modules whose names do not begin with an underscore.

    Args:
        names: dotted names, in the order in which their handlers run.

    Raises:
        LoadError: a module does not import (with its traceback), or exports no ``router``.
        RegistrationError: a handler in it is registered wrongly.
    """
    root = Router("all")
    folders: list[Path] = []
    for name in names:
        for module in _modules(name):
            router = getattr(module, "router", None)
            if not isinstance(router, Router):
                raise LoadError(
                    f"{module.__name__} exports no router. Write 'router = Router()' at its top, "
                    "or begin its name with an underscore if it holds no handlers"
                )
            root.include(router)
            folder = Path(module.__file__ or "").parent / "prompts"
            if folder.is_dir() and folder not in folders:
                folders.append(folder)
    return Handlers(root, folders)


def _modules(name: str) -> Iterator[ModuleType]:
    module = _import(name)
    if not hasattr(module, "__path__") or isinstance(getattr(module, "router", None), Router):
        yield module
        return
    children = sorted(child.name for child in pkgutil.iter_modules(module.__path__) if not child.name.startswith("_"))
    if not children:
        raise LoadError(f"the package {name} holds no handler modules. Add one, or set BOT_HANDLERS to another package")
    for child in children:
        yield _import(f"{name}.{child}")


def _import(name: str) -> ModuleType:
    try:
        return importlib.import_module(name)
    except RegistrationError:
        raise
    except ModuleNotFoundError as error:
        if error.name and (name == error.name or name.startswith(f"{error.name}.")):
            raise LoadError(
                f"there is no module {name!r}. Set BOT_HANDLERS to the modules or packages with your handlers, "
                "and start the bot in the folder that holds them"
            ) from error
        raise LoadError(f"{name} does not import:\n{_traceback(error)}") from error
    except Exception as error:
        raise LoadError(f"{name} does not import:\n{_traceback(error)}") from error


def _traceback(error: BaseException) -> str:
    """Return the traceback without the import machinery's own frames and ours."""
    report = traceback.TracebackException.from_exception(error)
    report.stack = traceback.StackSummary.from_list(
        [frame for frame in report.stack if "importlib" not in frame.filename and frame.filename != __file__]
    )
    return "".join(report.format()).rstrip()
