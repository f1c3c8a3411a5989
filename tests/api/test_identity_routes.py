"""Identity verification (人证合一验证): POST /v1/identity-challenges, POST /v1/identity-verifications."""

from base64 import b64encode
from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest

from domain.identifiers import PersonName
from domain.streams import local_day
from jiazheng.demo.terminal import Signer
from tests.controls.api import Api
from tests.controls.kiosks import RegisteredKiosk, card_of, challenge, registered_kiosk
from tests.controls.people import new_person
from tests.controls.problems import refusal
from tests.controls.trails import fields_of
from tests.controls.visitors import Visitor, photo, register_worker
from tests.controls.workers import choosing_worker, verified_worker

OWN_FACE, WRONG_FACE = "obama.jpg", "biden.jpg"
"""Against the portrait on the card: accepted, and another person."""


@pytest.fixture
def kiosk(api: Api) -> RegisteredKiosk:
    return registered_kiosk(api)


def verified(api: Api, worker: Visitor, reading: str, picture: str = OWN_FACE) -> httpx.Response:
    """Send a reading and a picture."""
    data = {"card_reading": reading}
    return api.post("/v1/identity-verifications", worker.token, data=data, files=photo(picture))


def own_reading(kiosk: RegisteredKiosk, worker: Visitor, **changes: Any) -> str:
    """The worker's own card, read for a fresh challenge; `changes` replace claims."""
    return kiosk.sign(challenge(worker.client), card_of(worker.person), **changes)


def assurance(worker: Visitor) -> object:
    """What the worker's own account says about the identity."""
    return worker.client.get("/v1/me")["identity_assurance"]


def test_the_card_and_the_face_verify_the_identity(api: Api, kiosk: RegisteredKiosk) -> None:
    # given a worker at a kiosk
    worker = choosing_worker(api)
    # when their card was read and their face compared
    answer = verified(api, worker, own_reading(kiosk, worker))
    # then the identity is verified, and the log says how, without a picture
    assert answer.status_code == 200
    assert assurance(worker) == "kiosk"
    (attempt,) = fields_of(api, worker, "jz.face_checks.attempted")
    (document,) = fields_of(api, worker, "jz.worker.identity_verified")
    assert attempt["verdict"] == "accepted"
    assert attempt["score"] < attempt["threshold"]
    assert document["device"] == attempt["device"] == f"kiosk:{kiosk.kiosk_id}"
    assert document["transcript_sha256"] == "cd" * 32


def test_an_identity_is_verified_once(api: Api, kiosk: RegisteredKiosk) -> None:
    worker = verified_worker(api)
    answer = verified(api, worker, own_reading(kiosk, worker))
    assert refusal(answer) == (409, "identity-already-verified", None)


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


@pytest.mark.parametrize("kiosk_id", [str(uuid4()), "no-uuid"])
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


@pytest.mark.parametrize(
    "changes",
    [
        {"text": b64encode(bytes(256)).decode()},
        {"text": b64encode(b"\xff" * 255).decode()},
        {"text": "no base64"},
        {"text": "字"},
        {"photo": b64encode(bytes(1024)).decode()},
        {"photo": b64encode(b"\xff\xd8\xff" + b"x" * 1019 + b"\xff\xd9").decode()},
        {"photo": b64encode(b"RIFF\x0c\x00\x00\x00WEBPVP8 ".ljust(1024, b"\0")).decode()},
        {"kind": "?"},
        {"kind": ""},
        {"kind": 7},
        {"transcript_sha256": "short"},
    ],
)
def test_a_damaged_document_is_refused(api: Api, kiosk: RegisteredKiosk, changes: dict[str, object]) -> None:
    worker = choosing_worker(api)
    answer = verified(api, worker, own_reading(kiosk, worker, **changes))
    assert refusal(answer)[:2] == (422, "card-unreadable")
    assert assurance(worker) is None


def test_an_expired_card_is_refused_and_recorded(api: Api, kiosk: RegisteredKiosk) -> None:
    # given a card that was valid until yesterday
    worker = choosing_worker(api)
    yesterday = local_day(api.clock()) - timedelta(days=1)
    reading = kiosk.sign(challenge(worker.client), card_of(worker.person, valid_until=yesterday))
    # when it is read
    answer = verified(api, worker, reading)
    # then it is refused, and the trail says why
    assert refusal(answer) == (403, "id-card-expired", None)
    assert fields_of(api, worker, "jz.worker.identity_refused")[0]["because"] == "id-card-expired"


@pytest.mark.parametrize("until", ["today", None])
def test_a_card_holds_to_the_end_of_its_last_day(api: Api, kiosk: RegisteredKiosk, until: str | None) -> None:
    # given a card that is valid until today, and one for good (长期)
    worker = choosing_worker(api)
    last_day: date | None = local_day(api.clock()) if until else None
    reading = kiosk.sign(challenge(worker.client), card_of(worker.person, valid_until=last_day))
    # when it is read, then it counts
    assert verified(api, worker, reading).status_code == 200


@pytest.mark.parametrize("what", ["name", "id_number"])
def test_somebody_elses_card_is_refused_and_recorded(api: Api, kiosk: RegisteredKiosk, what: str) -> None:
    # given a card with another name or another number
    worker = choosing_worker(api)
    other = {"name": "褚䶮鑫", "id_number": str(new_person().id_number)}[what]
    reading = kiosk.sign(challenge(worker.client), card_of(worker.person, **{what: other}))
    # when it is read
    answer = verified(api, worker, reading)
    # then it is refused, and the trail says why, without what stood on the card
    assert refusal(answer) == (403, "identity-mismatch", None)
    (recorded,) = fields_of(api, worker, "jz.worker.identity_refused")
    assert recorded["because"] == "identity-mismatch"
    assert other not in str(recorded)


def test_the_name_on_the_card_may_be_spelled_as_cards_spell_it(api: Api, kiosk: RegisteredKiosk) -> None:
    # given a worker whose card prints another dot
    worker = choosing_worker(api, replace(new_person(), name=PersonName("阿依古丽·买买提")))
    card = card_of(worker.person, name="阿依古丽•买买提")
    # when it is read, then it is the registered name
    assert verified(api, worker, kiosk.sign(challenge(worker.client), card)).status_code == 200


def test_a_number_on_the_card_of_no_known_place_is_somebody_elses(api: Api, kiosk: RegisteredKiosk) -> None:
    worker = choosing_worker(api)
    card = card_of(worker.person, name="\ue000芳", id_number="999999194912310020")
    answer = verified(api, worker, kiosk.sign(challenge(worker.client), card))
    assert refusal(answer) == (403, "identity-mismatch", None)
