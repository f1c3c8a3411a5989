"""Who took the pictures (采集): a kiosk's camera, our app on a phone that vouches for it, or nobody knows.

A capture is a compact JWS over the frames' hashes and the face challenge that they answer. A kiosk signs with
a registered key. The app signs with a key that it generates for this one capture: the key's attestation, for
the face challenge, comes along in the header, so that nothing has to be registered or stored.
"""

import hashlib
from base64 import b64decode
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Final

from fastapi import Form
from joserfc import jws
from joserfc.jwk import ECKey
from prometheus_client import Counter

from api.http.act import Act
from api.verification.signed_results import signed_by_machine
from devices.key_attestation import NotAttested
from domain.kiosk import KIOSK
from domain.rejections import Reason, Refused
from ledger.credit_ledger import CreditLedger
from ledger.use_cases.credit_records import UNREADABLE, verify_jws

NOT_ATTESTED = Counter(
    "jiazheng_captures_not_attested",
    "Captures of apps that were refused, by failed check",
    ["check"],
)
"""Who sends one is not told which: it would be a guide to the next try."""
WITH_CERTIFICATES: Final = jws.JWSRegistry(algorithms=["ES256"])
"""The library's own limit is below one certificate."""
WITH_CERTIFICATES.max_header_length = 16_000

CaptureText = Annotated[
    str | None,
    Form(
        max_length=20_000,
        description="compact JWS over the frames, of a kiosk or the attested app",
    ),
]


@dataclass(frozen=True, slots=True)
class Where:
    """What took the picture, and how far it can be trusted."""

    device: str
    assurance: str


WEB: Final = Where("web", "web")


def where_captured(
    ledger: CreditLedger,
    act: Act,
    capture: str | None,
    challenge: str,
    frames: Sequence[bytes],
    otherwise: Where = WEB,
) -> Where:
    """What took the frames that answer a face challenge; `otherwise` where nobody signed for them.

    The signer says `aud` (the system's public address), `challenge` (its text) and `frames_sha256` (in the
    order in which the frames are sent), and nothing else.

    Raises:
        Refused: the signer is unknown or did not sign this; the app is not attested; or other frames, another
            challenge or another system were signed for.
    """
    if capture is None:
        return otherwise
    chain = _chain_of(capture)
    where, said = _of_kiosk(ledger, capture) if chain is None else _of_app(act, capture, chain, challenge)
    hashes = [hashlib.sha256(frame).hexdigest() for frame in frames]
    if said != {"aud": act.parts.public_url, "challenge": challenge, "frames_sha256": hashes}:
        raise Refused(Reason.CAPTURE_MISMATCH, "capture")
    return where


def _chain_of(capture: str) -> list[str] | None:
    """The certificates that a JWS brings along (`x5c`, RFC 7515, section 4.1.6), not yet verified."""
    try:
        header = jws.extract_compact(capture.encode(), registry=WITH_CERTIFICATES).headers()
        WITH_CERTIFICATES.check_header(header)
    except UNREADABLE as error:
        raise Refused(Reason.SIGNATURE_INVALID, "capture") from error
    chain: list[str] | None = header.get("x5c")
    return chain


def _of_kiosk(ledger: CreditLedger, capture: str) -> tuple[Where, dict[str, object]]:
    machine, said = signed_by_machine(ledger, capture, "capture")
    if machine.kind != KIOSK:  # a certified reader has no camera
        raise Refused(Reason.SIGNER_UNKNOWN, "capture")
    return Where(f"kiosk:{machine.id}", "kiosk"), said


def _of_app(act: Act, capture: str, chain: list[str], challenge: str) -> tuple[Where, dict[str, object]]:
    try:
        if act.parts.app is None:
            raise NotAttested("not_configured")
        given = hashlib.sha256(challenge.encode()).digest()
        key = act.parts.app.require_attested(_decoded(chain), given, act.cause.at)
    except NotAttested as error:
        NOT_ATTESTED.labels(error.check).inc()
        raise Refused(Reason.APP_NOT_ATTESTED, "capture") from error
    jwk = {name: str(value) for name, value in ECKey.import_key(key).as_dict(private=False).items()}
    return Where("app", "attested_app"), verify_jws(capture, jwk, WITH_CERTIFICATES)


def _decoded(chain: list[str]) -> list[bytes]:
    try:
        return [b64decode(certificate, validate=True) for certificate in chain]
    except ValueError as error:
        raise NotAttested("chain") from error
