"""Whether a document, read by a kiosk or by an officer, is the registered person's own."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from domain.account import Account
from domain.event import Cause
from domain.identifiers import InvalidIdentifier, PersonName
from domain.presence import ShownDocument
from domain.rejections import Reason
from ledger.credit_ledger import CreditLedger
from ledger.sealing.tickets import IDENTITY_CHALLENGE
from ledger.store.claims import Claim


@dataclass(frozen=True, slots=True)
class CardReading:
    """What was read from an identity card, the evidence of the reading, and the challenge it answers."""

    kind: str
    name: str
    id_number: str
    authority: str
    valid_until: date | None
    decoder: str
    transcript_sha256: str
    device: str
    assurance: str
    challenge: str


@dataclass(frozen=True, slots=True)
class SeenDocument:
    """What an officer read from a document; the texts are normalised."""

    kind: str
    name: str
    id_number: str
    authority: str
    valid_until: date | None


def refusal_of(
    account: Account, document: CardReading | SeenDocument, today: date, *, may_rename: bool = False
) -> Reason | None:
    """Why a document is not taken, if it is not.

    A newer card may bear another name, where `may_rename` and a card has proven the number before.
    """
    name = _name_on(document)
    is_renamed = may_rename and account.id_number_state == "proven" and name is not None
    if document.id_number != account.id_number or (name != account.name and not is_renamed):
        return Reason.IDENTITY_MISMATCH
    if document.valid_until is not None and document.valid_until < today:
        return Reason.ID_CARD_EXPIRED
    return None


def rename_as_on(cause: Cause, account: Account, card: CardReading) -> None:
    """Take over the name of a card that was taken, if it is another than the registered one."""
    name = _name_on(card)
    if name is not None and name != account.name:
        account.rename(cause, name)


def document_of(card: CardReading) -> ShownDocument:
    """What events keep of a card."""
    return ShownDocument(card.kind, card.authority, card.decoder, card.transcript_sha256, card.device)


def used_challenge(ledger: CreditLedger, cause: Cause, subject: UUID, card: CardReading) -> Claim:
    """The claim by which a reading works once; it lapses when the challenge itself is long too old."""
    lapses_at = cause.at + 2 * ledger.rules.identity_challenge_ttl
    return ledger.blind_index.claim(IDENTITY_CHALLENGE.name, card.challenge, subject, lapses_at)


def _name_on(document: CardReading | SeenDocument) -> str | None:
    """Cards have dots and widths of their own in names; a name that no form takes is nobody's here."""
    try:
        return str(PersonName.parse(document.name))
    except InvalidIdentifier:
        return None
