"""The second factor (passcode, face check or officers) of a sign-in on a device not seen before."""

from datetime import datetime
from uuid import UUID

from domain.account import Account
from domain.event import Cause
from domain.face import FaceEvidence
from domain.rejections import Reason, Refused
from ledger.credit_ledger import Appended, CreditLedger, repeatable
from ledger.gates.passcode import verify_passcode
from ledger.gates.presence import require_presence
from ledger.sealing.tickets import SECOND_FACTOR
from ledger.store.claims import ClaimChanges

PURPOSE = "sign_in"


def issue_ticket(ledger: CreditLedger, at: datetime, subject: UUID) -> str:
    """A ticket that says that the SMS code was right, for a few minutes and one use."""
    return ledger.tickets.issue(SECOND_FACTOR, subject, at)


def account_of_ticket(ledger: CreditLedger, at: datetime, ticket: str) -> Account:
    """Whose second factor is asked for.

    Raises:
        Refused: the ticket is forged or too old, or was got with a phone that is not the account's any more.
    """
    opened = ledger.tickets.read(SECOND_FACTOR, ticket, at, ledger.rules.second_factor_ttl)
    account = ledger.load(Account, opened.subject_id)
    if account.phone_changed_at is not None and opened.issued_at <= account.phone_changed_at:
        raise Refused(Reason.SECOND_FACTOR_EXPIRED)
    return account


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
def prove_with_presence(
    ledger: CreditLedger, cause: Cause, subject: UUID, ticket: str, showing: FaceEvidence | UUID
) -> Appended:
    """Prove the second factor with a face check, or the id of a proof by officers.

    Raises:
        Refused: the face was not accepted (recorded), the proof does not hold, or the ticket was used.
    """
    shown = require_presence(ledger, cause, subject, PURPOSE, showing)
    return ledger.commit(cause, *shown.streams, claims=_used_up(ledger, cause, subject, ticket))


def _used_up(ledger: CreditLedger, cause: Cause, subject: UUID, ticket: str) -> ClaimChanges:
    """The ticket works once; its claim lapses when the ticket itself is long too old."""
    lapses_at = cause.at + 2 * ledger.rules.second_factor_ttl
    return ClaimChanges(take=(ledger.blind_index.claim(SECOND_FACTOR.name, ticket, subject, lapses_at),))
