"""The story's kiosk, also for those who try the API by hand while the demo keeps running.

`python -m jiazheng.demo.kiosk card CHALLENGE NAME ID_NUMBER PICTURE` lays an ID card with that name, number
and portrait into its field and prints the signed reading.

`python -m jiazheng.demo.kiosk face PICTURE FOLDER` is `jiazheng.demo.camera` with the kiosk's camera, which
signs for the frames.
"""

import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from devices.card_decoders.remote_sam import RemoteSamDecoder
from domain.streams import local_day
from jiazheng.demo.camera import curl_arguments, seen, vouched
from jiazheng.demo.cast import Person
from jiazheng.demo.doubles.id_card import CardField, IdCard
from jiazheng.demo.doubles.sam_service import SamService
from jiazheng.demo.portraits import card_portrait
from jiazheng.demo.terminal import Signer, Terminal
from jiazheng.system import state_dir_of
from ledger.clock import system_clock

FILE = "kiosk.json"


@dataclass(frozen=True, slots=True)
class Kiosk:
    """A registered kiosk; `audience` is the public address of the system."""

    signer: Signer
    kiosk_id: str
    audience: str

    def reading(self, person: Person, picture: bytes, challenge: str) -> str:
        """Read the card of a person whose portrait is cut from a picture, and sign it for a challenge."""
        card = IdCard(person.card(local_day(system_clock())), card_portrait(picture))
        with CardField(card) as field, SamService() as service:
            terminal = Terminal(field.path, RemoteSamDecoder(*service.address), self.signer)
            return terminal.read_card(self.kiosk_id, self.audience, challenge)

    def sign_capture(self, challenge: str, frames: Sequence[bytes]) -> str:
        """Sign for the frames that its camera took."""
        return self.signer.sign_capture(self.kiosk_id, self.audience, challenge, frames)

    def keep(self, state_dir: Path) -> None:
        """Keep it for `kept`, in the demo's folder."""
        file = state_dir / FILE
        file.touch(mode=0o600)
        file.write_text(json.dumps([self.signer.private_jwk(), self.kiosk_id, self.audience]))


def kept(state_dir: Path) -> Kiosk:
    """The kiosk of the demo in a folder."""
    jwk, kiosk_id, audience = json.loads((state_dir / FILE).read_text())
    return Kiosk(Signer(jwk), kiosk_id, audience)


def main(arguments: list[str]) -> int:
    """Print the reading or the form, and return the exit code."""
    kiosk, (what, *given) = kept(state_dir_of() / "demo"), arguments
    sys.stdout.write((_card if what == "card" else _face)(kiosk, *given) + "\n")
    return 0


def _card(kiosk: Kiosk, challenge: str, name: str, id_number: str, picture: str) -> str:
    return kiosk.reading(Person(name, id_number, phone=""), Path(picture).read_bytes(), challenge)


def _face(kiosk: Kiosk, picture: str, folder: str) -> str:
    form = vouched(seen(json.load(sys.stdin), Path(picture).read_bytes()), kiosk.sign_capture)
    return " ".join(curl_arguments(form, Path(folder)))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
