from __future__ import annotations

pytest_plugins = ["bot.testing.plugin"]
