"""Identity verification (人证合一验证) and the authorization letter (授权书)."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from domain.account import Account
from domain.attendance import Attendance
from domain.event import Cause
from domain.face import FaceEvidence
from domain.handover import COMPLETE
from domain.identifiers import InvalidIdentifier, PersonName
from domain.letter import SignedLetter
from domain.rejections import Reason, Refused
from domain.streams import local_day
from domain.worker import Worker
from ledger import id_numbers, letter_gate
from ledger.claims import ClaimChanges
from ledger.credit_ledger import Appended, CreditLedger, repeatable
from ledger.face_gate import record_attempt
from ledger.face_templates import FaceTemplate, store_template
from ledger.use_cases.handovers import running_handover


@dataclass(frozen=True, slots=True)
class CardReading:
    """What was read from an identity card, and the evidence of the reading."""

    kind: str
    name: str
    id_number: str
    authority: str
    valid_until: date | None
    decoder: str
    transcript_sha256: str
    device: str
    assurance: str


@repeatable
def verify_identity(
    ledger: CreditLedger,
    cause: Cause,
    subject: UUID,
    card: CardReading,
    evidence: FaceEvidence,
    template: FaceTemplate,
) -> Appended:
    """Verify that the card is the registered person's and the face is the card's.

    Raises:
        Refused: the card is another person's or expired, or the face was not accepted; all are recorded.
            Or another account has proven the same number.
    """
    account = ledger.load(Account, subject)
    worker = ledger.load(Worker, Worker.stream_for(subject))
    worker.require_identity_open()
    because = _card_refusal(account, card, local_day(cause.at))
    if because:
        worker.refuse_identity(cause, because.code)
        ledger.commit_refusal(cause, worker)
        raise Refused(because)
    number = id_numbers.proven(ledger, cause, account)
    attempts = record_attempt(ledger, cause, subject, "identity", evidence)
    worker.verify_identity(cause, _document_fields(card))
    account.prove_id_number(cause)
    store_template(ledger, subject, template)
    with id_numbers.changing_hands():
        return ledger.commit(cause, attempts, worker, account, *number.losers, claims=number.claims)


def _card_refusal(account: Account, card: CardReading, today: date) -> Reason | None:
    if not _is_own(account, card):
        return Reason.IDENTITY_MISMATCH
    if card.valid_until is not None and card.valid_until < today:
        return Reason.ID_CARD_EXPIRED
    return None


def _is_own(account: Account, card: CardReading) -> bool:
    """Cards have dots and widths of their own in names; a name that no form takes is nobody's here."""
    try:
        name = str(PersonName.parse(card.name))
    except InvalidIdentifier:
        return False
    return (name, card.id_number) == (account.name, account.id_number)


def _document_fields(card: CardReading) -> dict[str, str]:
    return {
        "document_kind": card.kind,
        "document_authority": card.authority,
        "decoder": card.decoder,
        "transcript_sha256": card.transcript_sha256,
        "device": card.device,
        "assurance": card.assurance,
    }


@repeatable
def sign_letter(
    ledger: CreditLedger, cause: Cause, subject: UUID, version: str, text_sha256: str
) -> Appended:
    """Sign the letter's text of today, named with its version and the hash of the text that was shown.

    A new version is signed beside the one in force, which stays so until the new one is authorized.
    """
    worker = ledger.load(Worker, Worker.stream_for(subject))
    letter = ledger.letters.current(cause.at)
    if version != letter.version:
        raise Refused(Reason.LETTER_UNKNOWN, field="version")
    worker.sign_letter(cause, letter, text_sha256)
    return ledger.commit(cause, worker)


@repeatable
def authorize_letter(
    ledger: CreditLedger,
    cause: Cause,
    subject: UUID,
    evidence: FaceEvidence,
    handover_id: UUID | None = None,
) -> Appended:
    """Put the signed letter in force with the second face check; the registration is complete.

    With it ends the handover of the borrowed device on which it was done.
    """
    worker = ledger.load(Worker, Worker.stream_for(subject))
    _letter_to_authorize(ledger, cause, worker)
    attempts = record_attempt(ledger, cause, subject, "authorization", evidence)
    is_first, replaced = not worker.is_complete, letter_gate.ends(ledger, worker)
    worker.authorize_letter(cause)
    begun = [Attendance.start(cause, subject, ledger.rules)] if is_first else []
    borrowed = [running_handover(ledger, cause, handover_id)] if handover_id else []
    for handover in borrowed:
        handover.end(cause, COMPLETE)
    return ledger.commit(cause, attempts, worker, *begun, *borrowed, claims=ClaimChanges(take=replaced))


def _letter_to_authorize(ledger: CreditLedger, cause: Cause, worker: Worker) -> SignedLetter:
    letter = worker.require_letter_to_authorize()
    ledger.letters.require_not_outdated(letter, cause.at)
    return letter


@repeatable
def revoke_letter(ledger: CreditLedger, cause: Cause, subject: UUID) -> Appended:
    """Take the letter back; no event after this one's position prompts, approves or discloses."""
    worker = ledger.load(Worker, Worker.stream_for(subject))
    ended = letter_gate.ends(ledger, worker)
    worker.revoke_letter(cause)
    return ledger.commit(cause, worker, claims=ClaimChanges(take=ended))
