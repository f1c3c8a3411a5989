"""How many events a second come in by the thousand, through the same append as everything else."""

import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from itertools import count
from typing import Any
from uuid import UUID, uuid4

from eventsourcing.persistence import StoredEvent
from psycopg_pool import ConnectionPool

from benchmarks.append_contenders import TOPIC
from benchmarks.gaps import check_positions
from benchmarks.harness import Benchmark, Measured, Run, medians, spreads
from benchmarks.large_log import COPIED, OURS, fill
from benchmarks.writers import PAYLOAD_BYTES, random_states
from domain.streams import PARTITIONS, partition_of
from ledger.enterprise_imports import CHUNK_LINES
from ledger.store.recorder import LedgerRecorder

BATCH_EVENTS = CHUNK_LINES
"""As an import of the enterprise list takes them."""
LARGE_BATCH_EVENTS = 5_000
EVENTS_OF_A_STREAM = 50
TYPES = ("int2", "int8", "uuid", "int8", "text", "bytea", "uuid")
COPY = "COPY copied FROM STDIN (FORMAT BINARY)"
INSERT = """
    INSERT INTO copied
    SELECT * FROM unnest(%b::int2[], %b::int8[], %b::uuid[], %b::int8[], %b::text[], %b::bytea[], %b::uuid[])
"""

Event = StoredEvent
Row = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Taker:
    """Takes in batches, each `prepared` before the clock starts."""

    prepared: Callable[[Sequence[Event]], Sequence[Any]]
    take: Callable[[Sequence[Any]], object]


_positions = count(1 << 40)
"""Of the rows of the table `copied`, beyond what it holds before; ours come from the log itself."""


def measure(run: Run) -> Measured:
    """The same kind of events through our append and by COPY, in turns."""
    with run.server.connect() as connection:
        connection.execute("CREATE TABLE copied (LIKE ledger.events INCLUDING ALL)")
        for table in (OURS, COPIED):
            fill(connection, table, run.scale.log_events, run.notice)
    with _takers(run.server.owner_url) as (ours, copy, insert):
        samples = run.take_turns(
            {
                "ours": partial(_rate, run, ours, BATCH_EVENTS),
                "copy": partial(_rate, run, copy, run.scale.items),
                "ours, larger batches": partial(_rate, run, ours, LARGE_BATCH_EVENTS),
                "insert from arrays": partial(_rate, run, insert, BATCH_EVENTS),
                "ours, two at a time": partial(_rate, run, ours, BATCH_EVENTS, 2),
                "copy, two at a time": partial(_rate, run, copy, run.scale.items // 2, 2),
            }
        )
    check_positions(run.server)
    figures = medians(samples)
    settings = {
        "events": run.scale.items,
        "batch_events": BATCH_EVENTS,
        "larger_batch_events": LARGE_BATCH_EVENTS,
        "events_of_a_stream": EVENTS_OF_A_STREAM,
        "payload_bytes": PAYLOAD_BYTES,
        "log_events": run.scale.log_events,
        "spread": spreads(samples),
    }
    return Measured(figures["ours"], {"copy": figures["copy"]}, {"import": figures}, settings)


@contextmanager
def _takers(url: str) -> Iterator[tuple[Taker, Taker, Taker]]:
    with ConnectionPool(url, min_size=2, max_size=2, kwargs={"autocommit": True}) as pool:
        ours = Taker(list, LedgerRecorder(pool).insert_events)
        yield ours, Taker(_rows, partial(_copy, pool)), Taker(_rows, partial(_insert, pool))


def _rate(run: Run, taker: Taker, batch_events: int, at_a_time: int = 1) -> float:
    """Events per second, made before the clock starts."""
    events = _events(run.scale.items)
    firsts = range(0, len(events), batch_events)
    batches = [taker.prepared(events[first : first + batch_events]) for first in firsts]
    with ThreadPoolExecutor(at_a_time) as takers:
        began = time.perf_counter()
        list(takers.map(taker.take, batches))
        return len(events) / (time.perf_counter() - began)


def _events(number: int) -> list[Event]:
    """Whole streams, one after the other, of people in all partitions."""
    states = random_states()
    streams = [uuid4() for _ in range(-(-number // EVENTS_OF_A_STREAM))]
    return [
        Event(stream, version, TOPIC, states[version % len(states)])
        for stream in streams
        for version in range(1, EVENTS_OF_A_STREAM + 1)
    ][:number]


def _rows(events: Sequence[Event]) -> list[Row]:
    """As ours: the id of the append stands where it begins in a partition."""
    append_ids: dict[int, UUID | None] = dict.fromkeys(range(PARTITIONS), uuid4())
    rows: list[Row] = []
    for event in events:
        partition, position, stream = _place(event)
        append_id, append_ids[partition] = append_ids[partition], None
        fields = (event.originator_version, event.topic, event.state)
        rows.append((partition, position, stream, *fields, append_id))
    return rows


def _place(event: Event) -> tuple[int, int, UUID]:
    stream = UUID(str(event.originator_id))
    return partition_of(stream), next(_positions), stream


def _copy(pool: ConnectionPool, rows: Sequence[Row]) -> None:
    """The limit: no positions to find, no conflicts to look for; one transaction for all."""
    with pool.connection() as connection, connection.cursor() as cursor, cursor.copy(COPY) as into:
        into.set_types(TYPES)
        for row in rows:
            into.write_row(row)


def _insert(pool: ConnectionPool, rows: Sequence[Row]) -> None:
    """What is left of ours when all that it does besides inserting is left out."""
    with pool.connection() as connection:
        connection.execute(INSERT, [list(column) for column in zip(*rows, strict=True)])


BENCHMARK = Benchmark(
    name="import",
    summary="events by the thousand through the append, against binary COPY into the same table",
    unit="events/s",
    measure=measure,
)
