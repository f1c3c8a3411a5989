"""Which credit records exist about a worker; what they say stays sealed in the log."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from psycopg import Connection

from domain.account import Account
from domain.credit_record import CreditRecord
from projections.log_reader import LoggedEvent
from projections.tables import Table

NAME = "credit_records"

CREDIT_RECORDS = Table(
    "credit_records",
    {
        "worker_id": "uuid",
        "record_id": "uuid",
        "record_type": "text NOT NULL",
        "provider_id": "uuid NOT NULL",
        "submitted_at": "timestamptz NOT NULL",
    },
    key=("worker_id", "record_id"),
    owner="worker_id",
)
TABLES = (CREDIT_RECORDS,)
HANDLES = (CreditRecord.Created, Account.Erased)


def handle(connection: Connection, events: Sequence[LoggedEvent]) -> None:
    """Add the submitted records, drop those of erased people."""
    CREDIT_RECORDS.upsert(
        connection, [_row(e.event) for e in events if isinstance(e.event, CreditRecord.Created)]
    )
    CREDIT_RECORDS.delete(
        connection, [e.event.subject_id for e in events if isinstance(e.event, Account.Erased)]
    )


def _row(event: CreditRecord.Created) -> dict[str, Any]:
    return {
        "worker_id": event.subject_id,
        "record_id": event.originator_id,
        "record_type": event.record_type,
        "provider_id": event.provider_id,
        "submitted_at": event.timestamp,
    }


def records_of(connection: Connection, worker_id: UUID, record_types: Sequence[str]) -> list[UUID]:
    """The streams of a worker's records of some types, oldest first."""
    query = """
        SELECT record_id FROM views.credit_records
        WHERE partition = ledger.partition_of(%s) AND worker_id = %s AND record_type = ANY (%s)
        ORDER BY submitted_at, record_id
    """
    return [row[0] for row in connection.execute(query, (worker_id, worker_id, list(record_types)))]
