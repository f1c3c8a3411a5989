"""Tables that hold millions of events before the turns begin, ours and those of peers on Postgres alike."""

from dataclasses import dataclass

import psycopg

from benchmarks.harness import Notice

EVENTS_OF_A_STREAM = 50
CHUNK_STREAMS = 20_000

MADE = """
    (SELECT mod(k, 16)::smallint AS partition, k / 16 * 50 + version AS position, stream, version, state,
            CASE version WHEN 1 THEN gen_random_uuid() END AS append_id
     FROM (SELECT k,
                  overlay(gen_random_uuid()::text PLACING '000' || to_hex(mod(k, 16)) FROM 1)::uuid AS stream,
                  sha512('1' || k::text::bytea) || sha512('2' || k::text::bytea)
                      || sha512('3' || k::text::bytea) || sha512('4' || k::text::bytea) AS state
           FROM generate_series(%s::bigint, %s::bigint - 1) AS k) AS streams
     CROSS JOIN generate_series(1, 50) AS version) AS made"""
"""Whole streams of some numbers, each in the partition of its number and as one append leaves it."""

OF_OUR_SHAPE = "SELECT partition, position, stream, version, 'jz.benchmark.appended', state, append_id"


@dataclass(frozen=True, slots=True)
class Table:
    """A table, those of its columns that are filled, and with what."""

    name: str
    columns: str
    selected: str


OURS, PLAIN, COPIED = (Table(name, "", OF_OUR_SHAPE) for name in ("ledger.events", "plain.events", "copied"))
STOCK = Table(
    "stock_events",
    "(originator_id, originator_version, topic, state)",
    "SELECT stream, version, 'jz.benchmark.appended', state",
)
MESSAGE_DB = Table(
    "message_store.messages",
    "(position, stream_name, type, data)",
    "SELECT version - 1, concat('benchmark', partition, '-', stream), 'Appended',"
    " to_jsonb(left(encode(state, 'hex'), 254))",
)
INDEXES = """
    SELECT pg_get_indexdef(i.indexrelid), i.indexrelid::regclass::text, c.conname, pg_get_constraintdef(c.oid)
    FROM pg_index i LEFT JOIN pg_constraint c ON c.conindid = i.indexrelid AND c.conrelid = i.indrelid
    WHERE i.indrelid = %s::regclass
"""


def fill(connection: psycopg.Connection, table: Table, events: int, notice: Notice) -> None:
    """Put so many events into a table that is empty; its indexes are made afterwards."""
    streams = events // EVENTS_OF_A_STREAM
    if not streams:
        return
    connection.execute("SET maintenance_work_mem = '512MB'")
    indexes = _drop_indexes(connection, table.name)
    for first in range(0, streams, CHUNK_STREAMS):
        notice(f"{table.name}: {first * EVENTS_OF_A_STREAM:,} of {events:,} events")
        insert = f"INSERT INTO {table.name} {table.columns} {table.selected} FROM {MADE}"
        connection.execute(insert.encode(), (first, min(first + CHUNK_STREAMS, streams)))
    notice(f"{table.name}: vacuum")
    connection.execute(f"VACUUM (FREEZE, ANALYZE) {table.name}".encode())
    for number, index in enumerate(indexes, 1):
        notice(f"{table.name}: index {number} of {len(indexes)}")
        connection.execute(index.encode())
    connection.execute("CHECKPOINT")  # else one of the turns would pay for it


def _drop_indexes(connection: psycopg.Connection, table: str) -> list[str]:
    """How to make them again."""
    made = []
    for definition, index, constraint, key in connection.execute(INDEXES, (table,)).fetchall():
        if constraint:
            connection.execute(f"ALTER TABLE {table} DROP CONSTRAINT {constraint}".encode())
            made.append(f"ALTER TABLE {table} ADD CONSTRAINT {constraint} {key}")
        else:
            connection.execute(f"DROP INDEX {index}".encode())
            made.append(definition)
    return made
