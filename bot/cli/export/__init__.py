"""Calls of the journal as scenarios: yesterday's bad call is tomorrow's test."""

from bot.cli.export.scenario import MADE_UP_PHONE, scenario_of

__all__ = ["MADE_UP_PHONE", "scenario_of"]
