"""The contenders of the append benchmark: each opens a connection and says how to append one event."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from uuid import UUID, uuid4

import psycopg
from eventsourcing.persistence import StoredEvent
from psycopg_pool import ConnectionPool

from benchmarks import stock
from domain.streams import PARTITIONS, partition_of
from ledger.recorder import LedgerRecorder

TOPIC = "jz.benchmark.appended"
INSERT = "INSERT INTO plain.events VALUES (%s, nextval('plain.position'), %s, %s, %s, %s)"

Append = Callable[[UUID, bytes], object]
"""Appends the first event of a stream."""


def create_peers(connection: psycopg.Connection, url: str) -> None:
    """Create the library's table, and one of our shape without an order to keep."""
    made = stock.factory(url, create_tables=True)
    stock.recorder(made)
    made.close()
    connection.execute("CREATE SCHEMA plain")
    connection.execute("CREATE TABLE plain.events (LIKE ledger.events INCLUDING ALL)")
    connection.execute("CREATE SEQUENCE plain.position")


def _event(stream: UUID, state: bytes) -> StoredEvent:
    return StoredEvent(stream, 1, TOPIC, state)


@contextmanager
def _recorder(url: str) -> Iterator[LedgerRecorder]:
    with ConnectionPool(url, min_size=1, max_size=1, kwargs={"autocommit": True}) as pool:
        yield LedgerRecorder(pool)


@contextmanager
def ours(url: str) -> Iterator[Append]:
    """As every command appends: with an id by which a retry is recognised."""
    with _recorder(url) as recorder:
        yield lambda stream, state: recorder.insert_events([_event(stream, state)], append_id=uuid4())


@contextmanager
def ours_without_append_id(url: str) -> Iterator[Append]:
    """Without that id: just what the library's recorder does."""
    with _recorder(url) as recorder:
        yield lambda stream, state: recorder.insert_events([_event(stream, state)])


@contextmanager
def ours_in_one_partition(url: str) -> Iterator[Append]:
    """The worst case: all streams belong to one partition, so every append waits for the one before."""
    with _recorder(url) as recorder:
        yield lambda stream, state: recorder.insert_events(
            [_event(_moved_to_partition_0(stream), state)], append_id=uuid4()
        )


def _moved_to_partition_0(stream: UUID) -> UUID:
    return UUID(int=stream.int - (partition_of(stream) << 112))


@contextmanager
def stock_recorder(url: str) -> Iterator[Append]:
    """The library's own recorder; one connection per process, since a writer has one thread."""
    made = stock.factory(url, create_tables=False, connections=1)
    recorder = stock.recorder(made)
    try:
        yield lambda stream, state: recorder.insert_events([_event(stream, state)])
    finally:
        made.close()


@contextmanager
def unordered_insert(url: str) -> Iterator[Append]:
    """Plain prepared inserts: no positions in commit order, no claims, no retries. The limit."""
    with psycopg.connect(url, autocommit=True) as connection:
        yield lambda stream, state: connection.execute(
            INSERT, (stream.int >> 112 & PARTITIONS - 1, stream, 1, TOPIC, state), prepare=True
        )


CONTENDERS = {
    "ours": ours,
    "stock recorder": stock_recorder,
    "unordered insert": unordered_insert,
    "ours, no append id": ours_without_append_id,
    "ours, one partition": ours_in_one_partition,
}
