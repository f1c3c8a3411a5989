"""Card readings that a kiosk signed: verified, bound to a challenge of ours, parsed on the server."""

from base64 import b64decode
from binascii import Error as NotBase64
from typing import Annotated
from uuid import UUID

from fastapi import Form
from pydantic import BaseModel, Field, ValidationError

from api.act import Act
from api.faces import Where
from api.problems import Problem
from api.schemas import Sha256Hex
from devices.card_document import CardDocument, parse_card_text
from devices.card_ports import CardKind, ProtocolError
from domain.kiosk import FIRST_KEY, Kiosk
from domain.rejections import Reason, Refused
from ledger.credit_ledger import CreditLedger
from ledger.own_document import CardReading
from ledger.tickets import IDENTITY_CHALLENGE
from ledger.use_cases.credit_records import key_id_of, verify_jws

JwsText = Annotated[str | None, Form(max_length=20_000, description="compact JWS of a registered kiosk")]


class CardReadingClaims(BaseModel):
    """What a kiosk signs: the raw document as the decoder gave it, and the evidence of the reading."""

    aud: str
    challenge: Annotated[str, Field(max_length=200)]
    kind: Annotated[str, Field(min_length=1, max_length=1)]
    text: Annotated[str, Field(max_length=400, description="256 bytes, base64")]
    photo: Annotated[str, Field(max_length=1500, description="1024 bytes, base64")]
    decoder: Annotated[str, Field(max_length=100)]
    transcript_sha256: Sha256Hex


def read_card(
    ledger: CreditLedger, act: Act, token: str, challenged: UUID | None = None
) -> tuple[CardReading, bytes, Where]:
    """Verify and parse a signed reading, for a challenge of the caller's or of whatever was `challenged`.

    Returns:
        the reading, the card's portrait as an encoded picture, and where it was read.

    Raises:
        Refused: the signer is unknown, the signature is wrong, or the challenge is another one's.
        Problem: the document cannot be read.
    """
    kiosk_id, claims = _verified(ledger, token)
    rules = ledger.rules
    challenge = ledger.tickets.read(
        IDENTITY_CHALLENGE, claims.challenge, act.cause.at, rules.identity_challenge_ttl
    )
    if claims.aud != act.parts.public_url or challenge.subject_id != (challenged or act.caller):
        raise Refused(Reason.CHALLENGE_EXPIRED, field="card_reading")
    try:
        document = parse_card_text(CardKind(claims.kind), b64decode(claims.text))
        portrait = act.parts.portraits.decode(b64decode(claims.photo))
    except (ProtocolError, NotBase64, ValueError) as error:
        raise Problem("card-unreadable", 422, "card_reading") from error
    where = Where(f"kiosk:{kiosk_id}", "kiosk")
    return _reading(document, claims, where), portrait, where


def _verified(ledger: CreditLedger, token: str) -> tuple[UUID, CardReadingClaims]:
    """Who signed it, and what; its `kid` is the kiosk's id, and after a slash that of a key added later."""
    named, _, kid = key_id_of(token).partition("/")
    try:
        kiosk_id = UUID(named)
    except ValueError as error:
        raise Refused(Reason.SIGNER_UNKNOWN, field="card_reading") from error
    kiosk = ledger.load(Kiosk, kiosk_id, missing=Reason.SIGNER_UNKNOWN)
    try:
        return kiosk_id, CardReadingClaims.model_validate(verify_jws(token, kiosk.key(kid or FIRST_KEY)))
    except ValidationError as error:
        raise Problem("card-unreadable", 422, "card_reading") from error


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
