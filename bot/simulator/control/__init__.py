"""HTTP for people: the softphone page, and the endpoints by which it, or curl, takes part in calls."""

from bot.simulator.control.board import Control
from bot.simulator.control.guard import same_site_only

__all__ = ["Control", "same_site_only"]
