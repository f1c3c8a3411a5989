"""The worker's approval (授权): the digits, the scopes, the face, in time and once."""

from datetime import timedelta
from typing import Any, Final

import pytest

from tests.controls.api import Api
from tests.controls.certificates import answer, path, requested, status
from tests.controls.problems import invalid_fields, refusal
from tests.controls.trails import fields_of
from tests.controls.visitors import (
    OTHER_FACE,
    Employed,
    Visitor,
    face,
)

SCOPES: Final = ("basic", "tax", "health")
PROMPT: Final = timedelta(seconds=120)


def test_an_approval_opens_the_approved_scopes_for_half_an_hour(
    api: Api, worker: Employed, consumer: Visitor
) -> None:
    # given a request for three scopes
    disclosure = requested(worker, consumer, SCOPES)
    # when the worker approves two
    worker.client.post(path(disclosure, "approval"), **answer(worker, disclosure, "basic", "health"))
    # then the consumer may read those
    seen = consumer.client.get(path(disclosure))
    assert (seen["status"], seen["approved_scopes"]) == ("approved", ["basic", "health"])
    until = (api.clock() + timedelta(minutes=30)).isoformat().replace("+00:00", "Z")
    assert seen["readable_until"] == until


def test_a_scope_named_twice_is_approved_once(api: Api, worker: Employed, consumer: Visitor) -> None:
    disclosure = requested(worker, consumer, SCOPES)
    given = answer(worker, disclosure, "basic", "tax", *["basic"] * 100)
    assert api.post(path(disclosure, "approval"), worker.token, **given).is_success
    assert consumer.client.get(path(disclosure))["approved_scopes"] == ["basic", "tax"]


def test_wrong_digits_end_the_request(api: Api, worker: Employed, consumer: Visitor) -> None:
    # given a worker before whom a relayed code was shown
    disclosure = requested(worker, consumer, SCOPES)
    prompt = worker.client.get(path(disclosure))
    wrong = next(choice for choice in prompt["choices"] if choice != disclosure["digits"])
    # when they pick other digits
    picked = api.post(
        path(disclosure, "approval"), worker.token, **answer(worker, disclosure, "tax", digits=wrong)
    )
    # then the request is over, and the right digits come too late
    assert refusal(picked) == (403, "digits-wrong", "digits")
    assert status(consumer, disclosure) == "declined"
    late = api.post(path(disclosure, "approval"), worker.token, **answer(worker, disclosure, "tax"))
    assert refusal(late) == (409, "disclosure-not-pending", None)
    assert fields_of(api, worker, "jz.disclosure.declined")[0]["because"] == "digits_wrong"


@pytest.mark.parametrize("scopes", [("identity",), ("basic", "identity")])
def test_what_was_not_asked_for_cannot_be_approved(
    api: Api, worker: Employed, consumer: Visitor, scopes: tuple[str, ...]
) -> None:
    disclosure = requested(worker, consumer, SCOPES)
    answered = api.post(path(disclosure, "approval"), worker.token, **answer(worker, disclosure, *scopes))
    assert refusal(answered) == (422, "scope-not-covered", "scopes")
    assert status(consumer, disclosure) == "pending"


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({"digits": "1", "scopes": ["basic"]}, "digits"),
        ({"digits": "1a", "scopes": ["basic"]}, "digits"),
        ({"scopes": ["basic"]}, "digits"),
        ({"digits": "10"}, "scopes"),
        ({"digits": "10", "scopes": ["salary"]}, "scopes.0"),
    ],
)
def test_an_approval_that_is_not_as_documented_is_refused_by_field(
    api: Api, worker: Employed, consumer: Visitor, data: dict[str, Any], field: str
) -> None:
    disclosure = requested(worker, consumer, SCOPES)
    answered = api.post(
        path(disclosure, "approval"), worker.token, **face(api, worker.token, "disclosure", **data)
    )
    assert invalid_fields(answered) == {field}
    assert status(consumer, disclosure) == "pending"


def test_an_approval_needs_the_workers_own_face(api: Api, worker: Employed, consumer: Visitor) -> None:
    # given a request
    disclosure = requested(worker, consumer, SCOPES)
    given = answer(worker, disclosure, "basic")
    another = face(api, worker.token, "disclosure", OTHER_FACE, **given["data"])
    # when it is approved with somebody else's face, and with no picture at all
    other = api.post(path(disclosure, "approval"), worker.token, **another)
    bare = api.post(path(disclosure, "approval"), worker.token, data=given["data"], files={"x": b""})
    # then it waits on, and the other face is on record
    assert refusal(other) == (403, "face-not-matched", "frames")
    assert invalid_fields(bare) == {"frames"}
    assert status(consumer, disclosure) == "pending"
    attempt = fields_of(api, worker, "jz.face_checks.attempted")[-1]
    assert (attempt["purpose"], attempt["verdict"]) == ("disclosure", "rejected")


def test_an_answer_in_the_last_instant_counts(api: Api, worker: Employed, consumer: Visitor) -> None:
    disclosure = requested(worker, consumer, SCOPES)
    api.clock.advance(PROMPT)
    worker.client.post(path(disclosure, "approval"), **answer(worker, disclosure, "basic"))
    assert status(consumer, disclosure) == "approved"
