"""Card readings, signed by a machine or sealed by a relay: bound to a challenge of ours, parsed here."""

from base64 import b64decode
from binascii import Error as NotBase64
from typing import Annotated
from uuid import UUID

from fastapi import Form
from pydantic import BaseModel, Field, ValidationError

from api.http.act import Act
from api.http.problems import Problem
from api.http.schemas import Sha256Hex
from api.verification.captures import Where
from api.verification.relayed_readings import PREFIX, open_reading
from api.verification.signed_results import signed_by_machine
from devices.card_document import CardDocument, parse_card_text
from devices.card_ports import CardKind, ProtocolError
from domain.kiosk import CERTIFIED_READER, Kiosk
from domain.rejections import Reason, Refused
from ledger.credit_ledger import CreditLedger
from ledger.gates.own_document import CardReading
from ledger.sealing.tickets import IDENTITY_CHALLENGE

JwsText = Annotated[
    str | None,
    Form(
        max_length=20_000,
        description="compact JWS of a registered kiosk or certified reader, or what a relay ended with",
    ),
]
APP = Where("app", "web")
"""Our decoder has read the card, so it is genuine; nobody vouches for the app and its camera."""


class CardReadingClaims(BaseModel):
    """What a machine signs or a relay seals: the raw document as the decoder gave it, and evidence."""

    aud: str
    challenge: Annotated[str, Field(max_length=200)]
    kind: Annotated[str, Field(min_length=1, max_length=1)]
    text: Annotated[str, Field(max_length=400, description="256 bytes, base64")]
    photo: Annotated[str, Field(max_length=1500, description="1024 bytes, base64")]
    decoder: Annotated[str, Field(max_length=100)]
    transcript_sha256: Sha256Hex


def read_card(
    ledger: CreditLedger, act: Act, token: str, challenged: UUID | None = None
) -> tuple[CardReading, bytes]:
    """Verify and parse a reading, for a challenge of the caller's or of whatever was `challenged`.

    Returns:
        the reading, and the card's portrait as an encoded picture.

    Raises:
        Refused: the signer is unknown, signature or seal is wrong, or the challenge is another one's.
        Problem: the document cannot be read.
    """
    asked, rules = challenged or act.caller, ledger.rules
    claims, where = _relayed(ledger, asked, token) if token.startswith(PREFIX) else _signed(ledger, token)
    challenge = ledger.tickets.read(
        IDENTITY_CHALLENGE, claims.challenge, act.cause.at, rules.identity_challenge_ttl
    )
    if claims.aud != act.parts.public_url or challenge.subject_id != asked:
        raise Refused(Reason.CHALLENGE_EXPIRED, field="card_reading")
    try:
        document = parse_card_text(CardKind(claims.kind), b64decode(claims.text))
        portrait = act.parts.portraits.decode(b64decode(claims.photo))
    except (ProtocolError, NotBase64, ValueError) as error:
        raise Problem("card-unreadable", 422, "card_reading") from error
    return _reading(document, claims, where), portrait


def _relayed(ledger: CreditLedger, asked: UUID, token: str) -> tuple[CardReadingClaims, Where]:
    """What a relay of this person sealed."""
    return CardReadingClaims.model_validate(open_reading(ledger.keyring.platform, asked, token)), APP


def _signed(ledger: CreditLedger, token: str) -> tuple[CardReadingClaims, Where]:
    """What a machine signed, and what it vouches for."""
    machine, said = signed_by_machine(ledger, token, "card_reading")
    try:
        return CardReadingClaims.model_validate(said), where_read(machine)
    except ValidationError as error:
        raise Problem("card-unreadable", 422, "card_reading") from error


def where_read(machine: Kiosk) -> Where:
    """A certified reader proves the card, as a kiosk does, and vouches for no camera."""
    if machine.kind == CERTIFIED_READER:
        return Where(f"reader:{machine.id}", "web")
    return Where(f"kiosk:{machine.id}", "kiosk")


def _reading(document: CardDocument, claims: CardReadingClaims, where: Where) -> CardReading:
    return CardReading(
        kind=document.kind.value,
        name=document.name,
        id_number=document.id_number,
        authority=document.authority,
        valid_until=document.valid_until,
        decoder=claims.decoder,
        transcript_sha256=claims.transcript_sha256,
        device=where.device,
        assurance=where.assurance,
        challenge=claims.challenge,
    )
