"""Puts the tables of a read model that were built beside in the place of the live ones, and keeps those.

Readers name `views.<table>`; the tables change schemas in one transaction. That needs an exclusive lock for
an instant, and whoever asks for one makes later readers queue behind it. So it is asked for briefly and
often instead of once and for long.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from types import ModuleType

from psycopg import Connection
from psycopg.errors import LockNotAvailable
from psycopg.sql import SQL, Identifier

from projections.follower import Follower, positions_of

LIVE, NEXT, OLD = "views", "views_next", "views_old"

TABLE_LOCK_MS = 100
"""A reader waits at most so long for a switch that does not get its lock, per table."""

LEASE_LOCK_MS = 5_000
"""The live follower may be in the middle of a batch; no reader waits for this."""

RETRY_SECONDS = 0.3


class SwitchBlocked(RuntimeError):
    """Somebody reads a live table without an end; all is as before, and a rebuild goes on from here."""


@dataclass(frozen=True, slots=True)
class Switch:
    """From the tables in `source` (`views_next` or `views_old`) to the live ones.

    Attributes:
        connection: of the owner of the database, in autocommit.
        follower: who has filled the tables of `source`.
    """

    connection: Connection
    projection: ModuleType
    source: str
    follower: Follower

    def make(self, keep_up: Callable[[], None], patience_seconds: float) -> None:
        """Switch, trying again while a reader holds a table.

        Args:
            keep_up: is called between two tries, so that little is left to do under the lock.
            patience_seconds: after that time it is given up.

        Raises:
            SwitchBlocked: it was given up.
        """
        gives_up = time.monotonic() + patience_seconds
        while not self._attempt():
            if time.monotonic() > gives_up:
                msg = f"{self.projection.NAME}: a live table was in use for {patience_seconds:g} s"
                raise SwitchBlocked(msg)
            time.sleep(RETRY_SECONDS)
            keep_up()

    def _attempt(self) -> bool:
        try:
            with self.connection.transaction():
                self._pause_followers()
                self._catch_up_with_live()
                self._lock_tables()
                for table in self.projection.TABLES:
                    self._exchange(table.name)
                self._exchange_positions()
        except LockNotAvailable:
            return False
        return True

    def _pause_followers(self) -> None:
        """Hold every lease: live followers pass by what is held, so they wait for nothing."""
        self._wait_for_locks(LEASE_LOCK_MS)
        names = [self.projection.NAME, self.follower.name]
        self.connection.execute(
            "INSERT INTO ops.tracking SELECT f, p, 0 FROM unnest(%s::text[]) f, generate_series(0, 15) p"
            " ON CONFLICT DO NOTHING",
            (names,),
        )
        self.connection.execute(
            "SELECT FROM ops.tracking WHERE follower = ANY (%s) ORDER BY follower, partition FOR UPDATE",
            (names,),
        )

    def _catch_up_with_live(self) -> None:
        """No reader shall see a view go back: the new tables are nowhere behind the live ones."""
        done = positions_of(self.connection, self.follower.name)
        for partition, live in positions_of(self.connection, self.projection.NAME).items():
            while moved := self.follower.advance(self.connection, partition, done[partition], live):
                done[partition] += moved

    def _lock_tables(self) -> None:
        self._wait_for_locks(TABLE_LOCK_MS)
        for table in self.projection.TABLES:
            for schema in (LIVE, self.source):
                if self._exists(schema, table.name):
                    self.connection.execute(SQL("LOCK TABLE {}").format(Identifier(schema, table.name)))

    def _wait_for_locks(self, milliseconds: int) -> None:
        self.connection.execute("SELECT set_config('lock_timeout', %s, true)", (f"{milliseconds}ms",))

    def _exists(self, schema: str, table: str) -> bool:
        query = "SELECT FROM pg_tables WHERE schemaname = %s AND tablename = %s"
        return self.connection.execute(query, (schema, table)).fetchone() is not None

    def _exchange(self, table: str) -> None:
        """The live table becomes the old one; an old one that is not wanted back is dropped."""
        if self.source == OLD:  # aside first, since its place is needed
            self._drop(NEXT, table)
            self._move(table, OLD, NEXT)
        else:
            self._drop(OLD, table)
        self._move(table, LIVE, OLD)
        self._move(table, NEXT, LIVE)
        self.connection.execute(
            SQL("ALTER TABLE {} RESET (autovacuum_enabled)").format(Identifier(LIVE, table))
        )

    def _drop(self, schema: str, table: str) -> None:
        self.connection.execute(SQL("DROP TABLE IF EXISTS {}").format(Identifier(schema, table)))

    def _move(self, table: str, source: str, target: str) -> None:
        self.connection.execute(
            SQL("ALTER TABLE IF EXISTS {} SET SCHEMA {}").format(
                Identifier(source, table), Identifier(target)
            )
        )

    def _exchange_positions(self) -> None:
        """The followers' positions go with the tables."""
        name = self.projection.NAME
        old, fresh = positions_of(self.connection, name), positions_of(self.connection, self.follower.name)
        self._place(name, fresh)
        self.connection.execute("DELETE FROM ops.tracking WHERE follower = %s", (follower_of(name, NEXT),))
        self._place(follower_of(name, OLD), old)

    def _place(self, follower: str, positions: dict[int, int]) -> None:
        self.connection.execute(
            "INSERT INTO ops.tracking SELECT %s, p, n FROM unnest(%s::smallint[], %s::bigint[]) AS t (p, n)"
            " ON CONFLICT (follower, partition) DO UPDATE SET position = excluded.position",
            (follower, list(positions), list(positions.values())),
        )


def follower_of(name: str, schema: str) -> str:
    """Under which name the follower of a read model's tables in a schema keeps its positions."""
    return name + schema.removeprefix(LIVE)
