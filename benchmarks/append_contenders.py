"""The contenders of the append benchmark: each opens a connection and says how to append one event."""

import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from uuid import UUID

import psycopg
from eventsourcing.persistence import StoredEvent
from psycopg_pool import ConnectionPool

from benchmarks import stock
from benchmarks.writers import Append, Opener
from domain.streams import PARTITIONS, partition_of
from ledger.store.batcher import LANES
from ledger.store.recorder import LedgerRecorder

TOPIC = "jz.benchmark.appended"
INSERT = "INSERT INTO plain.events VALUES (%s, nextval('plain.position'), %s, %s, %s, %s, %s)"


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
    with ConnectionPool(url, min_size=LANES, max_size=LANES, kwargs={"autocommit": True}) as pool:
        yield LedgerRecorder(pool)


@contextmanager
def ours(url: str, _threads: int) -> Iterator[Append]:
    """As every command appends; the connections that its batcher uses."""
    with _recorder(url) as recorder:
        yield lambda stream, state: recorder.insert_events([_event(stream, state)])


@contextmanager
def ours_in_one_partition(url: str, _threads: int) -> Iterator[Append]:
    """The worst case: all streams belong to one partition, so every append waits for the one before."""
    with _recorder(url) as recorder:
        yield lambda stream, state: recorder.insert_events([_event(_moved_to_partition_0(stream), state)])


def _moved_to_partition_0(stream: UUID) -> UUID:
    return UUID(int=stream.int - (partition_of(stream) << 112))


@contextmanager
def stock_recorder(url: str, threads: int) -> Iterator[Append]:
    """The library's own recorder; a connection for each thread."""
    made = stock.factory(url, create_tables=False, connections=threads)
    recorder = stock.recorder(made)
    try:
        yield lambda stream, state: recorder.insert_events([_event(stream, state)])
    finally:
        made.close()


@contextmanager
def unordered_insert(url: str, _threads: int) -> Iterator[Append]:
    """Plain prepared inserts, a connection for each thread: no order, no claims, no retries. The limit."""
    of_thread = threading.local()
    with ExitStack() as connections:

        def append(stream: UUID, state: bytes) -> object:
            if not hasattr(of_thread, "connection"):
                of_thread.connection = connections.enter_context(psycopg.connect(url, autocommit=True))
            row = (stream.int >> 112 & PARTITIONS - 1, stream, 1, TOPIC, state, stream)
            return of_thread.connection.execute(INSERT, row, prepare=True)

        yield append


CONTENDERS: dict[str, Opener] = {
    "ours": ours,
    "stock recorder": stock_recorder,
    "unordered insert": unordered_insert,
    "ours, one partition": ours_in_one_partition,
}
