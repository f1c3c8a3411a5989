"""Follows the event log, which is the outbox: what asks for a message leads to it at least once."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from psycopg import Connection

from domain.account import Account
from domain.attendance import Attendance
from domain.disclosure import Disclosure
from domain.enterprise_import import EnterpriseImport
from domain.event import LedgerAggregate
from domain.face_consent import FaceConsent
from domain.rules import Rules
from domain.worker import Worker
from ledger.credit_ledger import CreditLedger
from projections.follower import Follower
from projections.log_reader import LoggedEvent, LogReader
from workers import open_disclosures, wakeups
from workers.broker import Enqueue
from workers.deadlines import INSTANT
from workers.push import WHAT
from workers.wakeups import ATTENDANCE, DISCLOSURE, IMPORT, Wakeup

NAME = "reactions"

MESSAGES: dict[type[LedgerAggregate.Event], str] = {
    Attendance.Reminded: "send_reminder",
    Worker.EmploymentConfirmed: "send_confirmation",
    Account.PhoneChanged: "send_phone_change",
    Account.IdNumberLost: "send_id_number_loss",
    Account.Erased: "erase",
    **dict.fromkeys(WHAT, "wake_phone"),
    FaceConsent.Withdrawn: "forget_face",
}
"""Which actor is told of which event."""

SETTLED = (Disclosure.Approved, Disclosure.Declined, Disclosure.Abandoned, Disclosure.Expired)
"""After these a disclosure's prompt cannot expire any more."""

LETTER_ENDS = (Worker.LetterRevoked, Worker.LetterAuthorized)
"""After these, what was approved under the letter before is over; an authorization replaces one."""

DEADLINES = (Attendance.Created, Attendance.CheckedIn, Attendance.Left, Disclosure.Created)
IMPORTS = (EnterpriseImport.Created, EnterpriseImport.Finished)
HANDLES: Sequence[type[LedgerAggregate.Event]] = (*MESSAGES, *SETTLED, *LETTER_ENDS, *DEADLINES, *IMPORTS)


def follower(ledger: CreditLedger, enqueue: Enqueue) -> Follower:
    """The follower of the log that reacts; messages go out before its position moves, so none is lost."""

    def handle(connection: Connection, events: Sequence[LoggedEvent]) -> None:
        for logged in events:
            _wake(connection, logged.event, ledger.rules)
            for disclosure in _ended_disclosures(connection, logged.event):
                enqueue("end", str(disclosure))
            if type(logged.event) in MESSAGES:
                enqueue(MESSAGES[type(logged.event)], str(logged.position))

    return Follower(LogReader(ledger, HANDLES), NAME, handle, schema="ops", leaves_database=True)


def _wake(connection: Connection, event: Any, rules: Rules) -> None:
    """Keep the wake-ups: one for each deadline that runs, none for what is settled."""
    match event:
        case Attendance.Created() | Attendance.CheckedIn():
            if not getattr(event, "has_left", False):
                wakeups.add(connection, _first_look(event.subject_id, event.due_at, rules))
        case Disclosure.Created():
            look_at = event.expires_at + INSTANT
            prompt = Wakeup(DISCLOSURE, event.originator_id, event.subject_id, look_at)
            wakeups.add(connection, prompt)
        case EnterpriseImport.Created():
            import_id = event.originator_id
            wakeups.add(connection, Wakeup(IMPORT, import_id, import_id, event.timestamp))
        case EnterpriseImport.Finished():
            wakeups.remove(connection, IMPORT, event.originator_id)
        case Attendance.Left() | Account.Erased():
            wakeups.remove(connection, ATTENDANCE, event.subject_id)
        case _ if isinstance(event, SETTLED):
            wakeups.remove(connection, DISCLOSURE, event.originator_id)


def _ended_disclosures(connection: Connection, event: Any) -> list[UUID]:
    """Keep the disclosures that are open; those that the event ends."""
    match event:
        case Disclosure.Approved():
            open_disclosures.add(connection, event.originator_id, event.subject_id, event.readable_until)
        case _ if isinstance(event, LETTER_ENDS):
            return open_disclosures.take(connection, event.subject_id, event.timestamp)
    return []


def _first_look(subject: Any, due_at: Any, rules: Rules) -> Wakeup:
    earliest = max(rules.reminders_before, default=-INSTANT)
    return Wakeup(ATTENDANCE, subject, subject, due_at - earliest)
