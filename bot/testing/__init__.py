"""Tests of calls: a platform, people and a bot in one process, over real HTTP and in a time of their own."""

from bot.testing.clock import ManualClock, settle, until
from bot.testing.world import World, settings_for, world

__all__ = ["ManualClock", "World", "settings_for", "settle", "until", "world"]
