"""Followers of the log: a stored position per partition, moved in the transaction that handles the events."""

from collections.abc import Callable, Sequence

from psycopg import Connection

from domain.streams import PARTITIONS
from projections.log_reader import LoggedEvent, LogReader

Handler = Callable[[Connection, Sequence[LoggedEvent]], None]

TAKE = "SELECT position FROM ops.tracking WHERE follower = %s AND partition = %s FOR UPDATE SKIP LOCKED"
BEGIN = "INSERT INTO ops.tracking VALUES (%s, %s, 0) ON CONFLICT DO NOTHING"

SET_SCHEMA = "SELECT set_config('search_path', %s, true)"
"""Handlers and queries name their tables without a schema, so that a rebuild can fill another one."""


class Follower:
    """One reader of the log (a projection, or the reactions) with a position in each partition.

    Several processes may run the same follower: the row of its position is the lease of a partition, taken
    for one batch and let go of by the database itself when a process dies.
    """

    def __init__(
        self,
        reader: LogReader,
        name: str,
        handle: Handler,
        schema: str = "views",
        *,
        leaves_database: bool = False,
    ) -> None:
        self.name = name
        self.ledger = reader.ledger
        self._reader = reader
        self._handle = handle
        self._schema = schema
        self._leaves_database = leaves_database

    def step(self, partition: int) -> int:
        """Handle one batch of a partition: rows and position in one transaction.

        Returns:
            how many events were handled; none also while another process holds the partition.
        """
        with self.ledger.pool.connection() as connection, connection.transaction():
            after = self._lease(connection, partition)
            events = self._reader.read(partition, after) if after is not None else ()
            if events:
                if self._leaves_database:  # nothing leaves it for an event that a crash could still undo
                    self.ledger.event_log.flush()
                connection.execute(SET_SCHEMA, (self._schema,))
                self._handle(connection, events)
                self._move_to(connection, partition, events[-1].position.number)
        return len(events)

    def _lease(self, connection: Connection, partition: int) -> int | None:
        """The last handled number, if no other process has the partition in hand."""
        row = connection.execute(TAKE, (self.name, partition)).fetchone()
        if row is None:  # taken by another process, or never begun
            connection.execute(BEGIN, (self.name, partition))
            row = connection.execute(TAKE, (self.name, partition)).fetchone()
        return row[0] if row else None

    def _move_to(self, connection: Connection, partition: int, number: int) -> None:
        connection.execute(
            "UPDATE ops.tracking SET position = %s WHERE follower = %s AND partition = %s",
            (number, self.name, partition),
        )


def lagging(connection: Connection, followers: Sequence[str]) -> list[tuple[int, list[str]]]:
    """The partitions with events that some followers have not handled, each with those followers."""
    query = """
        SELECT p.partition, array_agg(f.name) FROM ledger.partitions p
        CROSS JOIN unnest(%s::text[]) AS f (name)
        LEFT JOIN ops.tracking t ON t.follower = f.name AND t.partition = p.partition
        WHERE coalesce(t.position, 0) < p.head GROUP BY p.partition ORDER BY p.partition
    """
    return connection.execute(query, (list(followers),)).fetchall()


def positions_of(connection: Connection, name: str) -> dict[int, int]:
    """How far a follower has come in each partition."""
    rows = connection.execute("SELECT partition, position FROM ops.tracking WHERE follower = %s", (name,))
    return dict.fromkeys(range(PARTITIONS), 0) | dict(rows.fetchall())
