"""The regulator's desk: every look is recorded, then answered from the event log."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from domain.access_log import AccessLog, Look
from domain.event import Cause
from domain.failed_lookups import FailedLookups
from domain.worker import Worker
from ledger.credit_ledger import Appended, CreditLedger, use_case
from ledger.gates.id_numbers import account_with


@dataclass(frozen=True, slots=True)
class AuthorizationState:
    """What a worker had authorized at an instant."""

    at: datetime
    identity_assurance: str | None
    signed_scopes: tuple[str, ...]
    authorized_scopes: tuple[str, ...]
    employments: dict[UUID, str]


@use_case
def record_look(ledger: CreditLedger, cause: Cause, subject: UUID, look: Look) -> Appended:
    """Record that somebody looks at a person's data."""
    return ledger.commit(cause, looked_at(ledger, cause, subject, look))


def looked_at(ledger: CreditLedger, cause: Cause, subject: UUID, look: Look) -> AccessLog:
    """The month's looks at a person with one more, to be committed with what it was for."""
    log = ledger.find(AccessLog, AccessLog.stream_for(subject, cause))
    log = log or AccessLog.begin_month(cause, subject)
    log.look(cause, look, ledger.rules)
    return log


@use_case
def record_daily_looks(ledger: CreditLedger, cause: Cause, subjects: Sequence[UUID], look: Look) -> Appended:
    """Record that somebody sees people in a list; once a day and person."""
    months = {subject: AccessLog.stream_for(subject, cause) for subject in subjects}
    logs = ledger.find_all(AccessLog, list(months.values()))
    for subject, month in months.items():
        log = logs.setdefault(month, AccessLog.begin_month(cause, subject))
        log.look_once_a_day(cause, look, ledger.rules)
    return ledger.commit(cause, *logs.values())


@use_case
def record_failed_lookup(
    ledger: CreditLedger, cause: Cause, staff_id: UUID, look: Look, named_by: str
) -> Appended:
    """Record that a member of staff looked for somebody who is not there, without whom."""
    return ledger.commit_refusal(cause, nobody_found(ledger, cause, staff_id, look, named_by))


def nobody_found(
    ledger: CreditLedger, cause: Cause, staff_id: UUID, look: Look, named_by: str
) -> FailedLookups:
    """The month's failed look-ups of a member of staff with one more, to be committed."""
    log = ledger.find(FailedLookups, FailedLookups.stream_for(staff_id, cause))
    log = log or FailedLookups.begin_month(cause, staff_id)
    log.find_nobody(cause, look, named_by)
    return log


def authorization_as_of(ledger: CreditLedger, subject: UUID, at: datetime) -> AuthorizationState:
    """Replay a worker's authorization state as of an instant; before the registration it is empty."""
    worker = ledger.as_of(Worker, Worker.stream_for(subject), at)
    if worker is None:
        return AuthorizationState(at, None, (), (), {})
    return AuthorizationState(
        at,
        worker.identity_assurance,
        worker.signed_scopes,
        worker.authorized_scopes,
        dict(worker.employments),
    )


def find_subject(ledger: CreditLedger, id_number: str) -> UUID | None:
    """The living account behind a normalised ID number; erased people are found by subject id only."""
    account = account_with(ledger, id_number)
    return account.id if account else None


def is_known(ledger: CreditLedger, subject_id: UUID) -> bool:
    """Whether an event ever had this id, also that of somebody erased."""
    return bool(ledger.positions_of(subject_id).positions)
