"""Which enterprises a worker belongs to (选择所属家政企业), and what the enterprise says."""

from collections.abc import Callable, Sequence
from uuid import UUID

from domain.enterprise import Enterprise
from domain.event import Cause
from domain.rejections import Reason, Refused
from domain.worker import Worker
from ledger.credit_ledger import Appended, CreditLedger, repeatable


@repeatable
def choose_enterprises(
    ledger: CreditLedger, cause: Cause, subject: UUID, enterprise_ids: Sequence[UUID]
) -> Appended:
    """Choose one or several enterprises, all or none."""
    worker = ledger.load(Worker, Worker.stream_for(subject))
    for enterprise_id in enterprise_ids:
        enterprise = ledger.find(Enterprise, enterprise_id)
        if enterprise is None:
            raise Refused(Reason.ENTERPRISE_UNKNOWN, field="enterprise_ids")
        enterprise.require_not_struck_off("enterprise_ids")
        worker.choose_enterprise(cause, enterprise_id)
    return ledger.commit(cause, worker)


@repeatable
def confirm_employment(ledger: CreditLedger, cause: Cause, subject: UUID, enterprise_id: UUID) -> Appended:
    """The enterprise says yes, if there still is one."""
    ledger.load(Enterprise, enterprise_id).require_not_struck_off()
    return _decide(ledger, cause, subject, lambda worker: worker.confirm_employment(cause, enterprise_id))


@repeatable
def refuse_employment(ledger: CreditLedger, cause: Cause, subject: UUID, enterprise_id: UUID) -> Appended:
    """The enterprise says no."""
    return _decide(ledger, cause, subject, lambda worker: worker.refuse_employment(cause, enterprise_id))


@repeatable
def end_employment(
    ledger: CreditLedger, cause: Cause, subject: UUID, enterprise_id: UUID, ended_by: str
) -> Appended:
    """End an employment; `ended_by` is `worker` or `enterprise`."""
    return _decide(
        ledger, cause, subject, lambda worker: worker.end_employment(cause, enterprise_id, ended_by)
    )


def _decide(
    ledger: CreditLedger, cause: Cause, subject: UUID, decision: Callable[[Worker], None]
) -> Appended:
    worker = ledger.load(Worker, Worker.stream_for(subject), missing=Reason.WORKER_UNKNOWN)
    decision(worker)
    return ledger.commit(cause, worker)
