"""The tables of a read model that are not the live ones: created, filled, and put in their place."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from types import ModuleType

from psycopg import Connection
from psycopg.sql import SQL, Identifier, Literal

from ledger.credit_ledger import CreditLedger
from projections.digest import Digest, digests_of
from projections.follower import SET_SCHEMA, Follower, positions_of
from projections.side_by_side import Filling, collector_off, fill, filler, helpers_worth
from projections.switch import LIVE, Switch, follower_of
from projections.tables import Table

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
        return filler(self.ledger, self.projection.__name__, self.name, self.schema)

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
        """Handle the events up to these positions, with the help of other processes if there are many.

        Raises:
            ProjectionStopped: the handler failed on an event.
        """
        follower, of = self.follower, sum(self.ledger.event_log.heads().values())
        helpers = helpers_worth(sum(until.values()) - self._done())
        if helpers > 1:
            fill(self._filling(until), helpers, lambda: self.progress(self._done(), of))
        done = self._done()
        self.progress(done, of)
        with collector_off():
            for partition, number in until.items():
                while moved := follower.step(partition, number):
                    done += moved
                    self.progress(done, of)

    def _done(self) -> int:
        return sum(positions_of(self.owner, self.name).values())

    def _filling(self, until: Mapping[int, int]) -> Filling:
        ledger = self.ledger
        return Filling(
            dict(ledger.env), ledger.rules, self.projection.__name__, self.name, self.schema, until
        )

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


def _definition(table: Table) -> str:
    """Told apart by this: tables half filled by a program with other columns are of no use."""
    return sha256(repr(table).encode()).hexdigest()
