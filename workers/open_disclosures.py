"""The table `ops.open_disclosures`: what is over at once when its worker's letter ends."""

from datetime import datetime
from uuid import UUID

from psycopg import Connection

from domain.streams import partition_of


def add(connection: Connection, disclosure_id: UUID, worker_id: UUID, readable_until: datetime) -> None:
    """Keep an approved disclosure; `ledger.housekeeping` drops it when its time is over."""
    connection.execute(
        "INSERT INTO ops.open_disclosures VALUES (%s, %s, %s, %s) ON CONFLICT DO NOTHING",
        (partition_of(worker_id), disclosure_id, worker_id, readable_until),
    )


def take(connection: Connection, worker_id: UUID, at: datetime) -> list[UUID]:
    """Remove the worker's disclosures, and tell those that were still open at an instant."""
    query = """
        DELETE FROM ops.open_disclosures WHERE partition = %s AND worker_id = %s
        RETURNING disclosure_id, readable_until
    """
    rows = connection.execute(query, (partition_of(worker_id), worker_id)).fetchall()
    return sorted(disclosure for disclosure, readable_until in rows if readable_until >= at)
