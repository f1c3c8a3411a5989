"""What is pushed: the steps of disclosures to both sides, those of handovers to the worker."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from psycopg import Connection
from psycopg.rows import class_row

_STEPS = """
    SELECT s.* FROM unnest(%s::smallint[], %s::bigint[]) AS seen (partition, position)
    JOIN LATERAL (
        SELECT 'disclosure' AS about, disclosure_id AS id, what, at, worker_id, consumer_id, partition,
            position
        FROM views.receipts r WHERE r.partition = seen.partition AND r.position > seen.position
        UNION ALL
        SELECT 'handover', handover_id, what, at, worker_id, NULL, partition, position
        FROM views.handover_steps h WHERE h.partition = seen.partition AND h.position > seen.position
    ) s ON true
"""


@dataclass(frozen=True, slots=True)
class PushStep:
    """One thing that happened to a `disclosure` or a `handover`."""

    about: str
    id: UUID
    what: str
    at: datetime
    worker_id: UUID
    consumer_id: UUID | None
    partition: int
    position: int


def steps_after(connection: Connection, seen: dict[int, int]) -> list[PushStep]:
    """The steps after the last seen number of each partition."""
    query = _STEPS + "ORDER BY s.partition, s.position"
    with connection.cursor(row_factory=class_row(PushStep)) as cursor:
        return cursor.execute(query, (list(seen), list(seen.values()))).fetchall()


def steps_of_party_after(connection: Connection, party: UUID, seen: dict[int, int]) -> list[PushStep]:
    """What a person missed since the last seen numbers, in the order that a cursor can follow."""
    query = _STEPS + "WHERE s.worker_id = %s OR s.consumer_id = %s ORDER BY s.partition, s.position"
    with connection.cursor(row_factory=class_row(PushStep)) as cursor:
        return cursor.execute(query, (list(seen), list(seen.values()), party, party)).fetchall()
