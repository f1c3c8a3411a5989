"""The public list of enterprises, and what authorities decided about them."""

from collections.abc import Sequence
from uuid import UUID

from domain.enterprise import Decision, Enterprise, EnterpriseDetails
from domain.enterprise_import import EnterpriseImport
from domain.event import Cause
from domain.rejections import Reason
from domain.streams import id_of_command
from ledger.credit_ledger import Appended, CreditLedger, repeatable, use_case


@use_case
def list_enterprises(ledger: CreditLedger, cause: Cause, rows: Sequence[EnterpriseDetails]) -> Appended:
    """Put enterprises on the list, or revise those that are there; unchanged ones append nothing."""
    listed = ledger.find_all(Enterprise, [Enterprise.stream_for(details.uscc) for details in rows])
    for details in rows:
        stream = Enterprise.stream_for(details.uscc)
        if stream in listed:
            listed[stream].revise(cause, details)
        else:
            listed[stream] = Enterprise.put_on_list(cause, details)
    return ledger.commit(cause, *listed.values())


@use_case
def request_import(
    ledger: CreditLedger, cause: Cause, import_id: UUID, file_sha256: str, lines: int
) -> Appended:
    """Ask for the import of a file; the event starts it."""
    return ledger.commit(cause, EnterpriseImport.request(cause, import_id, file_sha256, lines))


@repeatable
def finish_import(
    ledger: CreditLedger, cause: Cause, import_id: UUID, *, accepted: int, changed: int, rejected: int
) -> Appended:
    """Record that every line of an import was read."""
    enterprise_import = ledger.load(EnterpriseImport, import_id)
    enterprise_import.finish(cause, accepted=accepted, changed=changed, rejected=rejected)
    return ledger.commit(cause, enterprise_import)


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
