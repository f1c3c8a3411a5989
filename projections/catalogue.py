"""The read models: to add one, write its file and name it here."""

from collections.abc import Sequence
from types import ModuleType

import psycopg

from ledger.credit_ledger import CreditLedger
from ledger.store.positions import Position
from projections import (
    credit_records,
    disclosures,
    employment,
    enterprise_directory,
    enterprise_record,
    looks,
    news,
    signers,
    staff,
    statistics,
    trail,
    worker_directory,
)
from projections.follower import SET_SCHEMA, Follower
from projections.log_reader import LogReader, handled_by

PROJECTIONS: tuple[ModuleType, ...] = (
    enterprise_directory,
    enterprise_record,
    worker_directory,
    employment,
    disclosures,
    credit_records,
    looks,
    statistics,
    news,
    signers,
    staff,
    trail,
)
"""Each has a NAME, its TABLES, the event classes it HANDLES (None: all) and `handle(connection, events)`."""

BY_NAME = {projection.NAME: projection for projection in PROJECTIONS}


def followers(ledger: CreditLedger) -> list[Follower]:
    """One follower a projection; they share a reader, so that an event is decoded once."""
    reader = LogReader(ledger, handled_by(PROJECTIONS))
    return [Follower(reader, projection.NAME, projection.handle) for projection in PROJECTIONS]


def create_tables(owner_url: str) -> None:
    """Create the tables of every read model that are not there yet, as the owner of the database."""
    with psycopg.connect(owner_url) as connection:
        for projection in PROJECTIONS:
            connection.execute(SET_SCHEMA, ("views",))
            for table in projection.TABLES:
                table.create(connection)
                table.index(connection)


def reached(ledger: CreditLedger, wanted: Sequence[Position]) -> bool:
    """Whether every read model has handled these positions."""
    query = """
        SELECT count(*) FROM ops.tracking t
        JOIN unnest(%s::smallint[], %s::bigint[]) AS w (partition, number) ON w.partition = t.partition
        WHERE t.follower = ANY (%s) AND t.position >= w.number
    """
    partitions, numbers = [p.partition for p in wanted], [p.number for p in wanted]
    with ledger.pool.connection() as connection:
        row = connection.execute(query, (partitions, numbers, list(BY_NAME))).fetchone()
    return row is not None and row[0] == len(wanted) * len(BY_NAME)
