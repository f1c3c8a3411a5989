"""Identity verification (人证合一验证) and the authorization letter (授权书)."""

from dataclasses import replace
from uuid import UUID

from domain.account import Account
from domain.attendance import Attendance
from domain.event import Cause
from domain.face import FaceEvidence
from domain.handover import COMPLETE
from domain.letter import SignedLetter
from domain.rejections import Reason, Refused
from domain.streams import local_day
from domain.worker import Worker
from ledger.credit_ledger import Appended, CreditLedger, repeatable
from ledger.gates import id_numbers
from ledger.gates import letter as letter_gate
from ledger.gates.own_document import CardReading, document_of, refusal_of, rename_as_on, used_challenge
from ledger.gates.presence import require_presence, use_proof
from ledger.store.claims import ClaimChanges
from ledger.use_cases.face_consents import forget_face_without_consent
from ledger.use_cases.handovers import running_handover
from ledger.vault.face_templates import FaceTemplate, store_template


def verify_identity(
    ledger: CreditLedger,
    cause: Cause,
    subject: UUID,
    card: CardReading,
    evidence: FaceEvidence,
    template: FaceTemplate,
) -> Appended:
    """Verify that the card is the registered person's and the face is the card's, or verify it anew.

    The event comes first, so that no template stays of a verification that was refused; a retry keeps the
    template all the same, should this process die in between.

    Raises:
        Refused: the card is another person's or expired, or the face was not accepted; all are recorded.
            Or another account has proven the same number, or there is no consent to face checks.
    """
    appended = _verify(ledger, cause, subject, card, evidence)
    account = ledger.load(Account, subject)
    if not (evidence.refusal or _refusal_of(account, card, cause)):  # what a retry brings was not looked at
        store_template(ledger, subject, template)
    forget_face_without_consent(ledger, subject)  # it may have been withdrawn in this moment
    return appended


def _refusal_of(account: Account, card: CardReading, cause: Cause) -> Reason | None:
    return refusal_of(account, card, local_day(cause.at), may_rename=True)


@repeatable
def _verify(
    ledger: CreditLedger, cause: Cause, subject: UUID, card: CardReading, evidence: FaceEvidence
) -> Appended:
    account = ledger.load(Account, subject)
    worker = ledger.load(Worker, Worker.stream_for(subject))
    worker.require_identity_open()
    because = _refusal_of(account, card, cause)
    if because:
        worker.refuse_identity(cause, because.code)
        ledger.commit_refusal(cause, worker)
        raise Refused(because)
    number = id_numbers.proven(ledger, cause, account)
    shown = require_presence(ledger, cause, subject, "identity", evidence)
    worker.verify_identity(cause, document_of(card), shown.presence)
    account.prove_id_number(cause)
    rename_as_on(cause, account, card)
    claims = replace(number.claims, take=(*number.claims.take, used_challenge(ledger, cause, subject, card)))
    with id_numbers.changing_hands():
        return ledger.commit(cause, *shown.streams, worker, account, *number.losers, claims=claims)


@repeatable
def verify_identity_by_proof(ledger: CreditLedger, cause: Cause, subject: UUID, proof_id: UUID) -> Appended:
    """Verify the identity, or verify it anew, with a proof without a face; no template comes of it."""
    account = ledger.load(Account, subject)
    worker = ledger.load(Worker, Worker.stream_for(subject))
    worker.require_identity_open()
    number = id_numbers.proven(ledger, cause, account)
    proof, presence = use_proof(ledger, cause, subject, "identity", proof_id)
    worker.verify_identity(cause, proof.shown_document, presence)
    account.prove_id_number(cause)
    with id_numbers.changing_hands():
        return ledger.commit(cause, proof, worker, account, *number.losers, claims=number.claims)


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
    showing: FaceEvidence | UUID,
    handover_id: UUID | None = None,
) -> Appended:
    """Put the signed letter in force, with a second face check or a proof; the registration is complete.

    With it ends the handover of the borrowed device on which it was done.
    """
    worker = ledger.load(Worker, Worker.stream_for(subject))
    _letter_to_authorize(ledger, cause, worker)
    shown = require_presence(ledger, cause, subject, "authorization", showing)
    is_first, replaced = not worker.is_complete, letter_gate.ends(ledger, worker)
    worker.authorize_letter(cause, shown.presence)
    begun = [Attendance.start(cause, subject, ledger.rules)] if is_first else []
    borrowed = [running_handover(ledger, cause.at, handover_id)] if handover_id else []
    for handover in borrowed:
        handover.end(cause, COMPLETE)
    claims = ClaimChanges(take=replaced)
    with letter_gate.changing_letters():
        return ledger.commit(cause, *shown.streams, worker, *begun, *borrowed, claims=claims)


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
    with letter_gate.changing_letters():
        return ledger.commit(cause, worker, claims=ClaimChanges(take=ended))
