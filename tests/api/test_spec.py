from __future__ import annotations

import json
from pathlib import Path

from bot.api import spec

DOCUMENTED = json.loads((Path(__file__).parents[1] / "data" / "requests.json").read_text())["requests"]
HARMFUL = {"call.user/invite", "comment/create"}


def test_every_request_is_documented_and_repeated_only_where_that_does_no_harm() -> None:
    requests = (*spec.CALL_REQUESTS, *spec.RECORD_REQUESTS)
    assert {request.path for request in requests} <= set(DOCUMENTED)
    assert len({request.path for request in requests}) == len(requests) == 15
    assert {request.path for request in requests if not request.repeatable} == HARMFUL
