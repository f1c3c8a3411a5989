"""The same log for the peers: in the table of the library's own recorder, and read raw."""

import time

import psycopg

from benchmarks import stock

ALL_EVENTS = """
    SELECT partition, position, stream_id, version, topic, state FROM ledger.events
    ORDER BY partition, position
"""
TO_STOCK = """
    INSERT INTO stock_events (originator_id, originator_version, topic, state)
    SELECT stream_id, version, topic, state FROM ledger.events ORDER BY partition, position
"""


def copy_to_stock(connection: psycopg.Connection, url: str) -> None:
    """Fill the table of the library's recorder with our events."""
    made = stock.factory(url, create_tables=True)
    stock.recorder(made)
    made.close()
    connection.execute(TO_STOCK)


def read_all(connection: psycopg.Connection) -> float:
    """Fetch every event with COPY in binary form and do nothing with it; seconds."""
    began = time.perf_counter()
    with connection.cursor() as cursor, cursor.copy(f"COPY ({ALL_EVENTS}) TO STDOUT (FORMAT binary)") as copy:
        for _ in copy:
            pass
    return time.perf_counter() - began
