"""The public list of enterprises."""

from collections.abc import Sequence

from domain.enterprise import Enterprise, EnterpriseDetails
from domain.event import Cause
from domain.streams import id_of_command
from ledger.credit_ledger import Appended, CreditLedger, use_case


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
