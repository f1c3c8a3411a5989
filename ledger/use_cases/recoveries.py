"""The way back to an account whose phone is lost (找回账号), for somebody who is not signed in."""

from dataclasses import replace
from uuid import UUID

from domain.account import Account
from domain.assurance import Presence
from domain.event import Cause, LedgerAggregate
from domain.face import FaceEvidence
from domain.identifiers import MobileNumber
from domain.recovery import STEP, Recovery
from domain.rejections import Reason, Refused
from domain.streams import local_day
from ledger.credit_ledger import Appended, CreditLedger, repeatable, use_case
from ledger.gates import id_numbers
from ledger.gates.face import has_face_consent
from ledger.gates.own_document import CardReading, document_of, refusal_of, rename_as_on
from ledger.gates.presence import require_presence, use_proof
from ledger.sealing.tickets import RECOVERY, TicketKind
from ledger.store.claims import Claim, ClaimChanges
from ledger.use_cases.accounts import end_sign_ins
from ledger.use_cases.presences import PRESENCE_CODE, code_of


@use_case
def open_recovery(ledger: CreditLedger, cause: Cause) -> tuple[Recovery, str, Appended]:
    """Open a request; the new phone's SMS code was right. No account is looked for.

    Returns:
        the request, the code to show at the counter, the positions.
    """
    recovery, code = Recovery.open(cause, ledger.rules), code_of(ledger, cause)
    claim = ledger.blind_index.claim(PRESENCE_CODE, code, recovery.id, recovery.expires_at)
    appended = ledger.commit(cause, recovery, claims=ClaimChanges(take=(claim,)))
    return ledger.load(Recovery, recovery.id), code, appended  # a retry's own would expire later than it does


def ticket_of(ledger: CreditLedger, cause: Cause, recovery: Recovery, phone: MobileNumber) -> str:
    """What goes on with a request, together with the phone that was proven, and with no other."""
    return ledger.tickets.issue(_kind_for(phone), recovery.id, cause.at)


def recovery_of(ledger: CreditLedger, ticket: str, phone: MobileNumber) -> UUID:
    """The request that a ticket goes on with.

    Raises:
        Refused: the ticket is forged, or another phone's.
    """
    return ledger.tickets.open(_kind_for(phone), ticket).subject_id


def _kind_for(phone: MobileNumber) -> TicketKind:
    return replace(RECOVERY, name=f"{RECOVERY.name}/{phone}")


@use_case
def person_on_card(ledger: CreditLedger, cause: Cause, recovery_id: UUID, card: CardReading) -> UUID | None:
    """Whose account a kiosk's reading leads to: with a consent to face checks in force, else nobody's.

    Nobody is told whether it is the account that is missing, or the consent; that is recorded.

    Raises:
        Refused: the card has expired (recorded); the request is over, or there were too many cards.
    """
    recovery, today = ledger.load(Recovery, recovery_id), local_day(cause.at)
    recovery.require_waiting(cause.at, ledger.rules)
    if card.valid_until is not None and card.valid_until < today:
        recovery.refuse_document(cause, Reason.ID_CARD_EXPIRED.code)
        ledger.commit_refusal(cause, recovery)
        raise Refused(Reason.ID_CARD_EXPIRED)
    account = id_numbers.account_with(ledger, card.id_number)
    is_theirs = account is not None and refusal_of(account, card, today, may_rename=True) is None
    if account is None or not is_theirs or not has_face_consent(ledger, account.id):
        recovery.refuse_document(cause, Reason.FACE_CONSENT_MISSING.code)
        ledger.commit_refusal(cause, recovery)
        return None
    return account.id


@repeatable
def recover_with_face(
    ledger: CreditLedger,
    cause: Cause,
    recovery_id: UUID,
    phone: MobileNumber,
    subject: UUID,
    card: CardReading,
    evidence: FaceEvidence,
) -> Appended:
    """Give the account of `person_on_card` the new phone: a face was compared with the card's portrait.

    Raises:
        Refused: the face was not accepted (recorded), or the phone belongs to another account.
    """
    account, recovery = _in_order(ledger, subject, recovery_id)
    own = replace(cause, actor=f"person:{subject}")
    recovery.require_waiting(cause.at, ledger.rules)
    if because := refusal_of(account, card, local_day(cause.at), may_rename=True):
        raise Refused(because)
    shown = require_presence(ledger, own, subject, STEP, evidence)
    recovery.complete(own, subject, document_of(card), shown.presence)
    rename_as_on(own, account, card)
    return _give_back(ledger, own, account, phone, shown.presence, recovery, *shown.streams)


@repeatable
def recover_with_officers(
    ledger: CreditLedger, cause: Cause, recovery_id: UUID, phone: MobileNumber
) -> Appended:
    """Give the account that the officers' document found the new phone.

    Raises:
        Refused: not enough officers have confirmed yet, or too long ago; or the phone belongs to another
            account.
    """
    subject, proof_id = ledger.load(Recovery, recovery_id).matched()
    account, recovery = _in_order(ledger, subject, recovery_id)
    own = replace(cause, actor=f"person:{subject}")
    try:
        proof, presence = use_proof(ledger, own, subject, STEP, proof_id)
    except Refused as refusal:
        is_over = refusal.reason is Reason.PRESENCE_PROOF_USED  # nothing uses it but the end of this request
        raise Refused(
            Reason.RECOVERY_EXPIRED if is_over else refusal.reason, field="recovery_ticket"
        ) from refusal
    recovery.complete(own, subject, proof.shown_document, presence)
    return _give_back(ledger, own, account, phone, presence, recovery, proof)


def _in_order(ledger: CreditLedger, subject: UUID, recovery_id: UUID) -> tuple[Account, Recovery]:
    """Both, the request last: whoever sees the new phone sees that the request is over, and is told that."""
    account = ledger.load(Account, subject)
    return account, ledger.load(Recovery, recovery_id)


def _give_back(
    ledger: CreditLedger,
    cause: Cause,
    account: Account,
    phone: MobileNumber,
    presence: Presence,
    *streams: LedgerAggregate,
) -> Appended:
    """The new phone, and the number that the document has proven, in one append; all sign-ins end.

    They do first, so that no process dies in between, and once more for who came in at this very moment.
    """
    account.change_phone(cause, str(phone), presence.assurance)
    take = (ledger.blind_index.claim("phone", str(phone), account.id), *_own_number(ledger, cause, account))
    account.prove_id_number(cause)
    claims = ClaimChanges(take, release_owner=account.id, release_kinds=("phone",))
    end_sign_ins(ledger, account.id)
    with id_numbers.changing_hands():
        appended = ledger.commit(cause, account, *streams, claims=claims)
    end_sign_ins(ledger, account.id)
    return appended


def _own_number(ledger: CreditLedger, cause: Cause, account: Account) -> tuple[Claim, ...]:
    """The claim on the account's number, made firm if it was provisional.

    Raises:
        Refused: the number went to another account since the document found this one.
    """
    holder = id_numbers.account_with(ledger, str(account.id_number))
    if holder is None or holder.id != account.id:
        raise Refused(Reason.ID_NUMBER_TAKEN)
    return id_numbers.proven(ledger, cause, account).claims.take
