"""Who has which staff role, and since when; staff are ids here, and nothing personal is known of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import LiteralString
from uuid import UUID

from psycopg import Connection
from psycopg.rows import class_row
from psycopg.sql import SQL

from domain.event import LedgerAggregate
from domain.staff import StaffMember
from projections.log_reader import LoggedEvent
from projections.tables import Table

NAME = "staff"

STAFF = Table(
    "staff",
    {
        "staff_id": "uuid",
        "role": "text NOT NULL",
        "enterprise_id": "uuid",  # of an operator
        "status": "text NOT NULL",
        "proposed_by": "text NOT NULL",
        "proposed_at": "timestamptz NOT NULL",
        "has_passkey": "boolean NOT NULL",
        "withdrawal_proposed_by": "text",
    },
    key=("staff_id",),
    indexes=("CREATE INDEX IF NOT EXISTS staff_enterprise ON staff (enterprise_id, staff_id)",),
    owner="staff_id",
)
TABLES = (STAFF,)

CHANGES: dict[type[LedgerAggregate.Event], LiteralString] = {
    StaffMember.Granted: "status = 'granted'",
    StaffMember.PasskeyEnrolled: "has_passkey = true",
    StaffMember.WithdrawalProposed: "withdrawal_proposed_by = %(actor)s",
    StaffMember.Withdrawn: "status = 'withdrawn'",
}
HANDLES = (StaffMember.Created, *CHANGES)

_CHANGE = "UPDATE staff SET {} WHERE partition = ledger.partition_of(%(member)s) AND staff_id = %(member)s"


def handle(connection: Connection, events: Sequence[LoggedEvent]) -> None:
    """Fold one event after the other: there are few, and each changes what the ones before it made."""
    for logged in events:
        event = logged.event
        if isinstance(event, StaffMember.Created):
            STAFF.upsert(connection, [_row(event)])
        elif type(event) in CHANGES:
            values = {"actor": event.actor, "member": event.originator_id}
            connection.execute(SQL(_CHANGE).format(SQL(CHANGES[type(event)])), values)


def _row(event: StaffMember.Created) -> dict[str, object]:
    return {
        "staff_id": event.originator_id,
        "role": event.role,
        "enterprise_id": event.enterprise_id,
        "status": "proposed",
        "proposed_by": event.proposed_by,
        "proposed_at": event.timestamp,
        "has_passkey": False,
        "withdrawal_proposed_by": None,
    }


@dataclass(frozen=True, slots=True)
class StaffRow:
    """A member of staff; `status` is `proposed`, `granted` or `withdrawn`."""

    staff_id: UUID
    role: str
    enterprise_id: UUID | None
    status: str
    proposed_by: str
    proposed_at: datetime
    has_passkey: bool
    withdrawal_proposed_by: str | None


def members(
    connection: Connection, enterprise_id: UUID | None, after: UUID | None, limit: int
) -> list[StaffRow]:
    """All staff, or the operators of an enterprise, in order of id, after `after`."""
    query = """
        SELECT staff_id, role, enterprise_id, status, proposed_by, proposed_at, has_passkey,
            withdrawal_proposed_by
        FROM views.staff
        WHERE (%s::uuid IS NULL OR enterprise_id = %s) AND (%s::uuid IS NULL OR staff_id > %s)
        ORDER BY staff_id LIMIT %s
    """
    with connection.cursor(row_factory=class_row(StaffRow)) as cursor:
        values = (enterprise_id, enterprise_id, after, after, limit)
        return cursor.execute(query, values).fetchall()
