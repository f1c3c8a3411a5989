"""What happens when a deadline passes (离职, an expired prompt) or comes near (提醒签到)."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from uuid import UUID

from domain.attendance import Attendance
from domain.event import Cause
from domain.rejections import Reason, Refused
from domain.rules import Rules
from domain.streams import id_of_command
from domain.worker import Worker
from ledger.clock import Clock
from ledger.credit_ledger import CreditLedger
from ledger.use_cases import attendances, disclosures

ACTOR = "system:schedule"

INSTANT = timedelta(microseconds=1)
"""The least time after a deadline, which itself is still in time."""

DONE_BY_OTHERS = {
    "leave": {Reason.ALREADY_LEFT, Reason.NOT_YET_DUE, Reason.SUBJECT_ERASED},
    "remind": {
        Reason.CHECK_IN_OVERDUE,
        Reason.NOT_YET_DUE,
        Reason.REMINDER_ALREADY_SENT,
        Reason.SUBJECT_ERASED,
    },
    "expire": {Reason.DISCLOSURE_NOT_PENDING},
    "end": {Reason.DISCLOSURE_NOT_TO_END},
}
"""Refusals that say: a check-in, an answer or a cancellation came in between, or another message did it."""

log = logging.getLogger(__name__)


def reminder_due(due_at: datetime, at: datetime, rules: Rules) -> timedelta | None:
    """The latest reminder whose time has come, so that after a pause the earlier ones are not sent."""
    return min((before for before in rules.reminders_before if due_at - at <= before), default=None)


def next_look(due_at: datetime, at: datetime, rules: Rules) -> datetime | None:
    """When the deadline has to be looked at after `at`: at a reminder's time, or once it has passed."""
    looks = [due_at - before for before in rules.reminders_before] + [due_at + INSTANT]
    return min((look for look in looks if look > at), default=None)


@contextmanager
def _unless_done_by_others(what: str) -> Iterator[None]:
    try:
        yield
    except Refused as refusal:
        if refusal.reason not in DONE_BY_OTHERS[what]:
            raise
        log.info("nothing left to %s: %s", what, refusal.reason.code)


class Deadlines:
    """The actors of the schedule; each may be told twice, or too late, of what it is about."""

    def __init__(self, ledger: CreditLedger, clock: Clock) -> None:
        self._ledger = ledger
        self._clock = clock

    def attendance(self, subject: UUID, at: datetime) -> Attendance:
        """The worker's attendance, from the log itself: a read model may lag behind."""
        worker = self._ledger.load(Worker, Worker.stream_for(subject))
        return attendances.current_attendance(self._ledger, _cause(at, subject, "look"), worker)

    def leave(self, subject_id: str) -> None:
        """Record that the worker's deadline passed."""
        at, subject = self._clock(), UUID(subject_id)
        due_at = self.attendance(subject, at).due_at
        with _unless_done_by_others("leave"):
            attendances.leave(self._ledger, _cause(at, subject, f"leave {due_at.isoformat()}"), subject)

    def remind(self, subject_id: str) -> None:
        """Record the latest reminder whose time has come; the reaction to it sends the SMS."""
        at, subject = self._clock(), UUID(subject_id)
        due_at = self.attendance(subject, at).due_at
        before = reminder_due(due_at, at, self._ledger.rules)
        if before is None:
            log.info("nothing left to remind of: a check-in came in between")
            return
        cause = _cause(at, subject, f"remind {before.days} {due_at.isoformat()}")
        with _unless_done_by_others("remind"):
            attendances.remind(self._ledger, cause, subject, before.days)

    def expire(self, disclosure_id: str) -> None:
        """Record that nobody answered a disclosure in time."""
        disclosure = UUID(disclosure_id)
        with _unless_done_by_others("expire"):
            disclosures.expire(self._ledger, _cause(self._clock(), disclosure, "expire"), disclosure)

    def end(self, disclosure_id: str) -> None:
        """Record that a disclosure is over with its letter; it was refused from the letter's end on."""
        disclosure = UUID(disclosure_id)
        with _unless_done_by_others("end"):
            disclosures.end(self._ledger, _cause(self._clock(), disclosure, "end"), disclosure)


def _cause(at: datetime, about: UUID, what: str) -> Cause:
    """The same command for every message about the same deadline, so that it is carried out once."""
    return Cause(at, ACTOR, id_of_command(about, what))
