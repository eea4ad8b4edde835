"""Exits 0 when the bot in this container is alive, 1 otherwise; the image's health check.

It asks for liveness, not readiness: a bot that drains, or waits for its
journal, must not be taken for dead.
"""

from __future__ import annotations

import http.client
import os
import sys

TIMEOUT = 3.0
"""Seconds to wait for an answer; below the time-out of the container's health check."""


def main() -> int:
    """Ask the bot on this machine; the port is that of ``BOT_PORT``."""
    connection = http.client.HTTPConnection("127.0.0.1", int(os.environ.get("BOT_PORT") or "8080"), timeout=TIMEOUT)
    try:
        connection.request("GET", "/health/live")
        status = connection.getresponse().status
    except (OSError, http.client.HTTPException) as error:
        print(f"no answer: {error!r}", file=sys.stderr)
        return 1
    finally:
        connection.close()
    print(f"answered {status}")
    return 0 if status == http.client.OK else 1


if __name__ == "__main__":
    sys.exit(main())
