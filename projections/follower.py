"""Reads the log for followers: events without keys, a stored position per partition, exactly once."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from eventsourcing.persistence import Notification
from psycopg import Connection

from domain.event import LedgerAggregate
from domain.streams import PARTITIONS
from ledger.credit_ledger import CreditLedger
from ledger.positions import Position

BATCH_EVENTS = 2000


@dataclass(frozen=True, slots=True)
class LoggedEvent:
    """An event and its place in the log; its personal fields are sealed."""

    position: Position
    topic: str
    event: LedgerAggregate.Event


Handler = Callable[[Connection, Sequence[LoggedEvent]], None]


class Follower:
    """One reader of the log (a projection, or the reactions) with a position in each partition."""

    def __init__(self, ledger: CreditLedger, name: str, handle: Handler, schema: str = "views") -> None:
        self.name = name
        self._ledger = ledger
        self._mapper = ledger.reader()
        self._handle = handle
        self._schema = schema

    def catch_up(self) -> int:
        """Handle everything that is new, partition by partition.

        Returns:
            how many events were handled.
        """
        handled = 0
        for partition in self.lagging():
            while fresh := self.step(partition):
                handled += fresh
        return handled

    def lagging(self) -> list[int]:
        """The partitions with events that are not handled yet; one query tells."""
        query = """
            SELECT p.partition FROM ledger.partitions p
            LEFT JOIN ops.tracking t ON t.follower = %s AND t.partition = p.partition
            WHERE p.head > coalesce(t.position, 0) ORDER BY p.partition
        """
        with self._ledger.pool.connection() as connection:
            return [row[0] for row in connection.execute(query, (self.name,))]

    def step(self, partition: int) -> int:
        """Handle one batch of a partition: rows and position in one transaction."""
        with self._ledger.pool.connection() as connection, connection.transaction():
            after = self._lock_position(connection, partition)
            notifications = self._ledger.event_log.read_partition(partition, after, BATCH_EVENTS)
            if notifications:
                connection.execute(SET_SCHEMA, (self._schema,))
                self._handle(connection, [self._logged(n) for n in notifications])
                self._move_to(connection, Position.from_id(notifications[-1].id))
        return len(notifications)

    def _lock_position(self, connection: Connection, partition: int) -> int:
        """The last handled number; the row lock keeps a second runner of the same follower waiting."""
        connection.execute(
            "INSERT INTO ops.tracking VALUES (%s, %s, 0) ON CONFLICT DO NOTHING", (self.name, partition)
        )
        row = connection.execute(
            "SELECT position FROM ops.tracking WHERE follower = %s AND partition = %s FOR UPDATE",
            (self.name, partition),
        ).fetchone()
        return row[0] if row else 0

    def _move_to(self, connection: Connection, position: Position) -> None:
        connection.execute(
            "UPDATE ops.tracking SET position = %s WHERE follower = %s AND partition = %s",
            (position.number, self.name, position.partition),
        )

    def _logged(self, notification: Notification) -> LoggedEvent:
        event = self._mapper.to_domain_event(notification)
        if not isinstance(event, LedgerAggregate.Event):
            msg = f"{notification.topic} is no event of this ledger"
            raise TypeError(msg)
        return LoggedEvent(Position.from_id(notification.id), notification.topic, event)


SET_SCHEMA = "SELECT set_config('search_path', %s, true)"
"""Handlers and queries name their tables without a schema, so that a rebuild can fill another one."""


def positions_of(connection: Connection, name: str) -> dict[int, int]:
    """How far a follower has come in each partition."""
    rows = connection.execute("SELECT partition, position FROM ops.tracking WHERE follower = %s", (name,))
    return dict.fromkeys(range(PARTITIONS), 0) | dict(rows.fetchall())
