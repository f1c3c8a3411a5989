"""A process dies between the append and the answer: the repeated request succeeds, nothing is doubled."""

from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

import pytest

from tests.controls.api import Api
from tests.controls.presence_requests import PRESENCE_REQUESTS
from tests.controls.requests import REQUESTS, Post, posting, scan
from tests.controls.visitors import complete_worker, face


def forget_answer(api: Api, key: str) -> None:
    """Leave what a process leaves that died after the append: an attempt without an answer, its time over."""
    with api.parts.ledger.pool.connection() as connection:
        connection.execute(
            "UPDATE ops.answers SET status = NULL, sealed = NULL, locked_until = %s WHERE request_key = %s",
            (api.clock(), key),
        )


@pytest.mark.parametrize(
    "request_of", [*REQUESTS, *PRESENCE_REQUESTS], ids=lambda function: function.__name__
)
def test_a_request_whose_answer_was_lost_is_answered_and_not_done_twice(
    api: Api, request_of: Callable[[Api], Post]
) -> None:
    # given a request that was carried out by a process that died before it kept the answer
    post, key = request_of(api), str(uuid4())
    first = post(key)
    assert first.is_success, first.text
    forget_answer(api, key)
    after = api.appended()
    # when it is repeated
    again = post(key)
    # then it succeeds, at the same place of the log, and nothing is appended again
    assert again.status_code == first.status_code, again.text
    assert again.headers["ledger-position"] == first.headers["ledger-position"]
    assert api.appended() == after


def test_a_scan_is_answered_even_after_its_code_has_expired(api: Api) -> None:
    # given a scan by a process that died; a minute passes before another one may take over
    post, key = scan(api), str(uuid4())
    first = post(key)
    forget_answer(api, key)
    api.clock.advance(timedelta(seconds=61))
    # when it is repeated, then the consumer gets the disclosure that the worker was asked for
    again = post(key)
    assert again.json() == first.json()
    assert again.headers["ledger-position"] == first.headers["ledger-position"]


def test_a_failed_face_check_is_not_taken_for_the_step_itself(api: Api) -> None:
    # given a check-in that was refused and recorded, without its answer kept
    worker, key = complete_worker(api), str(uuid4())
    post = posting(api, "/v1/check-ins", worker.token, **face(api, worker.token, "check_in", "biden.jpg"))
    assert post(key).json()["code"] == "face-not-matched"
    forget_answer(api, key)
    # when it is repeated, then it is refused again
    assert post(key).json()["code"] == "face-not-matched"
