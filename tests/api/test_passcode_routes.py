"""POST /v1/me/passcode."""

from typing import Any

import httpx
import pytest

from ledger.passcodes import passcode_matches
from tests.controls.api import Api
from tests.controls.problems import invalid_fields, refusal
from tests.controls.visitors import Visitor, sms_code

PASSCODE = "snow pear 27"


def set_passcode(api: Api, person: Visitor, code: str, passcode: Any = PASSCODE) -> httpx.Response:
    return api.post("/v1/me/passcode", person.token, json={"passcode": passcode, "sms_code": code})


def test_a_passcode_is_set_with_a_fresh_sms_code(api: Api, consumer: Visitor) -> None:
    answer = set_passcode(api, consumer, sms_code(api, consumer.person))
    assert answer.status_code == 200
    assert passcode_matches(api.parts.ledger, consumer.subject, PASSCODE)


def test_a_session_alone_sets_no_passcode(api: Api, consumer: Visitor) -> None:
    before = api.appended()
    assert refusal(set_passcode(api, consumer, "000000")) == (403, "sms-code-wrong", "sms_code")
    assert api.appended() == before


@pytest.mark.parametrize("passcode", ["", "12345", "x" * 33, "nul\0byte", None])
def test_a_passcode_has_6_to_32_characters(api: Api, consumer: Visitor, passcode: Any) -> None:
    assert invalid_fields(set_passcode(api, consumer, "000000", passcode)) == {"passcode"}
