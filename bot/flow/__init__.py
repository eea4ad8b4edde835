"""Calls as a whole: for now the fallback, which no handler can break."""

from bot.flow.fallback import Fallback

__all__ = ["Fallback"]
