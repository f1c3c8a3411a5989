"""Operators (家政企业管理员) invite and withdraw colleagues of their own enterprise, two of them together."""

from uuid import UUID

from domain.event import Cause
from domain.staff import StaffMember
from ledger.credit_ledger import Appended, CreditLedger, repeatable


@repeatable
def grant_operator(ledger: CreditLedger, cause: Cause, enterprise_id: UUID, staff_id: UUID) -> Appended:
    """Grant the role that another operator of the enterprise, or an administrator, proposed."""
    colleague = _colleague(ledger, enterprise_id, staff_id)
    colleague.grant(cause)
    return ledger.commit(cause, colleague)


@repeatable
def propose_withdrawal(ledger: CreditLedger, cause: Cause, enterprise_id: UUID, staff_id: UUID) -> Appended:
    """Propose that a colleague's role be withdrawn."""
    colleague = _colleague(ledger, enterprise_id, staff_id)
    colleague.propose_withdrawal(cause)
    return ledger.commit(cause, colleague)


@repeatable
def confirm_withdrawal(ledger: CreditLedger, cause: Cause, enterprise_id: UUID, staff_id: UUID) -> Appended:
    """Withdraw a colleague's role as another operator proposed."""
    colleague = _colleague(ledger, enterprise_id, staff_id)
    colleague.confirm_withdrawal(cause)
    return ledger.commit(cause, colleague)


def _colleague(ledger: CreditLedger, enterprise_id: UUID, staff_id: UUID) -> StaffMember:
    colleague = ledger.load(StaffMember, staff_id)
    colleague.require_operator_of(enterprise_id)
    return colleague
