"""What a relay ends with: sealed for one person and one challenge, and trusted as far as an app is."""

from datetime import timedelta

import pytest

from tests.controls.api import Api
from tests.controls.captures import verified_by_app
from tests.controls.devices import with_passcode
from tests.controls.kiosks import OWN_FACE, WRONG_FACE, card_of, challenge
from tests.controls.people import new_person
from tests.controls.presences import card_proof
from tests.controls.problems import refusal
from tests.controls.relays import Phone, phone_of, traces_of
from tests.controls.trails import fields_of
from tests.controls.visitors import Visitor, complete_worker, face
from tests.controls.workers import choosing_worker

TEN_MINUTES, AN_INSTANT = timedelta(minutes=10), timedelta(microseconds=1)


@pytest.fixture
def worker(api: Api) -> Visitor:
    return choosing_worker(api)


@pytest.fixture
def phone(worker: Visitor) -> Phone:
    return phone_of(worker)


def test_card_and_face_on_an_attested_phone_verify_the_identity(
    api: Api, worker: Visitor, phone: Phone
) -> None:
    # when the phone has read the card, and its hardware vouches for our app, which took the pictures
    assert verified_by_app(api, worker, phone.reading(api.url)).status_code == 200
    # then the identity is verified, with what an app is worth
    assert worker.client.get("/v1/me")["identity_assurance"] == "attested_app"
    (attempt,) = fields_of(api, worker, "jz.face_checks.attempted")
    assert (attempt["device"], attempt["assurance"]) == ("app", "attested_app")


def test_a_genuine_card_is_not_enough_where_nobody_vouches_for_the_camera(
    api: Api, worker: Visitor, phone: Phone
) -> None:
    # when card and face are right, and the pictures came from anywhere
    form = face(api, worker.token, "identity", OWN_FACE, card_reading=phone.reading(api.url))
    answer = api.post("/v1/identity-verifications", worker.token, **form)
    # then no picture is looked at, and the identity is not verified
    assert refusal(answer) == (403, "assurance-too-low", None)
    assert worker.client.get("/v1/me")["identity_assurance"] is None
    assert fields_of(api, worker, "jz.face_checks.attempted") == []


def test_the_card_at_an_app_is_no_proof_of_presence(api: Api) -> None:
    ready = with_passcode(api, complete_worker(api))
    answer = card_proof(api, ready, "check_in", card_reading=phone_of(ready).reading(api.url))
    assert refusal(answer)[:2] == (403, "assurance-too-low")


def test_a_reading_verifies_once_and_leaves_the_evidence(api: Api, worker: Visitor, phone: Phone) -> None:
    # given a reading that has verified the identity
    reading = phone.reading(api.url)
    assert verified_by_app(api, worker, reading).status_code == 200
    # when it comes again, then it is used up
    assert refusal(verified_by_app(api, worker, reading)) == (410, "challenge-expired", None)
    # and the event says what read the card
    (document,) = fields_of(api, worker, "jz.worker.identity_verified")
    assert document["device"] == "app"
    assert document["decoder"].startswith("sam:")
    assert len(document["transcript_sha256"]) == 64


def test_of_two_readings_for_one_challenge_one_counts(api: Api, worker: Visitor, phone: Phone) -> None:
    issued = challenge(worker.client)
    readings = [phone.reading(api.url, challenge=issued) for _ in range(2)]
    assert verified_by_app(api, worker, readings[0]).status_code == 200
    assert refusal(verified_by_app(api, worker, readings[1])) == (410, "challenge-expired", None)


def test_what_is_on_the_card_must_be_the_registered_person_s(api: Api, worker: Visitor) -> None:
    strange = phone_of(worker, card_of(new_person()))
    answer = verified_by_app(api, worker, strange.reading(api.url))
    assert refusal(answer)[:2] == (403, "identity-mismatch")


def test_a_reading_that_was_altered_is_refused(api: Api, worker: Visitor, phone: Phone) -> None:
    reading = phone.reading(api.url)
    for at in (0, 9, 30, len(reading) // 2, len(reading) - 2):
        other = "B" if reading[at] == "A" else "A"
        answer = verified_by_app(api, worker, reading[:at] + other + reading[at + 1 :])
        assert answer.status_code in (403, 410)
        assert refusal(answer)[1] in ("challenge-expired", "signature-invalid")


@pytest.mark.parametrize("rest", ["", "1.1.AAAA.AAAA", "1.1.AAAAAAAAAAAAAAAA.AAAA", "2.1.A.A", "é", "e30"])
def test_what_no_relay_sealed_is_refused(api: Api, worker: Visitor, rest: str) -> None:
    answer = verified_by_app(api, worker, f"relayed:{rest}")
    assert refusal(answer) == (410, "challenge-expired", "card_reading")


def test_a_reading_is_of_use_to_its_person_alone(api: Api, worker: Visitor) -> None:
    # given somebody else's phone, with the worker's card on it
    other = Phone(choosing_worker(api), phone_of(worker).card)
    # when the worker brings the reading, then it is not theirs
    answer = verified_by_app(api, worker, other.reading(api.url))
    assert refusal(answer) == (410, "challenge-expired", "card_reading")


def test_a_reading_holds_as_long_as_its_challenge(api: Api, worker: Visitor, phone: Phone) -> None:
    reading = phone.reading(api.url)
    api.clock.advance(TEN_MINUTES)
    in_time = verified_by_app(api, worker, reading, WRONG_FACE)
    api.clock.advance(AN_INSTANT)
    late = verified_by_app(api, worker, reading)
    assert refusal(in_time)[1] == "face-not-matched"
    assert refusal(late)[:2] == (410, "challenge-expired")


def test_the_app_cannot_read_what_it_hands_on(api: Api, worker: Visitor, phone: Phone) -> None:
    # given all that the app was told
    told = [phone.begin(api.url)]
    while told[-1].json()["apdu"]:
        told.append(phone.answer(api.url, told[-1].json()))
    # then nothing of the card is in it, as it is or in base64
    heard = "".join(answer.text for answer in told)
    assert not [trace for trace in traces_of(card_of(worker.person), phone) if trace in heard]
