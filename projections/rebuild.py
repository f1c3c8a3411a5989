"""Rebuilds a read model from the log beside the live one, then switches in one transaction."""

from collections.abc import Callable
from types import ModuleType

import psycopg
from psycopg import Connection
from psycopg.sql import SQL, Identifier

from domain.streams import PARTITIONS
from ledger.credit_ledger import CreditLedger
from projections.catalogue import create_in
from projections.follower import Follower
from projections.log_reader import LogReader

NEXT = "views_next"


def rebuild(
    ledger: CreditLedger, owner_url: str, projection: ModuleType, progress: Callable[[int], None]
) -> None:
    """Fill the tables anew and switch to them; queries go on answering from the old ones meanwhile.

    Args:
        ledger: whose log is read.
        owner_url: the owner of the database, who may create and move tables.
        projection: the read model's module.
        progress: is told how many events were handled in each step.
    """
    name = f"{projection.NAME}_next"
    with psycopg.connect(owner_url) as connection:
        _prepare(connection, projection, name)
    follower = Follower(LogReader(ledger, projection.HANDLES), name, projection.handle, NEXT)
    while fresh := sum(follower.step(partition) for partition in range(PARTITIONS)):
        progress(fresh)
    with psycopg.connect(owner_url) as connection:
        _switch(connection, projection, name)


def _prepare(connection: Connection, projection: ModuleType, name: str) -> None:
    connection.execute("DELETE FROM ops.tracking WHERE follower = %s", (name,))
    connection.execute(SQL("CREATE SCHEMA IF NOT EXISTS {}").format(Identifier(NEXT)))
    for table in projection.TABLES:
        connection.execute(SQL("DROP TABLE IF EXISTS {}").format(Identifier(NEXT, table.name)))
    create_in(connection, projection, NEXT)
    connection.execute(SQL("GRANT USAGE ON SCHEMA {} TO jz_app").format(Identifier(NEXT)))
    connection.execute(
        SQL("GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA {} TO jz_app").format(
            Identifier(NEXT)
        )
    )


def _switch(connection: Connection, projection: ModuleType, name: str) -> None:
    """The new tables take the place of the old, and their position that of the live follower.

    The live follower's rows are locked meanwhile, and it goes on from the position of the new tables, which
    may be a little behind that of the old ones.
    """
    live = (projection.NAME,)
    connection.execute("SELECT 1 FROM ops.tracking WHERE follower = %s FOR UPDATE", live)
    for table in projection.TABLES:
        connection.execute(SQL("DROP TABLE {}").format(Identifier("views", table.name)))
        connection.execute(SQL("ALTER TABLE {} SET SCHEMA views").format(Identifier(NEXT, table.name)))
    connection.execute(
        "UPDATE ops.tracking live SET position = fresh.position FROM ops.tracking fresh"
        " WHERE live.follower = %s AND fresh.follower = %s AND fresh.partition = live.partition",
        (*live, name),
    )
    connection.execute("DELETE FROM ops.tracking WHERE follower = %s", (name,))
