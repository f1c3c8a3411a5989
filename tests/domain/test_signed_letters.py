"""What becomes of the letters that a worker signed: each is kept, with when and how it ended."""

import pytest

from domain.rejections import Reason
from domain.worker import Worker
from tests.controls import aggregates
from tests.controls.aggregates import BY_FACE
from tests.controls.letters import FIRST_TEXT, NEW_TEXT
from tests.controls.moments import HOUR, NOON, cause, refused

LATER, LATE = NOON + HOUR, NOON + 2 * HOUR


def ends(worker: Worker) -> list[tuple[object, object]]:
    """Of each letter, when it was revoked and when it was replaced."""
    return [(letter.revoked_at, letter.replaced_at) for letter in worker.letters]


def worker_with_replaced_letter() -> Worker:
    """The new text was signed at noon, and authorized later."""
    worker = aggregates.complete_worker()
    worker.sign_letter(cause(), NEW_TEXT, NEW_TEXT.text_sha256)
    worker.authorize_letter(cause(LATER), BY_FACE)
    return worker


def test_a_letter_is_replaced_when_the_new_one_is_authorized() -> None:
    worker = worker_with_replaced_letter()
    assert ends(worker) == [(None, LATER), (None, None)]
    assert [letter.ended_at for letter in worker.letters] == [LATER, None]


def test_a_replaced_letter_stays_so_when_its_successor_is_revoked() -> None:
    worker = worker_with_replaced_letter()
    worker.revoke_letter(cause(LATE))
    assert ends(worker) == [(None, LATER), (LATE, None)]


def test_a_revoked_letter_stays_so_when_another_one_is_authorized() -> None:
    # given a letter that was revoked
    worker = aggregates.complete_worker()
    worker.revoke_letter(cause(LATER))
    # when the worker signs and authorizes anew
    worker.sign_letter(cause(LATE), FIRST_TEXT, FIRST_TEXT.text_sha256)
    worker.authorize_letter(cause(LATE), BY_FACE)
    # then it was not replaced
    assert ends(worker) == [(LATER, None), (None, None)]


def test_a_revocation_revokes_what_was_signed_in_its_place_too() -> None:
    worker = aggregates.complete_worker()
    worker.sign_letter(cause(), NEW_TEXT, NEW_TEXT.text_sha256)
    worker.revoke_letter(cause(LATER))
    assert ends(worker) == [(LATER, None), (LATER, None)]


def test_of_what_was_signed_twice_the_last_one_waits_and_the_one_before_is_replaced() -> None:
    # given a letter that waits for its authorization
    worker = aggregates.worker_with_signature()
    # when the worker signs once more
    worker.sign_letter(cause(LATER), FIRST_TEXT, FIRST_TEXT.text_sha256)
    # then the first one waits no more, and is not authorized with the second
    assert [letter.is_pending for letter in worker.letters] == [False, True]
    worker.authorize_letter(cause(LATE), BY_FACE)
    assert ends(worker) == [(None, LATER), (None, None)]
    assert [letter.authorized_at for letter in worker.letters] == [None, LATE]


def test_a_letter_is_found_by_its_number_in_the_order_of_signing() -> None:
    worker = worker_with_replaced_letter()
    found = [worker.find_letter(number) for number in (1, 2)]
    assert [letter.number for letter in found] == [1, 2]
    assert [letter.version for letter in found] == [FIRST_TEXT.version, NEW_TEXT.version]


@pytest.mark.parametrize("number", [-1, 0, 3])
def test_a_number_that_no_letter_has_is_refused(number: int) -> None:
    with refused(Reason.NOT_FOUND):
        worker_with_replaced_letter().find_letter(number)
