"""What the routes work with, put together once at the start."""

from dataclasses import dataclass

from fastapi import Request

from api.http.answers import Answers
from api.http.request_limits import RequestLimits
from api.http.tokens import Sessions
from api.people.push import PushHub
from api.signing_in.known_devices import KnownDevices
from api.signing_in.passkeys import Passkeys
from api.signing_in.sms_codes import SmsCodes
from api.verification.relay_dialogues import CardRelays
from devices.face_pool import FacePool
from devices.key_attestation import AttestedApp
from devices.portrait import PortraitDecoder
from ledger.clock import Clock
from ledger.credit_ledger import CreditLedger
from ledger.enterprise_imports import EnterpriseImports


@dataclass(frozen=True)
class Parts:
    """The parts of the API process.

    Attributes:
        app: whose attested keys sign captures; None: nobody's do.
        public_url: how clients reach us; the audience of signed submissions.
    """

    ledger: CreditLedger
    clock: Clock
    faces: FacePool
    portraits: PortraitDecoder
    sessions: Sessions
    known_devices: KnownDevices
    sms_codes: SmsCodes
    answers: Answers
    request_limits: RequestLimits
    passkeys: Passkeys
    card_relays: CardRelays
    push: PushHub
    imports: EnterpriseImports
    app: AttestedApp | None
    public_url: str


def parts_of(request: Request) -> Parts:
    """The parts, from a request."""
    parts: Parts = request.app.state.parts
    return parts
