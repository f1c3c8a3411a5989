"""A registered kiosk and the card readings it signs; the chip and the reader have tests of their own."""

from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from typing import Any, Final

import httpx

from devices.card_document import CardDocument
from devices.card_ports import CardKind
from domain.kiosk import KIOSK
from jiazheng.demo import pictures
from jiazheng.demo.camera import vouched
from jiazheng.demo.client import Client
from jiazheng.demo.doubles.card_text import encode_card_text
from jiazheng.demo.portraits import card_portrait, photo_block
from jiazheng.demo.terminal import Signer
from tests.controls.api import Api
from tests.controls.people import Person
from tests.controls.visitors import Visitor, confirmed, face

PORTRAIT: Final = "obama3.jpg"
"""The picture on every card of these tests."""
OWN_FACE, WRONG_FACE = "obama.jpg", "biden.jpg"
"""Against that portrait: accepted, and another person."""


@dataclass(frozen=True)
class RegisteredKiosk:
    """A kiosk and its key."""

    kiosk_id: str
    signer: Signer
    audience: str

    def sign(self, challenge: str, document: CardDocument, /, **changes: Any) -> str:
        """Sign a reading; `changes` replace claims."""
        claims = {
            "aud": self.audience,
            "challenge": challenge,
            "kind": document.kind.value,
            "text": b64encode(encode_card_text(document)).decode(),
            "photo": portrait_claim(PORTRAIT),
            "decoder": "remote_sam",
            "transcript_sha256": "cd" * 32,
        }
        return self.signer.sign(self.kiosk_id, claims | changes)

    def sign_capture(self, challenge: str, frames: Sequence[bytes]) -> str:
        """Sign for the frames that its camera took."""
        return self.signer.sign_capture(self.kiosk_id, self.audience, challenge, frames)


def camera_of(api: Api) -> RegisteredKiosk:
    """The kiosk before whose camera people stand, if no other one is named."""
    if "camera" not in api.kiosks:
        api.kiosks["camera"] = registered_kiosk(api)
    camera: RegisteredKiosk = api.kiosks["camera"]
    return camera


def kiosk_face(
    api: Api, token: str, purpose: str, picture: str = OWN_FACE, /, **fields: Any
) -> dict[str, Any]:
    """As `face`, before a kiosk's camera."""
    return vouched(face(api, token, purpose, picture, **fields), camera_of(api).sign_capture)


def registered_kiosk(api: Api, kind: str = KIOSK) -> RegisteredKiosk:
    """A kiosk, or a certified reader, that two administrators have just registered."""
    signer = Signer()
    body = {"kind": kind, "site": "合肥市蜀山区政务服务中心", "public_key": signer.public_jwk()}
    return RegisteredKiosk(confirmed(api, "/v1/kiosks", body), signer, api.url)


def challenge(client: Client) -> str:
    """A fresh identity challenge."""
    return str(client.post("/v1/identity-challenges")["challenge"])


def card_of(person: Person, **changes: Any) -> CardDocument:
    """The person's own card; `changes` replace what is on it."""
    card = CardDocument(
        kind=CardKind.RESIDENT,
        name=str(person.name),
        sex="female",
        nation="01",
        birth_date=person.id_number.birth_date,
        address="北京市朝阳区建国路1号",
        id_number=str(person.id_number),
        authority="北京市公安局朝阳分局",
        valid_from=date(2020, 1, 1),
        valid_until=date(2040, 1, 1),
    )
    return replace(card, **changes)


def own_reading(kiosk: RegisteredKiosk, worker: Visitor, **changes: Any) -> str:
    """The worker's own card, read for a fresh challenge; `changes` replace claims."""
    return kiosk.sign(challenge(worker.client), card_of(worker.person), **changes)


def verified(api: Api, worker: Visitor, reading: str, picture: str = OWN_FACE) -> httpx.Response:
    """Send a reading, and the face of a picture before a kiosk's camera."""
    form = kiosk_face(api, worker.token, "identity", picture, card_reading=reading)
    return api.post("/v1/identity-verifications", worker.token, **form)


@cache
def portrait_claim(picture: str) -> str:
    """The portrait of a picture, as a kiosk sends it."""
    return b64encode(photo_block(card_portrait(pictures.path(picture).read_bytes()))).decode()
