"""Errors as RFC 9457 problems."""

from typing import Any
from uuid import uuid4

import httpx
import pytest

from api.http.bodies import MAX_BODY_BYTES, MAX_FORM_BYTES
from api.http.problem_texts import TEXTS
from tests.controls.api import Api
from tests.controls.enterprises import report_of, uploaded
from tests.controls.visitors import complete_worker, face, register_worker, signed_in, staff_client


def problem(answer: httpx.Response, status: int, code: str) -> dict[str, Any]:
    """The body of an answer that must be this problem, whole and well-formed."""
    said: dict[str, Any] = answer.json()
    assert answer.headers["content-type"] == "application/problem+json"
    assert (answer.status_code, said["code"]) == (status, code)
    assert said["status"] == status
    assert said["type"] == f"/problems/{code}"
    assert (said["title"], said["detail"]) == TEXTS[code]
    return said


def test_an_unknown_path_is_a_problem(api: Api) -> None:
    problem(api.get("/v1/nothing-here"), 404, "not-found")


def test_a_wrong_method_is_a_problem(api: Api) -> None:
    answer = api.http.put("/v1/letter")
    problem(answer, 405, "method-not-allowed")
    assert answer.headers["allow"] == "GET"


@pytest.mark.parametrize("path", ["/v1/enterprises/", "/v1/me/", "/download/"])
def test_an_address_with_a_slash_too_many_leads_nowhere(api: Api, path: str) -> None:
    problem(api.get(path), 404, "not-found")


def test_no_cache_keeps_a_problem(api: Api) -> None:
    # given problems of a route, and such as no route is reached for
    answers = (api.get("/v1/me"), api.get("/v1/nothing-here"), api.http.put("/v1/letter"))
    # then none may be kept, though of its own accord a cache may keep a 404 and a 405
    assert [answer.headers["cache-control"] for answer in answers] == ["no-store"] * len(answers)


@pytest.mark.parametrize("path", ["/v1/sms-codes", "/v1/workers", "/v1/sessions"])
@pytest.mark.parametrize("body", [b"{", b"", b"null", b"[]", b"\xff\xfe", b'{"phone": NaN}'])
def test_a_body_that_is_not_the_documented_json_is_a_problem(api: Api, path: str, body: bytes) -> None:
    answer = api.post(path, content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code in (400, 422)
    problem(answer, answer.status_code, "bad-request" if answer.status_code == 400 else "request-invalid")


def test_a_body_that_is_no_json_is_nobody_s_field(api: Api) -> None:
    answer = api.post("/v1/sms-codes", content=b"{", headers={"Content-Type": "application/json"})
    assert answer.json()["errors"] == [{"field": "", "code": "json_invalid"}]


@pytest.mark.parametrize(
    "media_type", ["text/plain", "application/xml", "multipart/form-data; boundary=x", ""]
)
def test_json_under_another_media_type_is_a_problem(api: Api, media_type: str) -> None:
    headers = {"Content-Type": media_type}
    answer = api.post("/v1/sms-codes", content=b'{"phone": "13800138000"}', headers=headers)
    problem(answer, 422, "request-invalid")


@pytest.mark.parametrize(
    "media_type", ["multipart/form-data", "multipart/form-data; boundary=", "multipart/form-data; boundary=x"]
)
def test_a_broken_multipart_body_is_a_problem(api: Api, media_type: str) -> None:
    token = signed_in(api, uuid4(), "worker").access_token
    answer = api.post("/v1/check-ins", token, content=b"--y\r\n", headers={"Content-Type": media_type})
    assert answer.status_code in (400, 422)
    assert answer.headers["content-type"] == "application/problem+json"


def test_a_body_above_the_limit_is_refused_and_the_key_stays_free(api: Api) -> None:
    # given a key
    key = str(uuid4())
    # when too large a body comes under it
    headers = {"Content-Type": "application/json"}
    answer = api.post("/v1/sms-codes", key=key, content=b" " * (MAX_BODY_BYTES + 1), headers=headers)
    # then it is refused, and the same key serves a request of the right size
    problem(answer, 413, "body-too-large")
    assert api.post("/v1/sms-codes", key=key, json={"phone": "13900139000"}).status_code == 202


def test_an_import_may_be_larger_than_a_picture(api: Api) -> None:
    lines = (b"x" * 60_000 + b",,,,,\n") * (MAX_FORM_BYTES // 60_000 + 1)
    answer = uploaded(api, b"uscc,name,brand,province,city,status\n" + lines)
    assert report_of(api, answer)["accepted"] == 0


def test_an_invalid_identifier_names_the_field_of_the_form(api: Api) -> None:
    # given a form with one wrong identifier each
    right = {"name": "王芳", "id_number": "11010519491231002X", "phone": "13800138000"}
    wrong = {"name": "王", "id_number": "110105194912310021", "phone": "12345"}
    for field, value in wrong.items():
        # when it is sent
        body = right | {field: value, "sms_code": "123456", "device": "phone"}
        answer = api.post("/v1/workers", json=body)
        # then the problem names the field as the form does
        assert answer.status_code == 422
        assert answer.json()["field"] == field


def test_every_wrong_field_is_named_with_its_mistake(api: Api) -> None:
    answer = api.post("/v1/sessions", json={"phone": 1, "sms_code": "12"})
    said = problem(answer, 422, "request-invalid")
    assert said["errors"] == [
        {"field": "phone", "code": "string_type"},
        {"field": "sms_code", "code": "string_pattern_mismatch"},
        {"field": "device", "code": "missing"},
    ]


@pytest.mark.parametrize("parameter", ["enterprise_id", "limit", "cursor"])
def test_wrong_parameters_are_problems(api: Api, parameter: str) -> None:
    path = "/v1/enterprises/not-an-id" if parameter == "enterprise_id" else "/v1/enterprises"
    wrong = {"limit": "0", "cursor": "x" * 501}
    answer = api.get(path, params={name: text for name, text in wrong.items() if name == parameter})
    assert [error["field"] for error in problem(answer, 422, "request-invalid")["errors"]] == [parameter]


@pytest.mark.parametrize("field", ["text", "uscc", "province", "city"])
@pytest.mark.parametrize("text", ["\x00", "\u202e", "%", "\\", "'"])
def test_a_search_never_breaks_on_strange_characters(api: Api, field: str, text: str) -> None:
    answer = api.get("/v1/enterprises", params={field: text})
    assert answer.status_code in (200, 422)


@pytest.mark.parametrize("character", ["\\u0000", "\\ud800"])
def test_characters_that_no_database_keeps_are_a_problem(api: Api, character: str) -> None:
    # given a request whose texts the log or a table would have to keep
    token = staff_client(api, "administrator").access_token
    key = f'"public_key": {{"kty": "OKP", "crv": "Ed25519", "x": "{character}"}}'
    body = f'{{"site": "窗口{character}", {key}}}'
    # when it is sent
    headers = {"Content-Type": "application/json"}
    answer = api.post("/v1/kiosks", token, content=body.encode(), headers=headers)
    # then it is refused, not failed
    problem(answer, 422, "request-invalid")


def test_a_device_name_with_a_nul_does_not_use_up_the_code(api: Api) -> None:
    visitor = register_worker(api)
    body = {"phone": str(visitor.person.phone), "sms_code": "123456", "device": "\x00"}
    problem(api.post("/v1/sessions", json=body), 422, "request-invalid")


def test_each_failing_check_of_a_face_has_its_own_code(api: Api) -> None:
    # given a worker with an enrolled face
    worker = complete_worker(api)
    broken = {"files": [("frames", ("x.jpg", b"no picture", "image/jpeg"))] * 8}
    # when they send another face, and no picture
    forms = [face(api, worker.token, "check_in", "biden.jpg"), face(api, worker.token, "check_in") | broken]
    answers = [api.post("/v1/check-ins", worker.token, **form) for form in forms]
    # then each is told what is wrong
    assert [answer.json()["code"] for answer in answers] == ["face-not-matched", "photo-not-an-image"]
