"""Check-in (签到), reminders, and leaving by a passed deadline (离职)."""

from uuid import UUID

from domain.attendance import Attendance
from domain.event import Cause
from domain.face import FaceEvidence
from domain.rejections import Reason, Refused
from domain.streams import local_day
from domain.worker import Worker
from ledger.credit_ledger import Appended, CreditLedger, repeatable
from ledger.gates.presence import require_presence


def current_attendance(ledger: CreditLedger, cause: Cause, worker: Worker) -> Attendance:
    """The worker's latest year; after a long pause it lies some years back.

    Raises:
        Refused: the registration was never completed.
    """
    first_year = local_day(worker.created_on).year
    for year in range(local_day(cause.at).year, first_year - 1, -1):
        attendance = ledger.find(Attendance, Attendance.stream_for(worker.subject_id, year))
        if attendance:
            return attendance
    raise Refused(Reason.REGISTRATION_INCOMPLETE)


@repeatable
def check_in(ledger: CreditLedger, cause: Cause, subject: UUID, showing: FaceEvidence | UUID) -> Appended:
    """Check in, with a face check or the id of a proof without.

    A letter of a text that no longer counts has to be signed anew first.
    """
    worker = ledger.load(Worker, Worker.stream_for(subject))
    if worker.letter_in_force:
        ledger.letters.require_not_outdated(worker.letter_in_force, cause.at)
    attendance = current_attendance(ledger, cause, worker)
    shown = require_presence(ledger, cause, subject, "check_in", showing)
    checked_in = attendance.check_in(cause, ledger.rules, shown.presence)
    return ledger.commit(cause, *shown.streams, *checked_in)


@repeatable
def leave(ledger: CreditLedger, cause: Cause, subject: UUID) -> Appended:
    """Record that the worker's deadline passed; the event's time is the deadline."""
    worker = ledger.load(Worker, Worker.stream_for(subject))
    attendance = current_attendance(ledger, cause, worker)
    attendance.leave(cause)
    return ledger.commit(cause, attendance)


@repeatable
def remind(ledger: CreditLedger, cause: Cause, subject: UUID, days_before: int) -> Appended:
    """Record that the worker is reminded; the reaction to the event sends the SMS."""
    worker = ledger.load(Worker, Worker.stream_for(subject))
    attendance = current_attendance(ledger, cause, worker)
    attendance.remind(cause, days_before)
    return ledger.commit(cause, attendance)
