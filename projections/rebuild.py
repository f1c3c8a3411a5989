"""Rebuilds a read model from the log beside the live one, compares both, then switches in one transaction."""

import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType

import psycopg
from psycopg import Connection
from psycopg.errors import LockNotAvailable

from ledger.credit_ledger import CreditLedger
from projections.beside import Beside, Progress
from projections.digest import Difference, differences, digests_of
from projections.switch import NEXT, OLD

PATIENCE_SECONDS = 60.0
LOCK = 0x6A7A_7262
"""Advisory lock of whoever rebuilds, together with a number of the read model."""

LOCK_TIMEOUT = "SET LOCAL lock_timeout = '1s'"
"""The server needs a moment to see that a killed rebuild is gone."""


class TablesDiffer(RuntimeError):
    """The rebuilt tables are not what the live ones are at the same positions; nothing was switched."""

    def __init__(self, found: list[Difference]) -> None:
        super().__init__("; ".join(map(str, found)))
        self.differences = found


class RebuildUnderWay(RuntimeError):
    """Another process rebuilds this read model."""


class NothingKept(RuntimeError):
    """There are no former tables to go back to."""


def rebuild(
    ledger: CreditLedger,
    owner_url: str,
    projection: ModuleType,
    progress: Progress,
    *,
    fresh: bool = False,
    changed: bool = False,
    patience_seconds: float = PATIENCE_SECONDS,
) -> None:
    """Fill the tables anew and switch to them; queries go on answering from the live ones meanwhile.

    Where an earlier rebuild was ended, this one goes on.

    Args:
        ledger: whose log is read.
        owner_url: the owner of the database, who may create and move tables.
        projection: the read model's module.
        progress: is told after each batch.
        fresh: begin anew; needed after a change of the handler in the middle of a rebuild.
        changed: the model has changed, so different rows are what is wanted.
        patience_seconds: how long the switch is tried while somebody reads a live table without an end.

    Raises:
        TablesDiffer: the rows are not those of the live tables, and `changed` was not said.
        RebuildUnderWay: another process is at it.
        ProjectionStopped: the handler failed on an event.
        SwitchBlocked: a live table was in use all the time.
    """
    with _alone(owner_url, projection) as owner:
        tables = Beside(ledger, owner, projection, NEXT, progress)
        tables.prepare(anew=fresh, may_be_ahead=changed)
        if not changed:
            _compare(tables)
        tables.keep_up()
        tables.finish()
        tables.switch(patience_seconds)


def rollback(
    ledger: CreditLedger,
    owner_url: str,
    projection: ModuleType,
    progress: Progress,
    patience_seconds: float = PATIENCE_SECONDS,
) -> None:
    """Bring the tables up to date that the last switch replaced, and switch back; a second time undoes it.

    The handler that runs is today's: after a change of a model's columns, start the program of before for it.

    Raises:
        NothingKept: there was no switch.
        RebuildUnderWay, ProjectionStopped, SwitchBlocked: as `rebuild`.
    """
    with _alone(owner_url, projection) as owner:
        tables = Beside(ledger, owner, projection, OLD, progress)
        if not tables.are_there():
            msg = f"{projection.NAME} has no former tables"
            raise NothingKept(msg)
        tables.keep_up()
        tables.switch(patience_seconds)


@contextmanager
def _alone(owner_url: str, projection: ModuleType) -> Iterator[Connection]:
    """A connection of the owner that no other rebuild of this read model has; the lock dies with it."""
    with psycopg.connect(owner_url, autocommit=True) as connection:
        number = zlib.crc32(projection.NAME.encode()) & 0x7FFF_FFFF
        try:
            with connection.transaction():
                connection.execute(LOCK_TIMEOUT)
                connection.execute("SELECT pg_advisory_lock(%s, %s)", (LOCK, number))
        except LockNotAvailable:
            msg = f"{projection.NAME} is being rebuilt"
            raise RebuildUnderWay(msg) from None
        yield connection


def _compare(tables: Beside) -> None:
    """Come to where the live tables are, which move on meanwhile, and compare with what they were there."""
    tables.follow(tables.live_positions())
    positions, live = tables.live_digests()
    tables.follow(positions)
    if found := differences(live, digests_of(tables.owner, tables.projection, tables.schema)):
        raise TablesDiffer(found)
