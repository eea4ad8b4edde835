from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from multidict import CIMultiDict

from bot.signature import signed_headers
from bot.webhook import Verifier

NOW = 1_800_000_000.0
VERIFIER = Verifier(bot_id="bot-1", secret_key="key", path_secrets=("one", "two"))


def signed(body: bytes = b"{}", timestamp: str = "1800000000") -> CIMultiDict[str]:
    return CIMultiDict(signed_headers("bot-1", "key", timestamp, body))


def test_nothing_is_wrong_with_a_right_signature() -> None:
    assert VERIFIER.signature_problem(signed(), b"{}", NOW) is None


def test_hexadecimal_digits_may_be_upper_case_and_header_names_lower_case() -> None:
    headers = CIMultiDict({name.lower(): value for name, value in signed().items()})
    headers["x-signature"] = headers["x-signature"].upper()

    assert VERIFIER.signature_problem(headers, b"{}", NOW) is None


@pytest.mark.parametrize(
    ("name", "value", "problem"),
    [
        ("X-Bot-Id", "bot-2", "the signature is wrong"),
        ("X-Signature", "0" * 64, "the signature is wrong"),
        ("X-Signature", "short", "the signature is wrong"),
        ("X-timestamp", "1800000001", "the signature is wrong"),
        ("X-Bot-Id", "", "no X-Bot-Id header"),
        ("X-timestamp", "", "no X-timestamp header"),
        ("X-Signature", "", "no X-Signature header"),
    ],
)
def test_what_is_wrong_is_named_for_the_log(name: str, value: str, problem: str) -> None:
    headers = signed()
    headers[name] = value

    assert VERIFIER.signature_problem(headers, b"{}", NOW) == problem


@pytest.mark.parametrize("timestamp", ["-1", "1e9", "1.5", " 1800000000", "\u0661\u0662", "9" * 5000, "\udcff"])
def test_a_signed_timestamp_that_is_no_number_is_refused(timestamp: str) -> None:
    problem = VERIFIER.signature_problem(signed(timestamp=timestamp), b"{}", NOW)

    assert problem is not None
    assert "timestamp" in problem


@pytest.mark.parametrize(
    ("now", "right"), [(NOW + 300, True), (NOW + 301, False), (NOW - 300, True), (NOW - 301, False)]
)
def test_a_signature_is_good_for_five_minutes_either_way(now: float, right: bool) -> None:
    assert (VERIFIER.signature_problem(signed(), b"{}", now) is None) is right


@given(st.binary(max_size=50), st.binary(max_size=50))
def test_a_signature_is_good_for_one_body_only(body: bytes, other: bytes) -> None:
    assert (VERIFIER.signature_problem(signed(body), other, NOW) is None) is (body == other)


@given(st.text(st.characters()))
def test_only_a_known_secret_opens(secret: str) -> None:
    assert (VERIFIER.path_problem(secret) is None) is (secret in ("one", "two"))


def test_a_verifier_does_not_show_its_secrets() -> None:
    shown = repr(Verifier(bot_id="bot-1", secret_key="hidden-1", path_secrets=("hidden-2",)))

    assert "hidden" not in shown
    assert "bot-1" in shown
