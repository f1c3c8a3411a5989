"""POST /v1/workers, POST /v1/consumers, GET /v1/me."""

from datetime import datetime
from typing import Final
from uuid import uuid4

import pytest

from domain.check_characters import id_check_character
from jiazheng.demo.client import refused
from tests.controls.api import Api
from tests.controls.moments import RULES
from tests.controls.people import new_person
from tests.controls.problems import invalid_fields, refusal
from tests.controls.visitors import complete_worker, form, register_consumer, register_worker, sms_code

PATHS: Final = ("/v1/workers", "/v1/consumers")


def _number(body: str) -> str:
    return body + id_check_character(body)


@pytest.mark.parametrize(("path", "role"), [("/v1/workers", "worker"), ("/v1/consumers", "consumer")])
def test_a_registration_opens_a_session(api: Api, path: str, role: str) -> None:
    # given somebody who got an SMS code
    person, client = new_person(), api.client()
    code = sms_code(api, person)
    # when the form is sent
    answer = api.post(path, json=form(person, code))
    # then the account exists and its owner is signed in
    client.sign_in(answer.json()["tokens"])
    assert answer.status_code == 201
    assert client.get("/v1/me")["subject_id"] == answer.json()["subject_id"]
    assert client.get("/v1/me")["role"] == role


def test_the_account_says_until_when_an_unproven_number_is_held(api: Api) -> None:
    # given somebody who registers, and a worker whose card was read
    begun, fresh, proven = api.clock(), register_consumer(api), complete_worker(api)
    # then the one has a week, and the other the number for good
    until = datetime.fromisoformat(api.get("/v1/me", fresh.token).json()["id_number_held_until"])
    assert begun <= until - RULES.provisional_claim_ttl <= api.clock()
    assert api.get("/v1/me", proven.token).json()["id_number_held_until"] is None


@pytest.mark.parametrize(("path", "role"), [("/v1/workers", "worker"), ("/v1/consumers", "consumer")])
def test_a_form_says_nothing_of_role_or_rights(api: Api, path: str, role: str) -> None:
    # given a form with members that nobody asked for
    person, client = new_person(), api.client()
    more = {"role": "administrator", "subject_id": str(uuid4()), "id_number_state": "proven"}
    # when it is sent
    registered = client.post(path, json=form(person, sms_code(api, person)) | more)
    # then they count for nothing
    client.sign_in(registered["tokens"])
    me = client.get("/v1/me")
    assert (me["role"], me["id_number_state"]) == (role, "provisional")
    assert me["subject_id"] == registered["subject_id"] != more["subject_id"]


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(
    ("given", "code", "field"),
    [
        ({"name": "王"}, "person-name-length", "name"),
        ({"name": "王" * 61}, "person-name-length", "name"),
        ({"name": "王芳1"}, "person-name-characters", "name"),
        ({"name": "王芳<b>"}, "person-name-characters", "name"),
        ({"id_number": "11010519491231002"}, "id-number-format", "id_number"),
        ({"id_number": "11010519491231002Ⅹ"}, "id-number-format", "id_number"),
        ({"id_number": "110105194912310021"}, "id-number-checksum", "id_number"),
        ({"id_number": _number("99010519491231002")}, "id-number-region", "id_number"),
        ({"id_number": _number("11010519490231002")}, "id-number-birth-date", "id_number"),
        ({"id_number": _number("11010520991231002")}, "id-number-birth-date", "id_number"),
        ({"phone": "1380013800"}, "mobile-number-format", "phone"),
        ({"phone": "+14155550100"}, "mobile-number-format", "phone"),
        ({"phone": "10000000000"}, "mobile-number-range", "phone"),
    ],
)
def test_a_wrong_format_is_refused_by_field(
    api: Api, path: str, given: dict[str, str], code: str, field: str
) -> None:
    # given a form with one wrong value
    wrong = form(new_person(), "123456") | given
    # when it is sent
    answer = api.post(path, json=wrong)
    # then the refusal names the field, and never says the value again
    assert refusal(answer) == (422, code, field)
    assert next(iter(given.values())) not in answer.text


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"name": "王" * 101}, "name"),
        ({"id_number": "1" * 33}, "id_number"),
        ({"phone": "1" * 33}, "phone"),
        ({"sms_code": "12345"}, "sms_code"),
        ({"sms_code": "12345a"}, "sms_code"),
        ({"device": "x" * 101}, "device"),
        ({"device": "nul\0byte"}, "device"),
        ({"device": None}, "device"),
    ],
)
def test_a_form_that_is_not_as_documented_is_refused_by_field(
    api: Api, path: str, given: dict[str, str], field: str
) -> None:
    # given a person with a right code
    person = new_person()
    wrong = form(person, sms_code(api, person)) | given
    # when a malformed form is sent, then the answer names the field
    assert invalid_fields(api.post(path, json=wrong)) == {field}


@pytest.mark.parametrize("path", PATHS)
def test_a_wrong_code_registers_nobody(api: Api, path: str) -> None:
    # given a person whose code is another one
    person = new_person()
    code = sms_code(api, person)
    wrong = f"{(int(code) + 1) % 10**6:06}"
    # when they guess
    before = api.appended()
    answer = api.post(path, json=form(person, wrong))
    # then nothing happened, and the right code still works
    assert refusal(answer) == (403, "sms-code-wrong", "sms_code")
    assert api.appended() == before
    assert api.post(path, json=form(person, code)).status_code == 201


@pytest.mark.parametrize("path", PATHS)
def test_a_phone_has_one_account(api: Api, path: str) -> None:
    # given a registered worker, and somebody else with the worker's phone in hand
    worker, other = register_worker(api), new_person()
    stolen = form(other, sms_code(api, worker.person)) | {"phone": str(worker.person.phone)}
    # when they register with it, then the phone is taken, whatever the role
    assert refusal(api.post(path, json=stolen)) == (409, "phone-taken", None)


@pytest.mark.parametrize("path", PATHS)
def test_an_id_number_has_one_account(api: Api, path: str) -> None:
    # given a registered consumer, and somebody else who knows their ID number
    consumer, other = register_consumer(api), new_person()
    typed = str(consumer.person.id_number).replace("X", "x")
    stolen = form(other, sms_code(api, other)) | {"id_number": f" {typed} "}
    # when they register with it, then the number is taken, however it is typed
    assert refusal(api.post(path, json=stolen)) == (409, "id-number-taken", None)


def test_before_the_code_is_right_nothing_tells_whether_somebody_is_registered(api: Api) -> None:
    # given a registered worker
    known, unknown = register_worker(api).person, new_person()
    # when a stranger without codes tries the known and an unknown person
    answers = [api.post("/v1/workers", json=form(person, "000000")) for person in (known, unknown)]
    # then both answers are the same to the byte
    assert answers[0].content == answers[1].content
    assert refusal(answers[0])[1] == "sms-code-wrong"


def test_my_account_is_masked(api: Api) -> None:
    # given a consumer
    consumer = register_consumer(api)
    # when they look at their own account
    answer = api.get("/v1/me", consumer.token)
    # then the name is there, ID number and phone are masked
    id_number, phone = str(consumer.person.id_number), str(consumer.person.phone)
    assert answer.json()["name"] == str(consumer.person.name)
    assert answer.json()["id_number"] == f"{id_number[0]}{'*' * 16}{id_number[-1]}"
    assert answer.json()["phone"] == f"{phone[3:6]}****{phone[-4:]}"
    assert id_number not in answer.text
    assert phone[3:] not in answer.text


def test_my_account_tells_how_far_the_registration_is(api: Api) -> None:
    # given a worker who has only registered, and a complete one
    fresh, complete = register_worker(api), complete_worker(api)
    # when both look at their account
    steps = [
        (me["identity_assurance"], bool(me["letter_scopes"]), me["registration_complete"])
        for me in (visitor.client.get("/v1/me") for visitor in (fresh, complete))
    ]
    # then each sees the steps that are done
    assert steps == [(None, False, False), ("kiosk", True, True)]


def test_nobody_sees_an_account_without_a_session(api: Api) -> None:
    refused("token-invalid", lambda: api.client().get("/v1/me"))


def test_a_number_that_nobody_proved_can_be_contested_by_a_worker(api: Api) -> None:
    # given somebody who squats a number
    squatter, other = register_worker(api), new_person()
    own = form(other, sms_code(api, other)) | {"id_number": str(squatter.person.id_number)}
    # when the worker whose number it is contests it
    answer = api.post("/v1/workers", json=own | {"contest_id_number": True})
    # then there is an account that holds no number yet, and the squatter still has the number until the card
    assert answer.status_code == 201
    states = [
        api.get("/v1/me", token).json()["id_number_state"]
        for token in (answer.json()["tokens"]["access_token"], squatter.token)
    ]
    assert states == ["lost", "provisional"]


def test_a_proven_number_cannot_be_contested(api: Api) -> None:
    worker, other = complete_worker(api), new_person()
    own = form(other, sms_code(api, other)) | {"id_number": str(worker.person.id_number)}
    answer = api.post("/v1/workers", json=own | {"contest_id_number": True})
    assert refusal(answer) == (409, "id-number-taken", None)
    assert worker.client.get("/v1/me")["id_number_state"] == "proven"
