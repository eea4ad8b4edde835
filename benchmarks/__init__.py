"""How fast the bot is, beside bare aiohttp: ``python -m benchmarks``; see ``docs/performance.md``."""
