"""Tests of calls: a platform, people and a bot in one process, over real HTTP and in a time of their own."""

from bot.testing.agent import Agent
from bot.testing.caller import PhoneCall
from bot.testing.clock import ManualClock, settle, until
from bot.testing.phone import Phone, telephone
from bot.testing.timeline import Golden, Timeline
from bot.testing.world import World, settings_for, world

__all__ = [
    "Agent",
    "Golden",
    "ManualClock",
    "Phone",
    "PhoneCall",
    "Timeline",
    "World",
    "settings_for",
    "settle",
    "telephone",
    "until",
    "world",
]
