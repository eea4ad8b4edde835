from __future__ import annotations

from types import MappingProxyType

import msgspec
import pytest

from bot.events import parse_event
from bot.masking import Masker, mask_phone, mask_text

PHONE = "89536052307"
MASKED = "*********07"


@pytest.mark.parametrize(("number", "shown"), [(PHONE, MASKED), ("+7953", "***53"), ("12", "12"), ("1", "1"), ("", "")])
def test_a_phone_number_keeps_its_last_two_digits(number: str, shown: str) -> None:
    assert mask_phone(number) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (f"calls {PHONE} now", f"calls {MASKED} now"),
        (f"{PHONE}, +{PHONE}; ({PHONE})", f"{MASKED}, *{MASKED}; ({MASKED})"),
        (f'{{"phone":"{PHONE}"}}', f'{{"phone":"{MASKED}"}}'),
        ("phone=1234567", "phone=*****67"),
        ("+7 (953) 605-23-07", "****************07"),
        ("+44 20 7946 0958 rang", "**************58 rang"),
        ('{"dtmfNumber": "5", "dtmf":7}', '{"dtmfNumber": "*", "dtmf":*}'),
        ("MemberDtmf(dtmf_number='#', dtmf = *)", "MemberDtmf(dtmf_number='*', dtmf = *)"),
    ],
)
def test_numbers_and_keys_in_a_text_are_masked(text: str, shown: str) -> None:
    assert mask_text(text) == shown


@pytest.mark.parametrize(
    "text",
    [
        "545b508981d3f8001497d03d/thread/595b405b81d3f8001497603d",
        "123456789012345678901234",
        "5b0525134c0319001573485x",
        "2026-11-23T20:22:48.123456Z",
        "2026-11-23 20:22:48",
        "took 0.1234567 s",
        "127.0.0.1:54321",
        "port 8080, 123456 events",
        "file-12345678.wav",
        "no dtmf here",
        "",
    ],
)
def test_ids_times_and_counts_are_not_touched(text: str) -> None:
    assert mask_text(text) == text


@pytest.mark.parametrize("name", ["phone", "phoneNumber", "caller", "number"])
@pytest.mark.parametrize("value", [PHONE, int(PHONE)])
def test_a_value_that_is_called_a_phone_number_is_masked(name: str, value: object) -> None:
    assert Masker().value(name, value) == MASKED


@pytest.mark.parametrize(("name", "value"), [("dtmf", 5), ("dtmfNumber", "5"), ("digits", "1234"), ("pin", 1234)])
def test_a_value_that_is_called_keys_is_masked_whole(name: str, value: object) -> None:
    assert Masker().value(name, value) == "*" * len(str(value))


@pytest.mark.parametrize("value", [7, 1.5, True, None, 1_800_000_000, 1539761084401])
def test_numbers_that_are_called_something_else_stay_numbers(value: object) -> None:
    assert Masker(["7"]).value("seconds", value) is value


def test_nothing_is_masked_of_none() -> None:
    assert Masker().value("phone", None) is None


def test_values_are_masked_wherever_they_stand() -> None:
    masker = Masker(["hidden"])
    value = {"members": [{"phone": PHONE, "keys": ["1", "2"]}, ("hidden",)], PHONE: {"hidden", 5}}

    masked = masker.value("call", value)

    assert isinstance(masked, dict)
    assert sorted(map(str, masked.pop(MASKED))) == ["***", "5"]
    assert masked == {"members": [{"phone": MASKED, "keys": ["*", "*"]}, ["***"]]}
    assert masker.value("call", MappingProxyType({"phone": PHONE})) == {"phone": MASKED}


def test_objects_are_masked_in_their_text_form() -> None:
    event = parse_event({"eventType": "Call.Member.dtmf", "phone": PHONE, "dtmfNumber": "5"})
    masker = Masker(["hidden"])

    shown = [masker.value("it", one) for one in (event, ValueError(PHONE, "hidden"), b"hidden " + PHONE.encode())]

    assert all(isinstance(one, str) for one in shown)
    assert not [word for word in (PHONE, "hidden", "'5'") if word in "".join(map(str, shown))]


def test_secrets_are_hidden_even_where_personal_data_is_shown() -> None:
    masker = Masker(["hidden", "", "hidden-and-longer"], personal=False)

    assert masker.text(f"hidden-and-longer hidden {PHONE}") == f"*** *** {PHONE}"
    assert masker.value("phone", PHONE) == PHONE
    assert masker.value("dtmf", "5") == "5"
    assert masker.value("body", msgspec.json.encode({"k": "hidden"})) == 'b\'{"k":"***"}\''


def test_without_secrets_nothing_is_taken_for_one() -> None:
    assert Masker(["", ""]).text("text") == "text"


def test_characters_of_a_secret_mean_themselves() -> None:
    assert Masker(["a.c|(*"]).text("abc a.c|(*") == "abc ***"
