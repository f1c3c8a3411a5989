"""Followers of the log: a stored position per partition, moved in the transaction that handles the events."""

import logging
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import psycopg
from eventsourcing.persistence import OperationalError
from psycopg import Connection

from domain.streams import PARTITIONS
from ledger.store.positions import Position
from projections.log_reader import LoggedEvent, LogReader
from projections.metrics import BATCH_SECONDS, ERRORS, EVENTS, LAG_EVENTS

Handler = Callable[[Connection, Sequence[LoggedEvent]], None]

TAKE = "SELECT position FROM ops.tracking WHERE follower = %s AND partition = %s FOR UPDATE SKIP LOCKED"
BEGIN = "INSERT INTO ops.tracking VALUES (%s, %s, 0) ON CONFLICT DO NOTHING"

SET_SCHEMA = "SELECT set_config('search_path', %s, true)"
"""Handlers and queries name their tables without a schema, so that a rebuild can fill another one."""

_logger = logging.getLogger(__name__)


class ProjectionStopped(RuntimeError):
    """A follower failed on events that it cannot skip; names follower, partition and position.

    It says which error it was and where in the code, never the error's text: that may quote the event.
    """

    def __init__(self, follower: str, standing_at: Position, error: Exception) -> None:
        place = traceback.extract_tb(error.__traceback__)[-1]
        super().__init__(
            f"{follower} stopped in partition {standing_at.partition} after position {standing_at.number}:"
            f" {type(error).__name__} at {Path(place.filename).name}:{place.lineno}"
        )
        self.follower = follower


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

    def step(self, partition: int, until: int | None = None) -> int:
        """Handle one batch of a partition, at most up to a number: rows and position in one transaction.

        Returns:
            how many events were handled or passed over; none also while another process holds the partition.

        Raises:
            ProjectionStopped: the handler failed; neither rows nor position moved.
        """
        with self.ledger.pool.connection() as connection, connection.transaction():
            after = self._lease(connection, partition)
            return 0 if after is None else self.advance(connection, partition, after, until)

    def advance(self, connection: Connection, partition: int, after: int, until: int | None) -> int:
        """What `step` does, within a transaction that already holds the position."""
        with self._watched(partition, after):
            batch = self._reader.read(partition, after, until)
            moved = batch.until - after
            if batch.events:
                if self._leaves_database:  # nothing leaves it for an event that a crash could still undo
                    self.ledger.event_log.flush()
                connection.execute(SET_SCHEMA, (self._schema,))
                self._handle(connection, batch.events)
            if moved:
                self._move_to(connection, partition, batch.until)
        EVENTS.labels(self.name).inc(moved)
        LAG_EVENTS.labels(self.name).dec(moved)
        return moved

    @contextmanager
    def _watched(self, partition: int, after: int) -> Iterator[None]:
        with BATCH_SECONDS.labels(self.name).time():
            try:
                yield
            except (psycopg.OperationalError, OperationalError):
                raise  # the database is away, and nothing is wrong with the handler
            except Exception as error:  # noqa: BLE001 - whatever it is, it stops this follower
                ERRORS.labels(self.name).inc()
                stopped = ProjectionStopped(self.name, Position(partition, after), error)
                _logger.error("%s", stopped)  # a traceback would quote the event
                raise stopped from None

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


def lags(connection: Connection, followers: Sequence[str]) -> dict[str, dict[int, int]]:
    """How many events each follower has still to handle, by partition; only partitions that have any."""
    query = """
        SELECT f.name, p.partition, p.head - coalesce(t.position, 0) FROM ledger.partitions p
        CROSS JOIN unnest(%s::text[]) AS f (name)
        LEFT JOIN ops.tracking t ON t.follower = f.name AND t.partition = p.partition
        WHERE coalesce(t.position, 0) < p.head ORDER BY p.partition
    """
    found: dict[str, dict[int, int]] = {name: {} for name in followers}
    for name, partition, events in connection.execute(query, (list(followers),)):
        found[name][partition] = events
    return found


def positions_of(connection: Connection, name: str) -> dict[int, int]:
    """How far a follower has come in each partition."""
    rows = connection.execute("SELECT partition, position FROM ops.tracking WHERE follower = %s", (name,))
    return dict.fromkeys(range(PARTITIONS), 0) | dict(rows.fetchall())
