"""Identity verification (人证合一验证): POST /v1/identity-challenges, POST /v1/identity-verifications."""

from datetime import timedelta

import pytest

from jiazheng.demo.camera import vouched
from jiazheng.demo.terminal import Signer
from tests.controls.api import Api
from tests.controls.kiosks import (
    OWN_FACE,
    WRONG_FACE,
    RegisteredKiosk,
    card_of,
    challenge,
    own_reading,
    verified,
)
from tests.controls.people import new_person
from tests.controls.problems import refusal
from tests.controls.routes import NOBODY_THERE
from tests.controls.trails import fields_of
from tests.controls.visitors import Visitor, face, register_worker
from tests.controls.workers import choosing_worker, verified_worker


def assurance(worker: Visitor) -> object:
    """What the worker's own account says about the identity."""
    return worker.client.get("/v1/me")["identity_assurance"]


def test_the_card_and_the_face_verify_the_identity(api: Api, kiosk: RegisteredKiosk) -> None:
    # given a worker at a kiosk
    worker = choosing_worker(api)
    # when their card was read and their face compared
    form = face(api, worker.token, "identity", OWN_FACE, card_reading=own_reading(kiosk, worker))
    answer = api.post("/v1/identity-verifications", worker.token, **vouched(form, kiosk.sign_capture))
    # then the identity is verified, and the log says how, without a picture
    assert answer.status_code == 200
    assert assurance(worker) == "kiosk"
    (attempt,) = fields_of(api, worker, "jz.face_checks.attempted")
    (document,) = fields_of(api, worker, "jz.worker.identity_verified")
    assert attempt["verdict"] == "accepted"
    assert attempt["score"] < attempt["threshold"]
    assert document["device"] == attempt["device"] == f"kiosk:{kiosk.kiosk_id}"
    assert document["transcript_sha256"] == "cd" * 32


def test_a_verification_after_the_first_is_a_renewal(api: Api, kiosk: RegisteredKiosk) -> None:
    # given a worker whose identity is verified
    worker = verified_worker(api)
    # when card and face are verified again
    assert verified(api, worker, own_reading(kiosk, worker)).status_code == 200
    # then the log tells the one from the other
    purposes = [fields["purpose"] for fields in fields_of(api, worker, "jz.worker.identity_verified")]
    assert purposes == ["first", "renewal"]


def test_a_newer_card_brings_its_name(api: Api, kiosk: RegisteredKiosk) -> None:
    worker = verified_worker(api)
    newer = kiosk.sign(challenge(worker.client), card_of(worker.person, name="王敏"))
    assert verified(api, worker, newer).status_code == 200
    assert worker.client.get("/v1/me")["name"] == "王敏"


def test_a_reading_verifies_once(api: Api, kiosk: RegisteredKiosk) -> None:
    worker = choosing_worker(api)
    reading = own_reading(kiosk, worker)
    verified(api, worker, reading)
    assert refusal(verified(api, worker, reading)) == (410, "challenge-expired", None)


def test_an_enterprise_is_chosen_first(api: Api, kiosk: RegisteredKiosk) -> None:
    worker = register_worker(api)
    answer = verified(api, worker, own_reading(kiosk, worker))
    assert refusal(answer) == (409, "no-enterprise-chosen", None)


def test_a_changed_reading_is_refused(api: Api, kiosk: RegisteredKiosk) -> None:
    # given somebody who swaps the payload under the kiosk's signature
    worker = choosing_worker(api)
    header, _, signature = own_reading(kiosk, worker).split(".")
    payload = kiosk.sign(challenge(worker.client), card_of(new_person())).split(".")[1]
    # when it is sent, then the signature does not hold
    answer = verified(api, worker, f"{header}.{payload}.{signature}")
    assert refusal(answer) == (403, "signature-invalid", None)


def test_a_reading_signed_with_another_key_is_refused(api: Api, kiosk: RegisteredKiosk) -> None:
    worker = choosing_worker(api)
    forger = RegisteredKiosk(kiosk.kiosk_id, Signer(), kiosk.audience)
    answer = verified(api, worker, own_reading(forger, worker))
    assert refusal(answer) == (403, "signature-invalid", None)


@pytest.mark.parametrize("kiosk_id", [NOBODY_THERE, "no-uuid"])
def test_a_kiosk_that_nobody_registered_is_refused(api: Api, kiosk_id: str) -> None:
    worker = choosing_worker(api)
    stranger = RegisteredKiosk(kiosk_id, Signer(), api.url)
    code = refusal(verified(api, worker, own_reading(stranger, worker)))[:2]
    assert code == (403, "signer-unknown")


@pytest.mark.parametrize("text", ["", "a.b.c", "é.é.é", "."])
def test_what_is_no_signed_reading_is_refused(api: Api, text: str) -> None:
    worker = choosing_worker(api)
    answer = verified(api, worker, text)
    assert answer.status_code in (403, 422)
    assert refusal(answer)[1] in ("signature-invalid", "request-invalid")


def test_a_reading_for_another_audience_is_refused(api: Api, kiosk: RegisteredKiosk) -> None:
    worker = choosing_worker(api)
    answer = verified(api, worker, own_reading(kiosk, worker, aud="https://elsewhere.example"))
    assert refusal(answer) == (410, "challenge-expired", "card_reading")


def test_a_reading_for_another_workers_challenge_is_refused(api: Api, kiosk: RegisteredKiosk) -> None:
    # given a worker, and a challenge that another worker got
    worker, other = choosing_worker(api), choosing_worker(api)
    reading = kiosk.sign(challenge(other.client), card_of(worker.person))
    # when the worker brings it, then it is not theirs
    assert refusal(verified(api, worker, reading)) == (410, "challenge-expired", "card_reading")


def test_a_challenge_holds_ten_minutes(api: Api, kiosk: RegisteredKiosk) -> None:
    # given readings for a challenge of ten minutes ago
    worker = choosing_worker(api)
    issued = worker.client.post("/v1/identity-challenges")
    reading = kiosk.sign(issued["challenge"], card_of(worker.person))
    api.clock.advance(timedelta(minutes=10))
    # when it is used in the last instant, and after
    in_time = verified(api, worker, reading, WRONG_FACE)
    api.clock.advance(timedelta(microseconds=1))
    late = verified(api, worker, reading)
    # then only the face matters at first, then the challenge is void
    assert refusal(in_time)[1] == "face-not-matched"
    assert refusal(late)[:2] == (410, "challenge-expired")


def test_a_made_up_challenge_is_refused(api: Api, kiosk: RegisteredKiosk) -> None:
    worker = choosing_worker(api)
    answer = verified(api, worker, own_reading(kiosk, worker, challenge="A" * 68))
    assert refusal(answer)[:2] == (410, "challenge-expired")
