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
        "superseded_by": "uuid",  # the record that corrects it
    },
    key=("worker_id", "record_id"),
    owner="worker_id",
)
TABLES = (CREDIT_RECORDS,)
HANDLES = (CreditRecord.Created, CreditRecord.Superseded, Account.Erased)


def handle(connection: Connection, events: Sequence[LoggedEvent]) -> None:
    """Add the submitted records, mark the corrected ones, drop those of erased people.

    A record comes before its correction, since both lie in the worker's partition.
    """
    CREDIT_RECORDS.upsert(
        connection, [_row(e.event) for e in events if isinstance(e.event, CreditRecord.Created)]
    )
    _mark(connection, [e.event for e in events if isinstance(e.event, CreditRecord.Superseded)])
    erased = [e.event.subject_id for e in events if isinstance(e.event, Account.Erased)]
    CREDIT_RECORDS.delete(connection, erased)


def _mark(connection: Connection, superseded: Sequence[CreditRecord.Superseded]) -> None:
    query = """
        UPDATE credit_records r SET superseded_by = s.correction_id
        FROM unnest(%s::uuid[], %s::uuid[], %s::uuid[]) AS s (worker_id, record_id, correction_id)
        WHERE r.partition = ledger.partition_of(s.worker_id) AND r.worker_id = s.worker_id
            AND r.record_id = s.record_id
    """
    workers, records = [e.subject_id for e in superseded], [e.originator_id for e in superseded]
    connection.execute(query, (workers, records, [e.correction_id for e in superseded]))


def _row(event: CreditRecord.Created) -> dict[str, Any]:
    return {
        "worker_id": event.subject_id,
        "record_id": event.originator_id,
        "record_type": event.record_type,
        "provider_id": event.provider_id,
        "submitted_at": event.timestamp,
        "superseded_by": None,
    }


def records_of(connection: Connection, worker_id: UUID, record_types: Sequence[str]) -> list[UUID]:
    """The streams of a worker's records of some types, oldest first, without those that were corrected."""
    query = """
        SELECT record_id FROM views.credit_records
        WHERE partition = ledger.partition_of(%s) AND worker_id = %s AND record_type = ANY (%s)
            AND superseded_by IS NULL
        ORDER BY submitted_at, record_id
    """
    return [row[0] for row in connection.execute(query, (worker_id, worker_id, list(record_types)))]
