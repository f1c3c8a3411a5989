"""A face that was compared is on record, also where the step is refused for another reason."""

from collections.abc import Callable
from datetime import timedelta
from typing import Final

import httpx
import pytest

from ledger.use_cases.signing_in import issue_ticket
from tests.controls.api import Api
from tests.controls.devices import PASSCODE, prove, with_passcode
from tests.controls.kiosks import card_of, challenge, registered_kiosk, verified
from tests.controls.people import new_person
from tests.controls.problems import refusal
from tests.controls.recoveries import card_form, recover
from tests.controls.trails import fields_of
from tests.controls.visitors import (
    ENROLLED,
    OTHER_FACE,
    SAME_FACE,
    Visitor,
    complete_worker,
    face,
    register_consumer,
    sms_code,
)
from tests.controls.workers import again, choosing_worker

WRONG_CODE: Final = {"sms_code": "000000"}
Refusing = Callable[[Api], tuple[Visitor, httpx.Response]]


def cancellation(api: Api, picture: str = SAME_FACE) -> tuple[Visitor, httpx.Response]:
    worker = complete_worker(api)
    form = face(api, worker.token, "cancellation", picture, **WRONG_CODE)
    return worker, api.post("/v1/me/cancellation", worker.token, **form)


def passcode_change(api: Api) -> tuple[Visitor, httpx.Response]:
    worker = complete_worker(api)
    form = face(api, worker.token, "passcode_change", **WRONG_CODE, passcode="snow pear 28")
    return worker, api.post("/v1/me/passcode", worker.token, **form)


def identity(api: Api) -> tuple[Visitor, httpx.Response]:
    """With somebody else's card, which has the worker's own portrait."""
    worker, kiosk = choosing_worker(api), registered_kiosk(api)
    return worker, verified(api, worker, kiosk.sign(challenge(worker.client), card_of(new_person())))


def authorization(api: Api) -> tuple[Visitor, httpx.Response]:
    """Of a letter that is in force already."""
    worker = complete_worker(api)
    form = face(api, worker.token, "authorization")
    return worker, api.post("/v1/letter-authorizations", worker.token, **form)


def sign_in(api: Api) -> tuple[Visitor, httpx.Response]:
    """With a ticket that was used."""
    worker = with_passcode(api, complete_worker(api))
    ticket = issue_ticket(api.parts.ledger, api.clock(), worker.subject)
    assert prove(api, ticket, PASSCODE).is_success
    return worker, prove(api, ticket, picture=SAME_FACE)


def recovery(api: Api) -> tuple[Visitor, httpx.Response]:
    """To a phone that belongs to somebody."""
    worker, other = complete_worker(api), register_consumer(api)
    return worker, recover(api, card_form(api, worker.person, other.person), picture=ENROLLED)


REFUSED: Final[dict[Refusing, str]] = {
    cancellation: "sms-code-wrong",
    passcode_change: "sms-code-wrong",
    identity: "identity-mismatch",
    authorization: "letter-already-in-force",
    sign_in: "second-factor-expired",
    recovery: "phone-taken",
}


@pytest.mark.parametrize("step", REFUSED, ids=lambda step: step.__name__)
def test_a_face_that_was_compared_is_on_record_whatever_refuses_the_step(api: Api, step: Refusing) -> None:
    # given a step whose face is the person's own
    # when it is refused for another reason
    somebody, answer = step(api)
    # then that is what the person is told, and the attempt is on record as their own
    assert refusal(answer)[1] == REFUSED[step]
    attempt = fields_of(api, somebody, "jz.face_checks.attempted")[-1]
    assert (attempt["purpose"], attempt["verdict"]) == (step.__name__, "accepted")


def test_a_wrong_face_is_on_record_whatever_else_is_wrong(api: Api) -> None:
    # given a thief with somebody's phone, who knows neither the code nor has the face
    worker, answer = cancellation(api, OTHER_FACE)
    # then they learn that the code is wrong, and not of the face, and the attempt is on record
    assert refusal(answer)[1] == "sms-code-wrong"
    attempt = fields_of(api, worker, "jz.face_checks.attempted")[-1]
    assert (attempt["purpose"], attempt["verdict"]) == ("cancellation", "rejected")


def test_a_face_that_is_refused_itself_is_on_record_once(api: Api) -> None:
    worker = complete_worker(api)
    data = {"sms_code": sms_code(api, worker.person)}
    before = len(fields_of(api, worker, "jz.face_checks.attempted"))
    form = face(api, worker.token, "cancellation", OTHER_FACE, **data)
    assert refusal(api.post("/v1/me/cancellation", worker.token, **form))[1] == "face-not-matched"
    assert len(fields_of(api, worker, "jz.face_checks.attempted")) == before + 1


def test_attempts_with_a_wrong_code_count_towards_the_five_an_hour(api: Api) -> None:
    # given a thief who tried out faces five times within the hour, each time with a wrong code
    registered = complete_worker(api)
    api.clock.advance(timedelta(hours=1))
    worker = again(api, registered)
    for _ in range(5):
        form = face(api, worker.token, "cancellation", OTHER_FACE, **WRONG_CODE)
        assert refusal(api.post("/v1/me/cancellation", worker.token, **form))[1] == "sms-code-wrong"
        api.clock.advance(timedelta(seconds=1))
    # when another one follows, then it is not looked at
    form = face(api, worker.token, "cancellation", **WRONG_CODE)
    assert refusal(api.post("/v1/me/cancellation", worker.token, **form))[1] == "face-too-many-attempts"
