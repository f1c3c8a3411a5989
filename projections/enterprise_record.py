"""The public credit record of enterprises: awards (奖励), penalties (处罚), lists (红黑名单)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from psycopg import Connection
from psycopg.rows import class_row

from domain.enterprise import Enterprise
from domain.streams import partition_of
from projections.log_reader import LoggedEvent
from projections.tables import Table

NAME = "enterprise_record"

ENTRIES = Table(
    "enterprise_entries",
    {
        "partition": "smallint",
        "enterprise_id": "uuid",
        "entry_id": "uuid",
        "kind": "text NOT NULL",
        "authority": "text NOT NULL",
        "document_number": "text NOT NULL",
        "decided_on": "date NOT NULL",
        "reason": "text NOT NULL",
        "added_at": "timestamptz NOT NULL",
    },
    key=("partition", "enterprise_id", "entry_id"),
)

LIFTS = Table(
    "enterprise_lifts",
    {
        "partition": "smallint",
        "enterprise_id": "uuid",
        "entry_id": "uuid",
        "authority": "text NOT NULL",
        "document_number": "text NOT NULL",
        "decided_on": "date NOT NULL",
        "reason": "text NOT NULL",
    },
    key=("partition", "enterprise_id", "entry_id"),
)
TABLES = (ENTRIES, LIFTS)
HANDLES = (Enterprise.EntryAdded, Enterprise.EntryLifted)


def handle(connection: Connection, events: Sequence[LoggedEvent]) -> None:
    """A row an event: an entry, or the decision that lifted one."""
    added: list[dict[str, Any]] = []
    lifted: list[dict[str, Any]] = []
    for event in (logged.event for logged in events):
        if isinstance(event, Enterprise.EntryAdded):
            added.append(_decided(event) | {"kind": event.kind, "added_at": event.timestamp})
        elif isinstance(event, Enterprise.EntryLifted):
            lifted.append(_decided(event))
    ENTRIES.upsert(connection, added)
    LIFTS.upsert(connection, lifted)


def _decided(event: Enterprise.EntryAdded | Enterprise.EntryLifted) -> dict[str, Any]:
    return {
        "partition": partition_of(event.originator_id),
        "enterprise_id": event.originator_id,
        "entry_id": event.entry_id,
        "authority": event.authority,
        "document_number": event.document_number,
        "decided_on": date.fromisoformat(event.decided_on),
        "reason": event.reason,
    }


@dataclass(frozen=True, slots=True)
class EntryRow:
    """An entry, with the decision that lifted it if there was one."""

    entry_id: UUID
    kind: str
    authority: str
    document_number: str
    decided_on: date
    reason: str
    added_at: datetime
    lifted_by: str | None
    lifted_by_document: str | None
    lifted_on: date | None
    lifted_because: str | None


Place = tuple[date, UUID]
"""Of an entry among those of its enterprise and kind, newest first."""


def entries_of(
    connection: Connection, enterprise_id: UUID, kind: str, after: Place | None, limit: int
) -> list[EntryRow]:
    """The entries of an enterprise of a kind, newest decision first, after `after`."""
    query = """
        SELECT e.entry_id, e.kind, e.authority, e.document_number, e.decided_on, e.reason, e.added_at,
            l.authority AS lifted_by, l.document_number AS lifted_by_document, l.decided_on AS lifted_on,
            l.reason AS lifted_because
        FROM views.enterprise_entries e
        LEFT JOIN views.enterprise_lifts l USING (partition, enterprise_id, entry_id)
        WHERE e.partition = %s AND e.enterprise_id = %s AND e.kind = %s
            AND (%s::date IS NULL OR (e.decided_on, e.entry_id) < (%s, %s))
        ORDER BY e.decided_on DESC, e.entry_id DESC LIMIT %s
    """
    day, entry_id = after or (None, None)
    place = (partition_of(enterprise_id), enterprise_id, kind, day, day, entry_id, limit)
    with connection.cursor(row_factory=class_row(EntryRow)) as cursor:
        return cursor.execute(query, place).fetchall()
