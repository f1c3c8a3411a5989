"""Card readings as a registered kiosk signs them, without the reader."""

from base64 import b64encode
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from devices.card_document import CardDocument
from devices.card_ports import CardKind
from jiazheng.demo import pictures
from jiazheng.demo.doubles.card_text import encode_card_text
from jiazheng.demo.portraits import card_portrait, photo_block
from jiazheng.demo.terminal import Signer
from tests.controls.api import Api
from tests.controls.people import Person
from tests.controls.visitors import Visitor, confirmed

PORTRAIT = "obama3.jpg"
"""The card's portrait; `visitors.ENROLLED` is another picture of the same person."""


@dataclass(frozen=True)
class Kiosk:
    """A registered terminal with its key."""

    kiosk_id: str
    signer: Signer
    audience: str

    def reading(self, challenge: str, person: Person, **other: Any) -> str:
        """The compact JWS of a reading of the person's own card; `other` replaces claims."""
        claims = {
            "aud": self.audience,
            "challenge": challenge,
            "kind": CardKind.RESIDENT.value,
            "text": b64encode(encode_card_text(document(person))).decode(),
            "photo": b64encode(photo_block(portrait())).decode(),
            "decoder": "remote_sam",
            "transcript_sha256": "cd" * 32,
        }
        return self.signer.sign(self.kiosk_id, claims | other)


def registered_kiosk(api: Api) -> Kiosk:
    """Registered by two administrators."""
    signer = Signer()
    body = {"site": "政务服务中心", "public_key": signer.public_jwk()}
    return Kiosk(confirmed(api, "/v1/kiosks", body), signer, api.url)


def reading_of(api: Api, visitor: Visitor) -> str:
    """The visitor's own card, read at a fresh kiosk for a fresh challenge."""
    challenge = visitor.client.post("/v1/identity-challenges")["challenge"]
    return registered_kiosk(api).reading(challenge, visitor.person)


@cache
def portrait() -> bytes:
    return card_portrait(pictures.path(PORTRAIT).read_bytes())


def document(person: Person) -> CardDocument:
    """What is on the person's ID card."""
    id_number = person.id_number
    return CardDocument(
        kind=CardKind.RESIDENT,
        name=str(person.name),
        sex=id_number.sex.value,
        nation="01",
        birth_date=id_number.birth_date,
        address="北京市朝阳区建国路1号",
        id_number=str(id_number),
        authority="北京市公安局朝阳分局",
        valid_from=date(2021, 1, 1),
        valid_until=date(2041, 1, 1),
    )
