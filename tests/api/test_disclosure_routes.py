"""A prompt and its two sides: who sees what, refusal, abandonment, expiry."""

from datetime import timedelta
from typing import Final
from uuid import uuid4

import pytest

from tests.controls.api import Api
from tests.controls.certificates import answer, approved, path, requested, status
from tests.controls.problems import refusal
from tests.controls.trails import fields_of
from tests.controls.visitors import (
    Employed,
    Visitor,
    complete_worker,
    register_consumer,
    staff_client,
)

SCOPES: Final = ("basic", "tax", "health")
STEPS: Final = ("refusal", "abandonment", "views")
PROMPT: Final = timedelta(seconds=120)


def test_each_side_sees_its_half_of_the_digits(worker: Employed, consumer: Visitor) -> None:
    # given a request
    disclosure = requested(worker, consumer, SCOPES)
    # when both sides look at it
    prompt, own = worker.client.get(path(disclosure)), consumer.client.get(path(disclosure))
    # then the consumer sees the digits, the worker three choices, and a masked name
    assert own["digits"] == disclosure["digits"]
    assert (own["choices"], prompt["digits"]) == (None, None)
    assert len(set(prompt["choices"])) == 3
    assert own["digits"] in prompt["choices"]
    assert prompt["consumer_name"] == consumer.person.name.masked()
    assert prompt["scopes"] == list(SCOPES)


def test_strangers_see_no_disclosure(api: Api, worker: Employed, consumer: Visitor) -> None:
    # given a request, and people who have no part in it
    disclosure = requested(worker, consumer, SCOPES)
    strangers = [register_consumer(api), complete_worker(api)]
    # when they look or act
    looks = [api.get(path(disclosure), stranger.token) for stranger in strangers]
    acts = [api.post(path(disclosure, step), strangers[1].token) for step in STEPS]
    # then for them there is no such thing
    assert {refusal(one) for one in [*looks, *acts]} == {(404, "not-found", None)}


def test_an_id_of_none_is_not_found(api: Api, worker: Employed) -> None:
    nothing = {"disclosure_id": str(uuid4()), "digits": "10"}
    answers = [
        api.get(path(nothing), worker.token),
        api.post(path(nothing, "approval"), worker.token, **answer(worker, nothing, "basic")),
        *(api.post(path(nothing, step), worker.token) for step in STEPS),
    ]
    assert {refusal(one) for one in answers} == {(404, "not-found", None)}


@pytest.mark.parametrize("step", ["approval", "refusal", "abandonment"])
def test_an_answer_comes_once(api: Api, worker: Employed, consumer: Visitor, step: str) -> None:
    # given a request that was approved
    disclosure = approved(worker, consumer, SCOPES)
    somebody = consumer if step == "abandonment" else worker
    # when either side answers again, then it is too late
    given = answer(worker, disclosure, "basic") if step == "approval" else {}
    answered = api.post(path(disclosure, step), somebody.token, **given)
    assert refusal(answered) == (409, "disclosure-not-pending", None)


@pytest.mark.parametrize("step", ["approval", "refusal", "abandonment"])
def test_a_request_expires_by_the_clock(api: Api, worker: Employed, consumer: Visitor, step: str) -> None:
    # given a request, two minutes later, with every background job at rest
    disclosure = requested(worker, consumer, SCOPES)
    api.clock.advance(PROMPT + timedelta(microseconds=1))
    somebody = consumer if step == "abandonment" else worker
    # when somebody answers
    given = answer(worker, disclosure, "basic") if step == "approval" else {}
    answered = api.post(path(disclosure, step), somebody.token, **given)
    # then it is over
    assert refusal(answered) == (410, "disclosure-expired", None)
    assert status(worker, disclosure) == status(consumer, disclosure) == "expired"


def test_the_worker_refuses(api: Api, worker: Employed, consumer: Visitor) -> None:
    disclosure = requested(worker, consumer, SCOPES)
    worker.client.post(path(disclosure, "refusal"))
    assert status(consumer, disclosure) == "declined"
    assert fields_of(api, worker, "jz.disclosure.declined")[0]["because"] == "refused"


def test_the_consumer_cannot_answer_for_the_worker(api: Api, worker: Employed) -> None:
    # given a colleague who scanned as a consumer: the role alone would let them answer
    colleague = complete_worker(api)
    disclosure = requested(worker, colleague, SCOPES)
    # when they approve or refuse their own request
    answers = [
        api.post(path(disclosure, "approval"), colleague.token, **answer(colleague, disclosure, "basic")),
        api.post(path(disclosure, "refusal"), colleague.token),
    ]
    # then it is not theirs to answer
    assert {refusal(one) for one in answers} == {(404, "not-found", None)}
    assert status(worker, disclosure) == "pending"


def test_only_the_consumer_abandons(api: Api, worker: Employed, consumer: Visitor) -> None:
    # given a request
    disclosure = requested(worker, consumer, SCOPES)
    # when the worker and then the consumer give it up
    tried = api.post(path(disclosure, "abandonment"), worker.token)
    consumer.client.post(path(disclosure, "abandonment"))
    # then only the consumer could
    assert refusal(tried) == (404, "not-found", None)
    assert status(worker, disclosure) == "abandoned"


def test_staff_take_no_part_in_disclosures(api: Api, worker: Employed, consumer: Visitor) -> None:
    disclosure = requested(worker, consumer, SCOPES)
    operator = staff_client(api, "operator", worker.enterprise)
    assert refusal(api.get(path(disclosure), operator.access_token)) == (403, "not-allowed", None)
