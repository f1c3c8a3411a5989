"""The tables of a read model that are not the live ones: created, filled, and put in their place."""

import gc
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from types import ModuleType

from psycopg import Connection
from psycopg.sql import SQL, Identifier, Literal

from ledger.credit_ledger import CreditLedger
from projections.digest import Digest, digests_of
from projections.follower import SET_SCHEMA, Follower, positions_of
from projections.log_reader import LogReader
from projections.switch import LIVE, Switch, follower_of
from projections.tables import Table

BATCH_EVENTS = 10_000
"""Nobody waits for a partition of a rebuild, so it takes more at a time than a live follower does."""

Progress = Callable[[int, int], None]
"""Is told how many events were passed, and how many the log has."""


@dataclass(frozen=True, slots=True)
class Beside:
    """A read model's tables in `schema`, and who fills them.

    Attributes:
        owner: a connection of the owner of the database, in autocommit.
        progress: is told after each batch.
    """

    ledger: CreditLedger
    owner: Connection
    projection: ModuleType
    schema: str
    progress: Progress

    @property
    def name(self) -> str:
        """Of the follower that fills them."""
        return follower_of(self.projection.NAME, self.schema)

    @property
    def follower(self) -> Follower:
        """Who fills them."""
        reader = LogReader(self.ledger, self.projection.HANDLES, BATCH_EVENTS)
        return Follower(reader, self.name, self.projection.handle, self.schema)

    def live_positions(self) -> dict[int, int]:
        """How far the live tables are."""
        return positions_of(self.owner, self.projection.NAME)

    def are_there(self) -> bool:
        """Whether there are tables, and a position in the log with them."""
        query = "SELECT count(*) FROM pg_tables WHERE schemaname = %s AND tablename = ANY (%s)"
        names = [table.name for table in self.projection.TABLES]
        row = self.owner.execute(query, (self.schema, names)).fetchone()
        return row == (len(names),) and any(positions_of(self.owner, self.name).values())

    def prepare(self, *, anew: bool, may_be_ahead: bool) -> None:
        """Go on with what is there, or create it; what is ahead of the live tables cannot be compared."""
        live, mine = self.live_positions(), positions_of(self.owner, self.name)
        is_ahead = any(mine[partition] > live[partition] for partition in live)
        if anew or not self._are_of_today() or (is_ahead and not may_be_ahead):
            with self.owner.transaction():
                self._create()

    def _are_of_today(self) -> bool:
        return self.are_there() and all(
            self.owner.execute(
                "SELECT obj_description(to_regclass(%s))", (f"{self.schema}.{table.name}",)
            ).fetchone()
            == (_definition(table),)
            for table in self.projection.TABLES
        )

    def _create(self) -> None:
        self.owner.execute("DELETE FROM ops.tracking WHERE follower = %s", (self.name,))
        self.owner.execute(SET_SCHEMA, (self.schema,))
        for table in self.projection.TABLES:
            name = Identifier(self.schema, table.name)
            self.owner.execute(SQL("DROP TABLE IF EXISTS {}").format(name))
            table.create(self.owner)
            # a vacuum of its own, half-way, would only hold up the switch
            self.owner.execute(SQL("ALTER TABLE {} SET (autovacuum_enabled = off)").format(name))
            self.owner.execute(SQL("COMMENT ON TABLE {} IS {}").format(name, Literal(_definition(table))))

    def follow(self, until: Mapping[int, int]) -> None:
        """Handle the events up to these positions.

        Raises:
            ProjectionStopped: the handler failed on an event.
        """
        follower, of = self.follower, sum(self.ledger.event_log.heads().values())
        done = sum(positions_of(self.owner, self.name).values())
        self.progress(done, of)
        with _collector_off():
            for partition, number in until.items():
                while moved := follower.step(partition, number):
                    done += moved
                    self.progress(done, of)

    def live_digests(self) -> tuple[dict[int, int], dict[str, Digest]]:
        """Positions and digests of the live tables at one instant, while they move on."""
        with self.owner.transaction():
            self.owner.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            return self.live_positions(), digests_of(self.owner, self.projection, LIVE)

    def finish(self) -> None:
        """Index the filled tables, let the planner know them, and handle what came meanwhile."""
        with self.owner.transaction():
            self.owner.execute(SET_SCHEMA, (self.schema,))
            for table in self.projection.TABLES:
                table.index(self.owner)
        for table in self.projection.TABLES:
            self.owner.execute(SQL("VACUUM (ANALYZE) {}").format(Identifier(self.schema, table.name)))
        self.keep_up()

    def keep_up(self) -> None:
        """Handle everything up to the heads of the log."""
        self.follow(self.ledger.event_log.heads())

    def switch(self, patience_seconds: float) -> None:
        """Take the place of the live tables.

        Raises:
            SwitchBlocked: somebody read one of them all the time.
        """
        Switch(self.owner, self.projection, self.schema, self.follower).make(self.keep_up, patience_seconds)


@contextmanager
def _collector_off() -> Iterator[None]:
    """Events make no cycles, but so many objects that looking for cycles takes a third of the time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _definition(table: Table) -> str:
    """Told apart by this: tables half filled by a program with other columns are of no use."""
    return sha256(repr(table).encode()).hexdigest()
