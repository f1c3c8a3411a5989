"""Employments and check-in deadlines: who belongs to which enterprise, and who is due."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from psycopg import Connection
from psycopg.rows import class_row

from domain.account import Account
from domain.attendance import Attendance
from domain.event import LedgerAggregate
from domain.worker import Worker
from projections.log_reader import LoggedEvent
from projections.tables import Table

NAME = "employment"

EMPLOYMENTS = Table(
    "employments",
    {
        "worker_id": "uuid",
        "enterprise_id": "uuid",
        "status": "text NOT NULL",
        "since": "timestamptz NOT NULL",
    },
    key=("worker_id", "enterprise_id"),
    owner="worker_id",
    indexes=("CREATE INDEX IF NOT EXISTS employments_enterprise ON employments (enterprise_id, worker_id)",),
)

ATTENDANCES = Table(
    "attendances",
    {"worker_id": "uuid", "due_at": "timestamptz NOT NULL", "has_left": "boolean NOT NULL"},
    key=("worker_id",),
    owner="worker_id",
)
TABLES = (EMPLOYMENTS, ATTENDANCES)

Recorded = Literal["chosen", "confirmed", "refused", "ended"]
"""What was recorded of an employment."""
Status = Literal["chosen", "confirmed", "employed", "left", "refused", "ended"]
"""What an employment is at an instant."""

STATUSES: dict[type[LedgerAggregate.Event], Recorded] = {
    Worker.EnterpriseChosen: "chosen",
    Worker.EmploymentConfirmed: "confirmed",
    Worker.EmploymentRefused: "refused",
    Worker.EmploymentEnded: "ended",
}

DEADLINES = (Attendance.Created, Attendance.CheckedIn, Attendance.Left)
HANDLES = (*STATUSES, *DEADLINES, Account.Erased)


def handle(connection: Connection, events: Sequence[LoggedEvent]) -> None:
    """Fold a batch into the last status of each employment and the last deadline of each worker."""
    employments: dict[tuple[UUID, UUID], dict[str, Any]] = {}
    attendances: dict[UUID, dict[str, Any]] = {}
    erased: list[UUID] = []
    for logged in events:
        event = logged.event
        if type(event) in STATUSES:
            row = _employment(event)
            employments[row["worker_id"], row["enterprise_id"]] = row
        elif isinstance(event, DEADLINES):
            attendances[event.subject_id] = _attendance(event)
        elif isinstance(event, Account.Erased):
            erased.append(event.subject_id)
    EMPLOYMENTS.upsert(connection, employments.values())
    ATTENDANCES.upsert(connection, attendances.values())
    for table in TABLES:
        table.delete(connection, erased)


def _employment(event: Any) -> dict[str, Any]:
    return {
        "worker_id": event.subject_id,
        "enterprise_id": event.enterprise_id,
        "status": STATUSES[type(event)],
        "since": event.timestamp,
    }


def _attendance(event: Attendance.Created | Attendance.CheckedIn | Attendance.Left) -> dict[str, Any]:
    has_left = isinstance(event, Attendance.Left) or getattr(event, "has_left", False)
    return {"worker_id": event.subject_id, "due_at": event.due_at, "has_left": has_left}


@dataclass(frozen=True, slots=True)
class EmploymentRow:
    """An employment with the deadline its status is computed from.

    Attributes:
        due_at: the worker's deadline; none before the registration is complete.
    """

    worker_id: UUID
    enterprise_id: UUID
    enterprise_name: str
    status: Recorded
    since: datetime
    due_at: datetime | None
    has_left: bool | None

    def status_at(self, at: datetime) -> Status:
        """在职 (`employed`) or 离职 (`left`) for a confirmed employment, else what was recorded.

        Told from the stored deadline and the clock, whatever any background job has done.
        """
        if self.status != "confirmed":
            return self.status
        if self.due_at is None:
            return "confirmed"
        return "left" if self.has_left or at > self.due_at else "employed"


_JOINED = """
    SELECT e.worker_id, e.enterprise_id, coalesce(n.name, '') AS enterprise_name, e.status, e.since,
           a.due_at, a.has_left
    FROM views.employments e
    LEFT JOIN views.attendances a USING (partition, worker_id)
    LEFT JOIN views.enterprises n
        ON n.partition = ledger.partition_of(e.enterprise_id) AND n.enterprise_id = e.enterprise_id
"""


def of_worker(connection: Connection, worker_id: UUID, after: UUID | None, limit: int) -> list[EmploymentRow]:
    """A worker's employments, in order of enterprise id, after `after`."""
    condition = """
        WHERE e.partition = ledger.partition_of(%s) AND e.worker_id = %s
            AND (%s::uuid IS NULL OR e.enterprise_id > %s)
        ORDER BY e.enterprise_id LIMIT %s
    """
    with connection.cursor(row_factory=class_row(EmploymentRow)) as cursor:
        return cursor.execute(_JOINED + condition, (worker_id, worker_id, after, after, limit)).fetchall()


@dataclass(frozen=True, slots=True)
class DueSpan:
    """Whose check-in is due: employed (在职) at `since`, with a deadline up to `until`."""

    since: datetime
    until: datetime


def of_enterprise(
    connection: Connection,
    enterprise_id: UUID,
    after: UUID | None,
    limit: int,
    due: DueSpan | None = None,
    status: Recorded | None = None,
) -> list[EmploymentRow]:
    """The employments of an enterprise, in order of worker id, after `after`; all, or some."""
    condition = """
        WHERE e.enterprise_id = %s AND (%s::uuid IS NULL OR e.worker_id > %s)
            AND (%s::text IS NULL OR e.status = %s)
            AND (%s::timestamptz IS NULL OR (
                e.status = 'confirmed' AND NOT a.has_left AND a.due_at BETWEEN %s AND %s))
        ORDER BY e.worker_id LIMIT %s
    """
    since, until = (due.since, due.until) if due else (None, None)
    place = (enterprise_id, after, after, status, status, since, since, until, limit)
    with connection.cursor(row_factory=class_row(EmploymentRow)) as cursor:
        return cursor.execute(_JOINED + condition, place).fetchall()


@dataclass(frozen=True, slots=True)
class Staffing:
    """How many workers an enterprise has at an instant.

    Attributes:
        confirmed: all whom it confirmed and neither side let go.
        employed: 在职, of the confirmed.
        left: 离职, of the confirmed.
        due: of the employed, those whose deadline is near.
    """

    confirmed: int
    employed: int
    left: int
    due: int


def staffing(connection: Connection, enterprise_id: UUID, due: DueSpan) -> Staffing:
    """The numbers of an enterprise at the beginning of a span; whoever is due until its end is told apart."""
    query = """
        SELECT count(*) AS confirmed,
            count(*) FILTER (WHERE NOT has_left AND due_at >= %(since)s) AS employed,
            count(*) FILTER (WHERE has_left OR due_at < %(since)s) AS left,
            count(*) FILTER (WHERE NOT has_left AND due_at BETWEEN %(since)s AND %(until)s) AS due
        FROM views.employments e LEFT JOIN views.attendances a USING (partition, worker_id)
        WHERE e.enterprise_id = %(enterprise_id)s AND e.status = 'confirmed'
    """
    asked = {"enterprise_id": enterprise_id, "since": due.since, "until": due.until}
    with connection.cursor(row_factory=class_row(Staffing)) as cursor:
        return cursor.execute(query, asked).fetchone() or Staffing(0, 0, 0, 0)


def active_workers(connection: Connection, enterprise_id: UUID, at: datetime) -> int:
    """How many workers are employed (在职) at an enterprise at an instant."""
    query = """
        SELECT count(*) FROM views.employments e JOIN views.attendances a USING (partition, worker_id)
        WHERE e.enterprise_id = %s AND e.status = 'confirmed' AND NOT a.has_left AND a.due_at >= %s
    """
    row = connection.execute(query, (enterprise_id, at)).fetchone()
    return int(row[0]) if row else 0
