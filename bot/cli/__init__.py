"""The command line: ``python -m bot``, or ``workonflow-bot``."""

from bot.cli.main import main

__all__ = ["main"]
