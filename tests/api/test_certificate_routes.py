"""The certificate's code and its scan: POST /v1/certificate-codes, POST /v1/disclosures."""

from base64 import b64decode
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Final

import httpx
import pytest

from jiazheng.demo.qr_scanner import read_qr
from tests.controls.api import Api
from tests.controls.certificates import shown
from tests.controls.problems import invalid_fields, refusal
from tests.controls.visitors import Visitor, complete_worker, register_consumer, register_worker, signed_in
from tests.controls.workers import THIRTY_DAYS, again, signed_worker, worker_of_a_narrower_letter

A_MICROSECOND: Final = timedelta(microseconds=1)
MINUTE: Final = timedelta(seconds=60)


def scanned(api: Api, consumer: Visitor, code: str, scopes: tuple[str, ...] = ("basic",)) -> httpx.Response:
    """Scan a code."""
    return api.post("/v1/disclosures", consumer.token, json={"code": code, "scopes": list(scopes)})


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


def test_a_scan_prompts_the_worker_for_two_minutes(api: Api) -> None:
    # given a worker and a consumer
    worker, consumer = complete_worker(api), register_consumer(api)
    # when the consumer scans
    answer = scanned(api, consumer, shown(worker), ("basic", "tax"))
    # then the request waits for the worker
    disclosure = answer.json()
    assert answer.status_code == 201
    assert (disclosure["status"], disclosure["scopes"]) == ("pending", ["basic", "tax"])
    assert (disclosure["approved_scopes"], disclosure["readable_until"]) == ([], None)
    assert datetime.fromisoformat(disclosure["expires_at"]) == api.clock() + timedelta(seconds=120)


def test_a_worker_scans_as_a_consumer_does(api: Api) -> None:
    worker, colleague = complete_worker(api), complete_worker(api)
    assert scanned(api, colleague, shown(worker)).status_code == 201


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


@pytest.mark.parametrize("after", [timedelta(0), MINUTE])
def test_a_code_opens_one_request_for_anybody(api: Api, after: timedelta) -> None:
    # given a code that a consumer has scanned
    worker, first, second = complete_worker(api), register_consumer(api), register_consumer(api)
    code = shown(worker)
    scanned(api, first, code)
    # when it is scanned again, by the same or by somebody else, until its last instant
    api.clock.advance(after)
    again = [scanned(api, consumer, code) for consumer in (first, second)]
    # then it was used
    assert {refusal(answer) for answer in again} == {(409, "code-already-used", None)}


def test_of_twenty_scans_at_once_one_opens_a_request(api: Api) -> None:
    # given a code in front of twenty phones
    worker, consumers = complete_worker(api), [register_consumer(api) for _ in range(4)]
    code = shown(worker)
    # when all scan it at the same time
    with ThreadPoolExecutor(20) as phones:
        answers = list(phones.map(lambda nth: scanned(api, consumers[nth % 4], code), range(20)))
    # then one got through
    statuses = Counter(answer.status_code for answer in answers)
    assert statuses == {201: 1, 409: 19}
    assert {refusal(a)[1] for a in answers if a.status_code == 409} == {"code-already-used"}


def test_nobody_scans_their_own_certificate(api: Api) -> None:
    worker = complete_worker(api)
    assert refusal(scanned(api, worker, shown(worker))) == (409, "own-certificate", None)


@pytest.mark.parametrize("scopes", [[], ["basic"] * 9, ["salary"], ["basic", "salary"]])
def test_a_scope_that_does_not_exist_is_refused(api: Api, scopes: list[str]) -> None:
    consumer = register_consumer(api)
    body = {"code": "whatever", "scopes": scopes}
    fields = invalid_fields(api.post("/v1/disclosures", consumer.token, json=body))
    assert {field.partition(".")[0] for field in fields} == {"scopes"}


def test_a_scope_that_the_letter_does_not_cover_is_refused(api: Api) -> None:
    # given a worker whose letter covers the basic information alone
    worker, consumer = worker_of_a_narrower_letter(api), register_consumer(api)
    code = shown(worker)
    # when more is asked for
    answer = scanned(api, consumer, code, ("basic", "tax"))
    # then it is refused, and the code is not used up
    assert refusal(answer) == (422, "scope-not-covered", "scopes")
    assert scanned(api, consumer, code).status_code == 201


def test_a_worker_who_may_not_disclose_prompts_for_nothing(api: Api) -> None:
    # given fresh codes of a worker who then revoked, and of one who then became overdue
    revoking, overdue = complete_worker(api), complete_worker(api)
    api.clock.advance(THIRTY_DAYS - timedelta(seconds=90))
    consumer = register_consumer(api)
    revoking_again, overdue_again = again(api, revoking), again(api, overdue)
    codes = shown(revoking_again), shown(overdue_again)
    revoking_again.client.post("/v1/letter-revocations")
    api.clock.advance(timedelta(seconds=30))
    # when both are scanned, then neither opens a request
    answers = [scanned(api, consumer, code) for code in codes]
    assert [refusal(answer)[1] for answer in answers] == ["letter-not-in-force", "check-in-overdue"]
