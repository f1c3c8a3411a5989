"""Appends go on while the log is looked after; only VACUUM FULL, which rewrites the table, stops them."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from statistics import median
from uuid import uuid4

import psycopg
import pytest
from psycopg import Connection

from jiazheng.embedded.waiting import wait_until
from jiazheng.settings import Settings
from ledger.credit_ledger import CreditLedger
from ledger.store.append import Save, append
from ledger.store.claims import NO_CHANGES
from ledger.store.recorder import DISTANT_PAST, LedgerRecorder
from tests.controls.stored_events import stored, stream_in

EVENTS = 2_000
STATE = bytes(1_000)
ONE_APPEND_SECONDS = 30.0
DEADLINE_SECONDS = 60.0
STREAM, HELD = stream_in(1), stream_in(2)

ENDLESS = "SET vacuum_cost_delay = '100ms'; SET vacuum_cost_limit = 1; SET statement_timeout = '10min'"
"""Makes a VACUUM or ANALYZE of the log pause after each page, so that it takes minutes."""

UNDER_WAY = {
    "VACUUM ledger.events": "pg_stat_progress_vacuum",
    "ANALYZE ledger.events": "pg_stat_progress_analyze",
    "CREATE INDEX CONCURRENTLY other ON ledger.events (topic)": "pg_stat_progress_create_index",
}


@pytest.fixture
def log(ledger: CreditLedger) -> LedgerRecorder:
    """A log of some pages."""
    events = [stored(stream_in(3), version, STATE) for version in range(1, EVENTS + 1)]
    ledger.event_log.insert_events(events)
    return ledger.event_log


def _append(recorder: LedgerRecorder, times: int) -> None:
    """Each within its deadline, far below the length of what goes on beside it."""
    first = len(recorder.select_events(STREAM)) + 1
    with ThreadPoolExecutor(1) as thread:
        for version in range(first, first + times):
            thread.submit(recorder.insert_events, [stored(STREAM, version)]).result(ONE_APPEND_SECONDS)


@contextmanager
def _under_way(owner_url: str, command: str) -> Iterator[None]:
    """The command runs all the time; in the end it is cancelled."""
    view = UNDER_WAY[command]
    with (
        psycopg.connect(owner_url, autocommit=True) as worker,
        psycopg.connect(owner_url, autocommit=True) as observer,
        ThreadPoolExecutor(1) as thread,
    ):
        worker.execute(ENDLESS)
        running = thread.submit(worker.execute, command.encode())
        query = f"SELECT count(*) FROM {view} WHERE pid = {worker.info.backend_pid}".encode()  # noqa: S608 - ours
        try:
            assert wait_until(lambda: observer.execute(query).fetchone() == (1,), DEADLINE_SECONDS)
            yield
            assert observer.execute(query).fetchone() == (1,)
        finally:
            worker.cancel_safe()
        with pytest.raises(psycopg.errors.QueryCanceled):
            running.result(DEADLINE_SECONDS)


@contextmanager
def _old_transaction(owner_url: str) -> Iterator[Connection]:
    """Somebody who has written to the log and reads it, with one view of it to the end."""
    with psycopg.connect(owner_url) as connection:
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        connection.execute(
            "INSERT INTO ledger.events VALUES (2, 1, %s, 1, 'jz.test.happened', '{}', %s)", (HELD, uuid4())
        )
        yield connection


@pytest.mark.parametrize("command", ["VACUUM ledger.events", "ANALYZE ledger.events"])
def test_appends_go_on_while_the_log_is_cleaned_or_counted(
    log: LedgerRecorder, owner_url: str, command: str
) -> None:
    with _under_way(owner_url, command):
        _append(log, 20)


def test_appends_go_on_while_an_index_is_built(log: LedgerRecorder, owner_url: str) -> None:
    # given an index whose build waits for an old transaction
    command = "CREATE INDEX CONCURRENTLY other ON ledger.events (topic)"
    with _old_transaction(owner_url), _under_way(owner_url, command):
        # when something is appended, then it does not wait
        _append(log, 20)
    with psycopg.connect(owner_url) as connection:
        connection.execute("DROP INDEX IF EXISTS ledger.other")


def test_a_long_running_reader_sees_one_state_and_stops_nobody(log: LedgerRecorder, owner_url: str) -> None:
    # given a reader with one view of the log
    count = "SELECT count(*) FROM ledger.events"
    with _old_transaction(owner_url) as connection:
        before = connection.execute(count).fetchone()
        # when something is appended
        _append(log, 20)
        # then the reader does not see it
        assert connection.execute(count).fetchone() == before
        connection.rollback()
    # and it is there
    assert len(log.select_events(STREAM)) == 20


TOUCHED = """
    SELECT sum(pg_stat_get_xact_blocks_fetched(oid))::bigint
    FROM pg_class WHERE relnamespace = 'ledger'::regnamespace"""
"""By this connection alone, so that what others do meanwhile (autovacuum, too) is not counted."""


def _touched(connection: Connection) -> int:
    row = connection.execute(TOUCHED).fetchone()
    return row[0] if row else 0


def _pages_touched(settings: Settings, first: int, times: int) -> float:
    """By the median of so many appends: about once a second a connection begins to count anew."""
    touched = []
    with psycopg.connect(settings.database_url, autocommit=True) as connection:
        for version in range(first, first + times):
            save = Save([stored(STREAM, version)], uuid4(), DISTANT_PAST, NO_CHANGES, (), None)
            before = _touched(connection)
            append(connection, [save])
            touched.append(_touched(connection) - before)
    return median(touched)


@pytest.mark.usefixtures("log")
def test_an_append_costs_no_more_the_longer_a_reader_runs(settings: Settings, owner_url: str) -> None:
    # given a long-running reader
    with _old_transaction(owner_url):
        # when much is appended behind it
        first = _pages_touched(settings, first=1, times=100)
        _pages_touched(settings, first=101, times=2_000)
        last = _pages_touched(settings, first=2_101, times=100)
    # then the last appends touch about as many pages as the first
    assert first > 0
    assert last < 1.5 * first
