"""POST /v1/me/passcode."""

from typing import Any

import httpx
import pytest

from ledger.vault.passcodes import passcode_matches
from tests.controls.api import Api
from tests.controls.devices import PASSCODE, with_passcode
from tests.controls.problems import invalid_fields, refusal
from tests.controls.visitors import Visitor, complete_worker, face, sms_code

OTHER = "snow pear 28"


def set_passcode(
    api: Api, person: Visitor, code: str, passcode: Any = PASSCODE, **factor: str
) -> httpx.Response:
    data = {"passcode": passcode, "sms_code": code} | factor
    return api.post("/v1/me/passcode", person.token, data=data)


def test_a_passcode_is_set_with_a_fresh_sms_code(api: Api, consumer: Visitor) -> None:
    answer = set_passcode(api, consumer, sms_code(api, consumer.person))
    assert answer.status_code == 200
    assert passcode_matches(api.parts.ledger, consumer.subject, PASSCODE)


def test_a_session_alone_sets_no_passcode(api: Api, consumer: Visitor) -> None:
    before = api.appended()
    assert refusal(set_passcode(api, consumer, "000000")) == (403, "sms-code-wrong", "sms_code")
    assert api.appended() == before


def test_another_passcode_takes_the_one_before(api: Api) -> None:
    # given somebody with a passcode, and whoever holds the phone
    visitor = with_passcode(api)
    # when they send another one without the first, and with it
    alone = set_passcode(api, visitor, sms_code(api, visitor.person), OTHER)
    both = set_passcode(api, visitor, sms_code(api, visitor.person), OTHER, current_passcode=PASSCODE)
    # then the phone alone does not do it
    assert refusal(alone) == (403, "second-factor-missing", None)
    assert alone.json()["factors"] == ["passcode", "officers"]
    assert both.status_code == 200
    assert passcode_matches(api.parts.ledger, visitor.subject, OTHER)


def test_the_first_passcode_of_a_worker_with_a_face_takes_the_face(api: Api) -> None:
    worker = complete_worker(api)
    code = sms_code(api, worker.person)
    assert set_passcode(api, worker, code).json()["factors"] == ["face", "officers"]
    data = {"passcode": PASSCODE, "sms_code": code}
    answer = api.post("/v1/me/passcode", worker.token, **face(api, worker.token, "passcode_change", **data))
    assert answer.status_code == 200
    assert api.get("/v1/me", worker.token).json()["has_passcode"]


@pytest.mark.parametrize("passcode", ["", "12345", "x" * 33, "nul\0byte", None])
def test_a_passcode_has_6_to_32_characters(api: Api, consumer: Visitor, passcode: Any) -> None:
    assert invalid_fields(set_passcode(api, consumer, "000000", passcode)) == {"passcode"}
