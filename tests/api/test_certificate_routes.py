"""The certificate's code and its scan: POST /v1/certificate-codes, POST /v1/disclosures."""

from base64 import b64decode
from datetime import datetime, timedelta
from typing import Final

import httpx
import pytest

from jiazheng.demo.qr_scanner import read_qr
from tests.controls.api import Api
from tests.controls.certificates import scanned, shown
from tests.controls.problems import refusal
from tests.controls.visitors import complete_worker, register_consumer, register_worker, signed_in
from tests.controls.workers import THIRTY_DAYS, signed_worker

A_MICROSECOND: Final = timedelta(microseconds=1)
MINUTE: Final = timedelta(seconds=60)


def test_the_certificate_is_a_picture_of_its_code(api: Api) -> None:
    # given a complete worker
    worker = complete_worker(api)
    # when they show the certificate
    shown_code = worker.client.post("/v1/certificate-codes")
    # then a scanner reads the code, which holds for a minute and tells nothing
    assert read_qr(b64decode(shown_code["qr_png"])) == shown_code["code"]
    assert datetime.fromisoformat(shown_code["expires_at"]) == api.clock() + MINUTE
    assert str(worker.subject) not in shown_code["code"]


def test_every_code_is_another_one(api: Api) -> None:
    worker = complete_worker(api)
    assert len({shown(worker) for _ in range(5)}) == 5


def test_there_is_no_certificate_without_a_letter_in_force(api: Api) -> None:
    # given a worker who has only registered, one who only signed, one who revoked
    revoked = complete_worker(api)
    revoked.client.post("/v1/letter-revocations")
    workers = [register_worker(api), signed_worker(api), revoked]
    # when they ask for a code, then none gets one
    answers = [api.post("/v1/certificate-codes", worker.token) for worker in workers]
    assert {refusal(answer) for answer in answers} == {(403, "letter-not-in-force", None)}


def test_the_certificate_ends_with_the_deadline_itself(api: Api) -> None:
    # given a worker in the last instant of the thirty days, with every background job at rest
    worker = complete_worker(api)
    api.clock.advance(THIRTY_DAYS)
    token = signed_in(api, worker.subject, "worker").access_token
    in_time = api.post("/v1/certificate-codes", token)
    # when that instant is over
    api.clock.advance(A_MICROSECOND)
    # then there is no certificate
    assert in_time.status_code == 201
    assert refusal(api.post("/v1/certificate-codes", token)) == (403, "check-in-overdue", None)


@pytest.mark.parametrize("code", ["", "no code", "A" * 80, "=", "字", "\ud800"])
def test_a_made_up_code_is_refused(api: Api, code: str) -> None:
    consumer = register_consumer(api)
    body = httpx.Request("POST", api.url, json={"code": "?", "scopes": ["basic"]}).content
    escaped = body.replace(b'"?"', f'"{code}"'.encode("ascii", "backslashreplace"))
    kind = {"Content-Type": "application/json"}
    answer = api.post("/v1/disclosures", consumer.token, content=escaped, headers=kind)
    assert refusal(answer)[0] == 422
    assert refusal(answer)[1] in ("code-invalid", "request-invalid")


def test_a_changed_code_is_refused(api: Api) -> None:
    # given a code in which one character was exchanged
    worker, consumer = complete_worker(api), register_consumer(api)
    code = shown(worker)
    changed = code[:30] + ("A" if code[30] != "A" else "B") + code[31:]
    # when it is scanned, then it is none of ours
    assert refusal(scanned(api, consumer, changed)) == (422, "code-invalid", None)


def test_another_kind_of_ticket_is_no_code(api: Api) -> None:
    worker, consumer = complete_worker(api), register_consumer(api)
    challenge = worker.client.post("/v1/identity-challenges")["challenge"]
    assert refusal(scanned(api, consumer, challenge)) == (422, "code-invalid", None)


def test_a_code_holds_sixty_seconds(api: Api) -> None:
    # given two codes of a minute ago
    worker, consumer = complete_worker(api), register_consumer(api)
    codes = shown(worker), shown(worker)
    api.clock.advance(MINUTE)
    # when one is scanned in the last instant, and the other after it
    in_time = scanned(api, consumer, codes[0])
    api.clock.advance(A_MICROSECOND)
    # then only the first one opens a request
    assert in_time.status_code == 201
    assert refusal(scanned(api, consumer, codes[1])) == (410, "code-expired", None)
