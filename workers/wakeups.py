"""The table `ops.wakeups`: when the scheduler has to look at a deadline again."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from psycopg import Connection
from psycopg.rows import class_row

ATTENDANCE, DISCLOSURE, IMPORT = "attendance", "disclosure", "import"


@dataclass(frozen=True, slots=True)
class Wakeup:
    """When to look at what; the id of an attendance is its worker's, since its streams change every year.

    An import of the enterprise list is about nobody: it stands for its own subject.
    """

    kind: str
    id: UUID
    subject_id: UUID
    wake_at: datetime


def add(connection: Connection, wakeup: Wakeup) -> None:
    """Add a wake-up; one that is there already stays as it is, since it comes earlier and looks anew."""
    connection.execute(
        "INSERT INTO ops.wakeups (partition, kind, id, subject_id, wake_at)"
        " VALUES (ledger.partition_of(%s), %s, %s, %s, %s) ON CONFLICT DO NOTHING",
        (wakeup.id, wakeup.kind, wakeup.id, wakeup.subject_id, wakeup.wake_at),
    )


def remove(connection: Connection, kind: str, of: UUID) -> None:
    """Remove a wake-up whose deadline is settled."""
    connection.execute(
        "DELETE FROM ops.wakeups WHERE partition = ledger.partition_of(%s) AND kind = %s AND id = %s",
        (of, kind, of),
    )


def take_due(connection: Connection, at: datetime, limit: int) -> list[Wakeup]:
    """The wake-ups that are due and that no other sweep holds; locked until the transaction ends."""
    query = """
        SELECT kind, id, subject_id, wake_at FROM ops.wakeups WHERE wake_at <= %s
        ORDER BY wake_at LIMIT %s FOR UPDATE SKIP LOCKED
    """
    with connection.cursor(row_factory=class_row(Wakeup)) as cursor:
        return cursor.execute(query, (at, limit)).fetchall()


def move(connection: Connection, moved: Iterable[tuple[Wakeup, datetime]]) -> None:
    """Move wake-ups that have fired."""
    rows: Sequence[tuple[str, UUID, datetime]] = [(wakeup.kind, wakeup.id, to) for wakeup, to in moved]
    connection.execute(
        "UPDATE ops.wakeups w SET wake_at = fresh.wake_at"
        " FROM unnest(%s::text[], %s::uuid[], %s::timestamptz[]) AS fresh (kind, id, wake_at)"
        " WHERE w.partition = ledger.partition_of(fresh.id) AND w.kind = fresh.kind AND w.id = fresh.id",
        [list(column) for column in zip(*rows, strict=True)] if rows else [[], [], []],
    )
