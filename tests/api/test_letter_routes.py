"""The authorization letter (授权书): its signature, its authorization by face, its revocation."""

from functools import partial
from typing import Any, Final
from uuid import UUID

import httpx
import pytest

from jiazheng.demo.camera import shown
from ledger.store.positions import Position
from ledger.use_cases.disclosures import end
from tests.controls.api import Api
from tests.controls.certificates import approved, path, requested, status
from tests.controls.letters import FIRST_TEXT
from tests.controls.listening import listening
from tests.controls.people import cause
from tests.controls.problems import invalid_fields, refusal
from tests.controls.races import race
from tests.controls.trails import settled
from tests.controls.visitors import (
    OTHER_FACE,
    SAME_FACE,
    complete_worker,
    face,
    register_consumer,
    register_worker,
)
from tests.controls.workers import THIRTY_DAYS, due_at, signed_worker, verified_worker

LETTER: Final = {"version": FIRST_TEXT.version, "text_sha256": FIRST_TEXT.text_sha256}


def test_a_letter_is_signed_by_version_and_hash(api: Api) -> None:
    # given a verified worker
    worker = verified_worker(api)
    # when they sign the letter that the API shows
    shown = api.get("/v1/letter").json()
    worker.client.post(
        "/v1/letter-signatures", json={"version": shown["version"], "text_sha256": shown["text_sha256"]}
    )
    # then nothing is authorized yet
    assert worker.client.get("/v1/me")["letter_scopes"] == []


@pytest.mark.parametrize(
    ("given", "field"), [({"version": "1999-01"}, "version"), ({"text_sha256": "0" * 64}, "text_sha256")]
)
def test_another_text_is_not_signed(api: Api, given: dict[str, str], field: str) -> None:
    # given a verified worker
    worker = verified_worker(api)
    # when another version or hash is signed, then it is no letter of ours
    answer = api.post("/v1/letter-signatures", worker.token, json=LETTER | given)
    assert refusal(answer) == (404, "letter-unknown", field)


@pytest.mark.parametrize("sha256", ["0" * 63, "G" * 64, ""])
def test_a_hash_that_is_none_is_refused(api: Api, sha256: str) -> None:
    worker = register_worker(api)
    answer = api.post("/v1/letter-signatures", worker.token, json=LETTER | {"text_sha256": sha256})
    assert invalid_fields(answer) == {"text_sha256"}


def test_nobody_signs_before_the_identity_is_verified(api: Api) -> None:
    worker = register_worker(api)
    answer = api.post("/v1/letter-signatures", worker.token, json=LETTER)
    assert refusal(answer) == (409, "identity-not-verified", None)


def test_a_letter_in_force_is_neither_signed_nor_authorized_again(api: Api) -> None:
    # given a complete worker
    worker = complete_worker(api)
    # when they sign and authorize again
    signed = api.post("/v1/letter-signatures", worker.token, json=LETTER)
    authorized = api.post(
        "/v1/letter-authorizations", worker.token, **face(api, worker.token, "authorization")
    )
    # then the letter is in force already
    assert refusal(signed) == refusal(authorized) == (409, "letter-already-in-force", None)


def test_the_second_face_check_completes_the_registration(api: Api) -> None:
    # given a worker who signed
    worker = signed_worker(api)
    # when their face authorizes the letter
    worker.client.post("/v1/letter-authorizations", **shown(worker.client, "authorization", SAME_FACE))
    # then the registration is complete, and the first check-in is due in thirty days
    assert worker.client.get("/v1/me")["registration_complete"]
    assert due_at(worker) == api.clock() + THIRTY_DAYS


def test_another_face_authorizes_nothing(api: Api) -> None:
    worker = signed_worker(api)
    answer = api.post(
        "/v1/letter-authorizations", worker.token, **face(api, worker.token, "authorization", OTHER_FACE)
    )
    assert refusal(answer) == (403, "face-not-matched", "frames")
    assert not worker.client.get("/v1/me")["registration_complete"]


def test_an_authorization_needs_a_signature(api: Api) -> None:
    worker = verified_worker(api)
    answer = api.post("/v1/letter-authorizations", worker.token, **face(api, worker.token, "authorization"))
    assert refusal(answer) == (409, "letter-not-signed", None)


@pytest.mark.parametrize(
    ("path", "step"), [("letter-authorizations", "authorization"), ("check-ins", "check_in")]
)
def test_a_face_is_compared_only_after_the_card_was_read(api: Api, path: str, step: str) -> None:
    worker = register_worker(api)
    answer = api.post(f"/v1/{path}", worker.token, **face(api, worker.token, step))
    assert refusal(answer) == (409, "face-template-missing", None)


def test_a_revocation_stops_disclosures_in_flight_at_once(api: Api) -> None:
    # given one approved disclosure and one that waits, and no projection that could notice
    worker, consumer = complete_worker(api), register_consumer(api)
    readable, waiting = approved(worker, consumer, ["basic"]), requested(worker, consumer, ["basic"])
    answer: dict[str, Any] = {"digits": waiting["digits"], "scopes": ["basic"]}
    with api.projecting.stopped():
        # when the letter is revoked
        worker.client.post("/v1/letter-revocations")
        # then nothing is shown, approved or begun any more
        tries = [
            api.post(path(readable, "views"), consumer.token),
            api.post(
                path(waiting, "approval"), worker.token, **face(api, worker.token, "disclosure", **answer)
            ),
            api.post("/v1/certificate-codes", worker.token),
        ]
    assert {refusal(one) for one in tries} == {(403, "letter-not-in-force", None)}


def test_a_letter_that_is_not_in_force_cannot_be_revoked(api: Api) -> None:
    worker = complete_worker(api)
    worker.client.post("/v1/letter-revocations")
    answer = api.post("/v1/letter-revocations", worker.token)
    assert refusal(answer) == (403, "letter-not-in-force", None)


def test_a_revoked_letter_can_be_signed_and_authorized_anew(api: Api) -> None:
    # given a worker who revoked
    worker = complete_worker(api)
    worker.client.post("/v1/letter-revocations")
    # when they sign and authorize again
    worker.client.post("/v1/letter-signatures", json=LETTER)
    worker.client.post("/v1/letter-authorizations", **shown(worker.client, "authorization", SAME_FACE))
    # then the certificate works
    assert worker.client.post("/v1/certificate-codes")["code"]


def test_what_was_approved_before_a_revocation_stays_closed_when_the_letter_is_authorized_again(
    api: Api,
) -> None:
    # given an approved disclosure
    worker, consumer = complete_worker(api), register_consumer(api)
    disclosure = approved(worker, consumer, ["basic"])
    # when the worker revokes the letter, signs and authorizes it again, all within the half hour
    worker.client.post("/v1/letter-revocations")
    worker.client.post("/v1/letter-signatures", json=LETTER)
    worker.client.post("/v1/letter-authorizations", **shown(worker.client, "authorization", SAME_FACE))
    # then the consumer has to ask again
    answer = api.post(path(disclosure, "views"), consumer.token)
    assert refusal(answer) == (410, "disclosure-expired", None)


def test_readers_at_the_moment_of_the_revocation_see_nothing_that_lies_after_it(api: Api) -> None:
    # given an approved disclosure, and many looks at it while the letter is revoked
    worker, consumer = complete_worker(api), register_consumer(api)
    disclosure = approved(worker, consumer, ["basic"])
    look = partial(api.post, path(disclosure, "views"), consumer.token)
    revoke = partial(api.post, "/v1/letter-revocations", worker.token)
    answers = [one for one in race(look, look, revoke, look, look, look) if isinstance(one, httpx.Response)]
    # then whatever was shown lies before the revocation
    (revoked,) = (one for one in answers if one.request.url.path == "/v1/letter-revocations")
    end = Position.parse(revoked.headers["ledger-position"])
    shown = [one for one in answers if one.is_success and one is not revoked]
    assert all(Position.parse(one.headers["ledger-position"]) < end for one in shown)
    assert refusal(look()) == (403, "letter-not-in-force", None)


def test_the_consumer_hears_when_a_disclosure_ends_with_its_letter(api: Api) -> None:
    # given a consumer who listens, and a disclosure that is open
    worker, consumer = complete_worker(api), register_consumer(api)
    disclosure = approved(worker, consumer, ["basic"])
    settled(api)
    with listening(api, consumer.token) as listener:
        assert listener.next().name == "hello"
        # when the letter is revoked, and the background work reacts to it
        worker.client.post("/v1/letter-revocations")
        end(api.parts.ledger, cause(api.clock, "system:schedule"), UUID(disclosure["disclosure_id"]))
        # then the consumer is told at once
        while (told := listener.next()).name != "disclosure.ended":
            assert told.name == "disclosure.approved"  # the news before it
    assert told.disclosure == disclosure["disclosure_id"]
    assert status(consumer, disclosure) == "ended"
