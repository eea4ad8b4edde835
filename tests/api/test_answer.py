from __future__ import annotations

import msgspec
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.api.answer import Verdict, from_answer
from bot.api.conceal import Concealer

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=10,
)
ANSWERS = st.fixed_dictionaries(
    {}, optional={"code": JSON | st.integers(100, 599), "message": JSON, "massage": JSON, "data": JSON}
).map(msgspec.json.encode)


@settings(deadline=None)
@example(status=300, retry_after="0\x1f", body=None)
@given(
    status=st.integers(200, 599),
    retry_after=st.none() | st.text() | st.integers(0).map(str),
    body=st.none() | st.binary() | ANSWERS,
)
def test_every_answer_has_a_verdict_and_an_error_is_never_taken_for_success(
    status: int, retry_after: str | None, body: bytes | None
) -> None:
    attempt = from_answer(status, retry_after, body, now=0.0, conceal=Concealer("secret"))
    assert attempt.code is not None
    assert attempt.verdict is not Verdict.UNREACHED
    if attempt.verdict is Verdict.OK:
        assert status < 300
        assert 200 <= attempt.code < 300
    else:
        assert attempt.reason
    if 300 <= status < 500 and status != 429:
        assert attempt.verdict is Verdict.REJECTED
    if attempt.verdict is Verdict.REFUSED:
        assert attempt.code == 429 or attempt.retry_after is not None


@settings(deadline=None)
@given(before=st.text(), number=st.from_regex(r"\+?[0-9]{5,15}", fullmatch=True), after=st.text())
def test_numbers_do_not_get_through(before: str, number: str, after: str) -> None:
    assert number not in Concealer("secret")(f"{before}{number}{after}")


def test_a_message_of_one_line_stays_readable() -> None:
    assert Concealer("secret")("no member\n 5b72 in call;\tsecret 404") == "no member 5b72 in call; *** 404"
