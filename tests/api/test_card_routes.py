"""The card that a kiosk read: whole, valid, and the registered person's."""

from base64 import b64encode
from dataclasses import replace
from datetime import date, timedelta

import pytest

from domain.identifiers import PersonName
from domain.kiosk import CERTIFIED_READER, KIOSK
from domain.streams import local_day
from jiazheng.demo.camera import uploaded
from tests.controls.api import Api
from tests.controls.captures import verified_by_app
from tests.controls.kiosks import (
    OWN_FACE,
    RegisteredKiosk,
    card_of,
    challenge,
    kiosk_face,
    own_reading,
    registered_kiosk,
    verified,
)
from tests.controls.people import new_person
from tests.controls.problems import refusal
from tests.controls.trails import fields_of
from tests.controls.visitors import Visitor, face
from tests.controls.workers import choosing_worker


def assurance(worker: Visitor) -> object:
    """What the worker's own account says about the identity."""
    return worker.client.get("/v1/me")["identity_assurance"]


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


def test_a_certified_reader_and_the_attested_app_verify_the_identity(api: Api) -> None:
    # given a reader beside a phone
    worker, reader = choosing_worker(api), registered_kiosk(api, CERTIFIED_READER)
    # when it reads the card, and the app takes the pictures
    assert verified_by_app(api, worker, own_reading(reader, worker)).status_code == 200
    # then the identity is verified, with what the app is worth, and the event names the reader
    assert assurance(worker) == "attested_app"
    (document,) = fields_of(api, worker, "jz.worker.identity_verified")
    assert document["device"] == f"reader:{reader.kiosk_id}"


def test_neither_a_reader_nor_a_kiosk_vouches_for_pictures_from_elsewhere(api: Api) -> None:
    for kind in (CERTIFIED_READER, KIOSK):
        worker, machine = choosing_worker(api), registered_kiosk(api, kind)
        form = face(api, worker.token, "identity", OWN_FACE, card_reading=own_reading(machine, worker))
        answer = api.post("/v1/identity-verifications", worker.token, **form)
        assert refusal(answer) == (403, "assurance-too-low", None)
        assert assurance(worker) is None


def test_a_kiosk_vouches_for_its_own_frames_alone(api: Api, kiosk: RegisteredKiosk) -> None:
    # given a kiosk's word for one face, and the frames of another one
    worker = choosing_worker(api)
    form = kiosk_face(api, worker.token, "identity", OWN_FACE, card_reading=own_reading(kiosk, worker))
    form["files"][3] = uploaded([b"another"])[0]
    answer = api.post("/v1/identity-verifications", worker.token, **form)
    assert refusal(answer) == (403, "capture-mismatch", "capture")


def test_a_number_on_the_card_of_no_known_place_is_somebody_elses(api: Api, kiosk: RegisteredKiosk) -> None:
    worker = choosing_worker(api)
    card = card_of(worker.person, name="\ue000芳", id_number="999999194912310020")
    answer = verified(api, worker, kiosk.sign(challenge(worker.client), card))
    assert refusal(answer) == (403, "identity-mismatch", None)
