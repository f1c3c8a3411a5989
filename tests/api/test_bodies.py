"""What somebody sends has an end: bodies, told or not how long, what is nested in them, and headers."""

import socket
import tempfile
from collections.abc import Iterator
from urllib.parse import urlsplit
from uuid import uuid4

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.http import uploads
from api.http.bodies import MAX_BODY_BYTES, MAX_DEPTH, MAX_FORM_BYTES, is_too_deep
from domain.staff import STAFF_ROLES
from jiazheng.demo.camera import uploaded
from jiazheng.serving import MAX_HEAD_BYTES
from tests.controls.api import Api, bearer
from tests.controls.people import registered_worker
from tests.controls.problems import refusal
from tests.controls.routes import OPERATIONS, Operation, a_session_role
from tests.controls.visitors import at_desk, complete_worker, face, register_worker, signed_in

TOO_LARGE = (413, "body-too-large", None)
ANSWER_SECONDS = 30.0


def chunked(size: int) -> Iterator[bytes]:
    """A body whose length is not told."""
    for _ in range(size // 65_536 + 1):
        yield b" " * 65_536


def test_a_body_of_unknown_length_is_read_up_to_the_limit(api: Api) -> None:
    headers = {"Content-Type": "application/json"}
    answer = api.post("/v1/sms-codes", content=chunked(MAX_BODY_BYTES), headers=headers)
    assert refusal(answer) == TOO_LARGE


def test_a_form_of_unknown_length_is_read_up_to_its_own_limit(api: Api) -> None:
    # given a form that could hold a picture
    headers = {"Content-Type": "multipart/form-data; boundary=x"}
    token = register_worker(api).token
    # when it is longer than other bodies may be, and than itself may be
    answers = [
        api.post("/v1/check-ins", token, content=chunked(size), headers=headers)
        for size in (MAX_BODY_BYTES, MAX_FORM_BYTES)
    ]
    # then only the second is refused for its length
    assert answers[0].status_code != 413
    assert refusal(answers[1]) == TOO_LARGE


def test_a_file_of_unknown_length_is_read_up_to_its_own_limit(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploads, "MAX_UPLOAD_BYTES", 100_000)
    token = at_desk(api, "editor").access_token
    answer = api.post(
        "/v1/enterprise-imports", token, content=chunked(100_000), headers={"Content-Type": "text/csv"}
    )
    assert refusal(answer) == TOO_LARGE


def test_large_pictures_are_written_to_no_file(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    # given a process that can write no temporary files
    monkeypatch.setattr(tempfile, "tempdir", "/nowhere")
    # when somebody sends pictures of some megabytes
    worker, pictures = complete_worker(api), [bytes(700 * 1024)] * 8
    form = face(api, worker.token, "check_in") | {"files": uploaded(pictures)}
    answer = api.post("/v1/check-ins", worker.token, **form)
    # then it is looked at all the same
    assert refusal(answer)[1] == "photo-not-an-image"


def answered(api: Api, head: str) -> str:
    """The first line of the answer to a head that promises a body which never comes."""
    where = urlsplit(api.url)
    with socket.create_connection((where.hostname, where.port), ANSWER_SECONDS) as connection:
        connection.sendall(head.encode())
        return connection.recv(4096).decode(errors="replace").partition("\r\n")[0]


@pytest.mark.parametrize("operation", [one for one in OPERATIONS if one.template != "/v1/push"], ids=str)
def test_no_route_waits_for_a_body_that_says_it_is_too_long(api: Api, operation: Operation) -> None:
    # given somebody who may call the route
    role = a_session_role(operation)
    person = registered_worker(api.parts.ledger, api.clock).subject
    subject = uuid4() if role in STAFF_ROLES else person
    token = signed_in(api, subject, role).access_token if role else None
    headers = {"Host": "ledger", "Content-Type": "application/json", "Content-Length": "10" * 7}
    headers |= {"Idempotency-Key": "some-fresh-key", **bearer(token)}
    lines = [f"{operation.method} {operation.path} HTTP/1.1", *(f"{k}: {v}" for k, v in headers.items())]
    # when they promise more than is read
    line = answered(api, "\r\n".join([*lines, "", ""]))
    # then the answer comes before the body; a route that takes none does not look at it
    if operation.method in ("POST", "PUT"):
        assert line.startswith("HTTP/1.1 413 ")
    else:
        assert line.startswith("HTTP/1.1 ")


def test_headers_have_an_end(api: Api) -> None:
    # given a request whose headers go on and on
    head = "GET /v1/health HTTP/1.1\r\nHost: ledger\r\nX-Long: " + "x" * (MAX_HEAD_BYTES + 1)
    # then nobody waits for their end
    assert answered(api, head).startswith("HTTP/1.1 400 ")


@pytest.mark.parametrize("end", [b"]", b""])
@pytest.mark.parametrize("depth", [MAX_DEPTH + 1, 900, 100_000])
@pytest.mark.parametrize("path", ["/v1/sms-codes", "/v1/staff-sessions"])
def test_what_is_nested_deeper_than_any_form_is_refused(api: Api, path: str, depth: int, end: bytes) -> None:
    body = b'{"credential": ' + b"[" * depth + end * depth + b"}"
    answer = api.post(path, content=body, headers={"Content-Type": "application/json"})
    assert refusal(answer) == (400, "body-too-deep", None)


def test_brackets_in_a_text_are_not_nested(api: Api) -> None:
    answer: httpx.Response = api.post("/v1/sms-codes", json={"phone": "[" * 25 + '"{' * 20})
    assert refusal(answer)[1] != "body-too-deep"


@given(st.text(), st.integers(0, 2 * MAX_DEPTH))
def test_depth_is_counted_outside_texts_only(text: str, depth: int) -> None:
    # given any text as JSON writes it, nested so deep
    body = b"[" * depth + httpx.Request("POST", "http://ledger", json=text).content + b"]" * depth
    # then only the nesting counts
    assert is_too_deep(body) == (depth > MAX_DEPTH)
