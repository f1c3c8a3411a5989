"""Steps that need the account's own phone, for people who have proven it just now."""

from uuid import UUID

from domain.account import Account
from domain.event import Cause
from domain.identifiers import MobileNumber
from ledger.credit_ledger import Appended, CreditLedger
from ledger.gates.second_factor import Factor
from ledger.use_cases import accounts
from tests.controls.people import new_person


def own_phone(ledger: CreditLedger, subject: UUID) -> MobileNumber:
    """The phone of an account; somebody's who is erased is anybody's."""
    account = ledger.load(Account, subject)
    return new_person().phone if account.is_erased else MobileNumber.parse(str(account.phone))


def cancel_account(
    ledger: CreditLedger, cause: Cause, subject: UUID, factor: Factor | None = None
) -> Appended:
    """Cancel an account."""
    return accounts.cancel_account(ledger, cause, subject, own_phone(ledger, subject), factor)


def set_passcode(
    ledger: CreditLedger, cause: Cause, subject: UUID, passcode: str, factor: Factor | None = None
) -> Appended:
    """Set a passcode."""
    return accounts.set_passcode(ledger, cause, subject, passcode, own_phone(ledger, subject), factor)


def change_phone(ledger: CreditLedger, cause: Cause, subject: UUID, phone: MobileNumber) -> Appended:
    """Change the phone, with the old one proven."""
    return accounts.change_phone(ledger, cause, subject, phone, old_phone=own_phone(ledger, subject))
