"""The public list of enterprises, and what authorities decided about them."""

from collections.abc import Sequence
from uuid import UUID

from domain.enterprise import Decision, Enterprise, EnterpriseDetails
from domain.event import Cause
from domain.rejections import Reason
from domain.streams import id_of_command
from ledger.credit_ledger import Appended, CreditLedger, repeatable, use_case


@use_case
def list_enterprises(ledger: CreditLedger, cause: Cause, rows: Sequence[EnterpriseDetails]) -> Appended:
    """Put enterprises on the list, or revise those that are there; unchanged ones append nothing."""
    listed = [_listed(ledger, cause, details) for details in rows]
    return ledger.commit(cause, *listed)


def _listed(ledger: CreditLedger, cause: Cause, details: EnterpriseDetails) -> Enterprise:
    enterprise = ledger.find(Enterprise, Enterprise.stream_for(details.uscc))
    if enterprise is None:
        return Enterprise.put_on_list(cause, details)
    enterprise.revise(cause, details)
    return enterprise


def cause_of_chunk(cause: Cause, nth: int) -> Cause:
    """The cause of one chunk of an import: a repeated import recognises the chunks it has appended."""
    return Cause(cause.at, cause.actor, id_of_command(cause.command_id, f"chunk {nth}"))


def entry_of_command(command_id: UUID) -> UUID:
    """The id of the entry that a command adds."""
    return id_of_command(command_id, "enterprise entry")


@repeatable
def add_entry(
    ledger: CreditLedger, cause: Cause, enterprise_id: UUID, kind: str, decision: Decision
) -> Appended:
    """Add an award, a penalty or a listing to an enterprise's record."""
    enterprise = ledger.load(Enterprise, enterprise_id, missing=Reason.ENTERPRISE_UNKNOWN)
    enterprise.add_entry(cause, entry_of_command(cause.command_id), kind, decision)
    return ledger.commit(cause, enterprise)


@repeatable
def lift_entry(
    ledger: CreditLedger, cause: Cause, enterprise_id: UUID, entry_id: UUID, decision: Decision
) -> Appended:
    """Lift an entry by a later decision."""
    enterprise = ledger.load(Enterprise, enterprise_id, missing=Reason.ENTERPRISE_UNKNOWN)
    enterprise.lift_entry(cause, entry_id, decision)
    return ledger.commit(cause, enterprise)
