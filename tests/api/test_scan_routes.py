"""The scan (扫一扫): once, in time, not too often, and what the letter covers: POST /v1/disclosures."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Final

import pytest

from tests.controls.api import Api
from tests.controls.certificates import scanned, shown
from tests.controls.problems import invalid_fields, refusal
from tests.controls.trails import settled
from tests.controls.visitors import complete_worker, register_consumer
from tests.controls.workers import THIRTY_DAYS, again, worker_of_a_narrower_letter

A_MICROSECOND: Final = timedelta(microseconds=1)
MINUTE: Final = timedelta(seconds=60)


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


def test_a_consumer_prompts_one_worker_five_times_an_hour(api: Api) -> None:
    # given a worker whom a consumer prompted five times
    worker, consumer = complete_worker(api), register_consumer(api)
    for _ in range(5):
        scanned(api, consumer, shown(worker))
    settled(api)
    # when they scan again, then somebody else, and they once more an hour later
    sixth = scanned(api, consumer, shown(worker))
    somebody_else = scanned(api, register_consumer(api), shown(worker))
    api.clock.advance(timedelta(hours=1))
    later = scanned(api, again(api, consumer, "consumer"), shown(again(api, worker)))
    # then the worker is left alone by the one, and can be asked by others
    assert refusal(sixth) == (429, "prompts-too-many", None)
    assert (somebody_else.status_code, later.status_code) == (201, 201)


def test_a_consumer_prompts_twenty_times_an_hour(api: Api) -> None:
    # given a consumer who prompted five workers four times each
    consumer = register_consumer(api)
    workers = [complete_worker(api) for _ in range(5)]
    codes = [shown(worker) for worker in workers for _ in range(4)]
    prompts = [scanned(api, consumer, code) for code in codes]
    settled(api)
    # when they scan another certificate
    answer = scanned(api, consumer, shown(complete_worker(api)))
    # then it is one too many
    assert {prompt.status_code for prompt in prompts} == {201}
    assert refusal(answer) == (429, "prompts-too-many", None)
