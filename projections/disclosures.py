"""Disclosures and their receipts, for both sides."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg import Connection
from psycopg.rows import class_row

from domain.disclosure import Disclosure
from domain.event import LedgerAggregate
from domain.refused_scan import RefusedScan
from ledger.store.positions import Position
from projections import handovers
from projections.log_reader import LoggedEvent
from projections.tables import Table

NAME = "disclosures"

RECEIPTS = Table(
    "receipts",
    {
        "partition": "smallint",  # of the log, and so the worker's: a disclosure is one of their streams
        "worker_id": "uuid",
        "disclosure_id": "uuid",
        "step": "integer",  # the version of the event in its stream
        "consumer_id": "uuid NOT NULL",
        "what": "text NOT NULL",
        "at": "timestamptz NOT NULL",
        "scopes": "text[] NOT NULL",
        "because": "text NOT NULL",
        "position": "bigint NOT NULL",
    },
    key=("partition", "worker_id", "disclosure_id", "step"),
    indexes=(
        "CREATE INDEX IF NOT EXISTS receipts_consumer ON receipts (consumer_id, disclosure_id)",
        "CREATE UNIQUE INDEX IF NOT EXISTS receipts_position ON receipts (partition, position)",
    ),
)
TABLES = (RECEIPTS, handovers.HANDOVER_STEPS)

STEPS: dict[type[LedgerAggregate.Event], str] = {
    Disclosure.Created: "requested",
    Disclosure.Approved: "approved",
    Disclosure.Declined: "declined",
    Disclosure.Expired: "expired",
    Disclosure.Abandoned: "abandoned",
    Disclosure.Viewed: "viewed",
    Disclosure.Ended: "ended",
    RefusedScan.Created: "scan_refused",
}
HANDLES = (*STEPS, *handovers.STEPS)


def handle(connection: Connection, events: Sequence[LoggedEvent]) -> None:
    """One receipt step an event; a receipt never holds what was shown."""
    RECEIPTS.upsert(connection, [_row(logged) for logged in events if type(logged.event) in STEPS])
    handovers.handle(connection, events)


def _row(logged: LoggedEvent) -> dict[str, Any]:
    event: Any = logged.event
    return {
        "partition": logged.position.partition,
        "worker_id": event.subject_id,
        "disclosure_id": event.originator_id,
        "step": event.originator_version,
        "consumer_id": event.consumer_id,
        "what": STEPS[type(event)],
        "at": event.timestamp,
        "scopes": getattr(event, "scopes", []),
        "because": getattr(event, "because", ""),
        "position": logged.position.number,
    }


@dataclass(frozen=True, slots=True)
class ReceiptStep:
    """One thing that happened to a disclosure."""

    worker_id: UUID
    disclosure_id: UUID
    step: int
    consumer_id: UUID
    what: str
    at: datetime
    scopes: list[str]
    because: str
    partition: int
    position: int

    @property
    def place(self) -> Position:
        """Where the event lies in the log."""
        return Position(self.partition, self.position)


def receipts_of(
    connection: Connection, party: UUID, after: tuple[datetime, UUID] | None, limit: int
) -> list[list[ReceiptStep]]:
    """The disclosures that a person took part in, as worker or consumer, each with its steps in order.

    The newest scan comes first; `after` is the instant and the id of the last one of the page before.
    """
    query = """
        SELECT r.* FROM (
            SELECT partition, worker_id, disclosure_id, min(at) AS scanned_at FROM views.receipts
            WHERE partition = ledger.partition_of(%s) AND worker_id = %s OR consumer_id = %s
            GROUP BY 1, 2, 3
            HAVING %s::timestamptz IS NULL OR (min(at), disclosure_id) < (%s, %s::uuid)
            ORDER BY scanned_at DESC, disclosure_id DESC LIMIT %s
        ) AS found
        JOIN views.receipts r USING (partition, worker_id, disclosure_id)
        ORDER BY scanned_at DESC, disclosure_id DESC, step
    """
    at, disclosure_id = after or (None, None)
    grouped: dict[UUID, list[ReceiptStep]] = {}
    with connection.cursor(row_factory=class_row(ReceiptStep)) as cursor:
        for step in cursor.execute(query, (party, party, party, at, at, disclosure_id, limit)):
            grouped.setdefault(step.disclosure_id, []).append(step)
    return list(grouped.values())
