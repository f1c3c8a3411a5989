"""The regulator's desk: every look is recorded, then answered from the event log."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from domain.access import AccessLog
from domain.event import Cause
from domain.rejections import Reason, Refused
from domain.worker import Worker
from ledger.credit_ledger import Appended, CreditLedger, use_case


@dataclass(frozen=True, slots=True)
class AuthorizationState:
    """What a worker had authorized at an instant."""

    at: datetime
    identity_assurance: str | None
    signed_scopes: tuple[str, ...]
    authorized_scopes: tuple[str, ...]
    employments: dict[UUID, str]


@use_case
def record_look(
    ledger: CreditLedger, cause: Cause, subject: UUID, role: str, what: str, basis: str
) -> Appended:
    """Record that somebody looks at a person's data."""
    return ledger.commit(cause, looked_at(ledger, cause, subject, role, what, basis))


def looked_at(
    ledger: CreditLedger, cause: Cause, subject: UUID, role: str, what: str, basis: str
) -> AccessLog:
    """The month's looks at a person with one more, to be committed with what it was for."""
    log = ledger.find(AccessLog, AccessLog.stream_for(subject, cause))
    log = log or AccessLog.begin_month(cause, subject)
    log.look(cause, role=role, what=what, basis=basis)
    return log


@use_case
def record_daily_looks(
    ledger: CreditLedger, cause: Cause, subjects: Sequence[UUID], role: str, what: str, basis: str
) -> Appended:
    """Record that somebody sees people in a list; once a day and person."""
    months = {subject: AccessLog.stream_for(subject, cause) for subject in subjects}
    logs = ledger.find_all(AccessLog, list(months.values()))
    for subject, month in months.items():
        log = logs.setdefault(month, AccessLog.begin_month(cause, subject))
        log.look_once_a_day(cause, role=role, what=what, basis=basis)
    return ledger.commit(cause, *logs.values())


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
    with ledger.pool.connection() as connection:
        return ledger.blind_index.find_owner(connection, "id_number", id_number)


def require_known(ledger: CreditLedger, subject_id: UUID) -> None:
    """Refuse an id that no event ever had, before a look at nobody is recorded."""
    if not ledger.positions_of(subject_id).positions:
        raise Refused(Reason.NOT_FOUND, field="subject_id")
