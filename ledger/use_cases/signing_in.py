"""The second factor (passcode or face check) of a sign-in on a device not seen before."""

from datetime import datetime
from uuid import UUID

from domain.event import Cause
from domain.face import FaceEvidence
from ledger.claims import ClaimChanges
from ledger.credit_ledger import Appended, CreditLedger, repeatable
from ledger.face_gate import record_attempt
from ledger.face_templates import has_template
from ledger.passcode_gate import verify_passcode
from ledger.passcodes import has_passcode
from ledger.tickets import SECOND_FACTOR

PURPOSE = "sign_in"


def factors_of(ledger: CreditLedger, subject: UUID) -> list[str]:
    """What the person could prove besides the phone: `passcode`, `face`, both or nothing."""
    found = {"passcode": has_passcode(ledger, subject), "face": has_template(ledger, subject)}
    return [factor for factor, is_there in found.items() if is_there]


def issue_ticket(ledger: CreditLedger, at: datetime, subject: UUID) -> str:
    """A ticket that says that the SMS code was right, for a few minutes and one use."""
    return ledger.tickets.issue(SECOND_FACTOR, subject, at)


def subject_of_ticket(ledger: CreditLedger, at: datetime, ticket: str) -> UUID:
    """Whose second factor is asked for.

    Raises:
        Refused: the ticket is forged or too old.
    """
    return ledger.tickets.read(SECOND_FACTOR, ticket, at, ledger.rules.second_factor_ttl).subject_id


@repeatable
def prove_with_passcode(
    ledger: CreditLedger, cause: Cause, subject: UUID, ticket: str, passcode: str
) -> Appended:
    """Prove the second factor with the passcode.

    Raises:
        Refused: it is wrong (recorded), locked or not set, or the ticket was used.
    """
    tries = verify_passcode(ledger, cause, subject, passcode, PURPOSE)
    return ledger.commit(cause, tries, claims=_used_up(ledger, cause, subject, ticket))


@repeatable
def prove_with_face(
    ledger: CreditLedger, cause: Cause, subject: UUID, ticket: str, evidence: FaceEvidence
) -> Appended:
    """Prove the second factor with a face check.

    Raises:
        Refused: the face was not accepted (recorded), or the ticket was used.
    """
    attempts = record_attempt(ledger, cause, subject, PURPOSE, evidence)
    return ledger.commit(cause, attempts, claims=_used_up(ledger, cause, subject, ticket))


def _used_up(ledger: CreditLedger, cause: Cause, subject: UUID, ticket: str) -> ClaimChanges:
    """The ticket works once; its claim lapses when the ticket itself is long too old."""
    lapses_at = cause.at + 2 * ledger.rules.second_factor_ttl
    return ClaimChanges(take=(ledger.blind_index.claim(SECOND_FACTOR.name, ticket, subject, lapses_at),))
