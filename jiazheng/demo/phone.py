"""The phone that the story's newcomer borrows: it has NFC, our app, and hardware that vouches for the app.

The system learns at its start which maker's root, which app and which decoder to trust.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from domain.streams import local_day
from jiazheng.demo.camera import Form, vouched
from jiazheng.demo.cast import Person
from jiazheng.demo.client import Client
from jiazheng.demo.doubles.id_card import CardField, IdCard
from jiazheng.demo.doubles.sam_service import SamService
from jiazheng.demo.doubles.secure_hardware import PACKAGE, SIGNER, SecureHardware
from jiazheng.demo.portraits import card_portrait
from jiazheng.demo.relaying import read_card_by_relay
from ledger.clock import system_clock

ROOTS = "attestation_roots.pem"


@dataclass(frozen=True, slots=True)
class Phone:
    """The phone; `settings` are the environment of a system that knows its maker, its app and a decoder."""

    hardware: SecureHardware
    settings: dict[str, str]

    def read_card(self, client: Client, person: Person, picture: bytes) -> str:
        """Lay a person's card on the phone, with the portrait of a picture; the API's decoder reads it."""
        card = IdCard(person.card(local_day(system_clock())), card_portrait(picture))
        challenge = client.post("/v1/identity-challenges")["challenge"]
        with CardField(card) as field:
            return read_card_by_relay(client, field.path, challenge)

    def vouch(self, audience: str, form: Form) -> Form:
        """Sign for the frames of a form, with a key that the hardware made for them alone."""
        return vouched(form, partial(self.hardware.sign_capture, audience))


@contextmanager
def phone(state_dir: Path) -> Iterator[Phone]:
    """The phone, and a decoder that answers until the end of the block."""
    hardware, roots = SecureHardware(), state_dir / ROOTS
    roots.write_bytes(hardware.roots_pem())
    app = {
        "JIAZHENG_APP_ATTESTATION_ROOTS": str(roots),
        "JIAZHENG_APP_PACKAGE": PACKAGE,
        "JIAZHENG_APP_SIGNER_SHA256": SIGNER.hex(),
    }
    with SamService() as decoder:
        host, port = decoder.address
        reads = {"JIAZHENG_CARD_DECODER_HOST": host, "JIAZHENG_CARD_DECODER_PORT": str(port)}
        yield Phone(hardware, app | reads)
