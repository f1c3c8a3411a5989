"""The log as followers read it: partition by partition, in commit order, by numbers without gaps."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from uuid import UUID

import psycopg
from eventsourcing.persistence import Notification, OperationalError
from psycopg_pool import ConnectionPool

from domain.streams import partition_of
from ledger.store.positions import Position


class PartitionedLog:
    """Reads `ledger.events` by partition and number.

    Raises, of every method:
        OperationalError: the database is away.
    """

    def __init__(self, pool: ConnectionPool) -> None:
        self.pool = pool

    @contextmanager
    def _connection(self) -> Iterator[psycopg.Connection]:
        try:
            with self.pool.connection() as connection:
                yield connection
        except psycopg.OperationalError as error:
            raise OperationalError(str(error)) from error

    def positions_of(self, stream: UUID) -> list[Position]:
        """The positions of a stream's events, in order."""
        query = """
            SELECT partition, position FROM ledger.events
            WHERE partition = %s AND stream_id = %s ORDER BY version
        """
        with self._connection() as connection:
            return [Position(*row) for row in connection.execute(query, (partition_of(stream), stream))]

    def read_partition(
        self, partition: int, after: int, limit: int, topics: Sequence[str] | None = None
    ) -> list[Notification]:
        """The next `limit` events of a partition after a number, in commit order.

        With topics only those of these events: numbers have no gaps, so it is known which were left out.
        """
        query = """
            SELECT position, stream_id, version, topic, state FROM ledger.events
            WHERE partition = %s AND position > %s AND position <= %s
                AND (%s::text[] IS NULL OR topic = ANY (%s))
            ORDER BY position
        """
        wanted = None if topics is None else list(topics)
        bounds = (partition, after, after + limit, wanted, wanted)
        with self._connection() as connection:
            rows = connection.execute(query, bounds, binary=True).fetchall()
        before = Position(partition, 0).notification_id
        return [Notification(s, v, t, b, before + n) for n, s, v, t, b in rows]

    def read_at(self, positions: Sequence[Position]) -> list[Notification]:
        """The events at some positions, in no order."""
        query = """
            SELECT e.partition, e.position, stream_id, version, topic, state FROM ledger.events e
            JOIN unnest(%s::smallint[], %s::bigint[]) AS w (partition, position)
                ON e.partition = w.partition AND e.position = w.position
        """
        wanted = [p.partition for p in positions], [p.number for p in positions]
        with self._connection() as connection:
            rows = connection.execute(query, wanted).fetchall()
        return [
            Notification(s, v, t, bytes(b), id=Position(p, n).notification_id) for p, n, s, v, t, b in rows
        ]

    def heads(self) -> dict[int, int]:
        """The number of the last event of each partition."""
        with self._connection() as connection:
            return dict(connection.execute("SELECT partition, head FROM ledger.partitions").fetchall())

    def head(self, partition: int) -> int:
        """The number of the last event of a partition."""
        query = "SELECT coalesce(max(position), 0) FROM ledger.events WHERE partition = %s"
        with self._connection() as connection:
            row = connection.execute(query, (partition,)).fetchone()
        return row[0] if row else 0
