"""The regulator's index into the log: which events concern whom. It outlives an erasure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from psycopg import Connection
from psycopg.rows import class_row

from ledger.store.positions import Position
from projections.log_reader import LoggedEvent
from projections.tables import Table

NAME = "trail"

TRAIL = Table(
    "trail",
    {
        "concerned_id": "uuid",  # a person or an enterprise
        "partition": "smallint",
        "position": "bigint",
        "at": "timestamptz NOT NULL",
        "topic": "text NOT NULL",
        "actor": "text NOT NULL",
        "stream_id": "uuid NOT NULL",
        "version": "bigint NOT NULL",
    },
    key=("concerned_id", "partition", "position"),
    indexes=("CREATE INDEX IF NOT EXISTS trail_at ON trail (concerned_id, at)",),
)
TABLES = (TRAIL,)
HANDLES = None  # every event

CONCERNED_FIELDS = ("subject_id", "consumer_id", "enterprise_id", "provider_id", "staff_id", "officer_id")
"""The fields of an event that name whom it concerns."""


def handle(connection: Connection, events: Sequence[LoggedEvent]) -> None:
    """One entry an event and party."""
    TRAIL.upsert(
        connection,
        [_row(logged, concerned) for logged in events for concerned in sorted(_concerned(logged))],
    )


def _concerned(logged: LoggedEvent) -> set[UUID]:
    named = {getattr(logged.event, field, None) for field in CONCERNED_FIELDS}
    return {party for party in named if party is not None} or {logged.event.originator_id}


def _row(logged: LoggedEvent, concerned: UUID) -> dict[str, object]:
    return {
        "concerned_id": concerned,
        "partition": logged.position.partition,
        "position": logged.position.number,
        "at": logged.event.timestamp,
        "topic": logged.topic,
        "actor": logged.event.actor,
        "stream_id": logged.event.originator_id,
        "version": logged.event.originator_version,
    }


@dataclass(frozen=True, slots=True)
class TrailEntry:
    """A pointer to an event that concerns somebody."""

    concerned_id: UUID
    partition: int
    position: int
    at: datetime
    topic: str
    actor: str
    stream_id: UUID
    version: int

    @property
    def place(self) -> Position:
        """Where the event lies in the log."""
        return Position(self.partition, self.position)


def trail_of(
    connection: Connection,
    concerned_id: UUID,
    after: tuple[datetime, int, int] | None,
    limit: int,
    before: Position | None = None,
) -> list[TrailEntry]:
    """What concerns somebody, oldest first, after a (time, partition, number).

    Of the partition of `before` it stops there: without that, whose look at each page becomes an event of the
    same trail would never come to its end.
    """
    at, partition, number = after or (None, 0, 0)
    end = (before.partition, before.number) if before else (None, None)
    query = """
        SELECT * FROM views.trail
        WHERE concerned_id = %s
            AND (%s::timestamptz IS NULL OR (at, partition, position) > (%s, %s::smallint, %s::bigint))
            AND (%s::smallint IS NULL OR partition <> %s OR position < %s)
        ORDER BY at, partition, position LIMIT %s
    """
    with connection.cursor(row_factory=class_row(TrailEntry)) as cursor:
        place = (concerned_id, at, at, partition, number, end[0], *end, limit)
        return cursor.execute(query, place).fetchall()
