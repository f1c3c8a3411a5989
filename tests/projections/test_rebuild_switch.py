"""A rebuild takes the place of the live tables only if it may, and the way back stays open."""

from concurrent.futures import ThreadPoolExecutor
from threading import Event

import psycopg
import pytest
from psycopg import Connection

from ledger.credit_ledger import CreditLedger
from projections import employment, worker_directory
from projections.catalogue import followers
from projections.digest import digest_of
from projections.follower import positions_of
from projections.rebuild import NothingKept, TablesDiffer, rebuild, rollback
from projections.runner import catch_up
from projections.switch import SwitchBlocked
from tests.conftest import MovableClock
from tests.controls.people import registered_worker
from tests.controls.rebuilds import Watcher, unwatched
from tests.controls.tables import dump
from tests.projections.conftest import Story

LONGEST_LOCK_WAIT = "4s"
"""Forty times what a switch waits for a table, and less than what it waits for the followers. The server
counts it: whatever else holds up a reader on a busy machine is not in it."""


def _tamper(owner_url: str) -> None:
    with psycopg.connect(owner_url) as owner:
        owner.execute("UPDATE views.people SET role = 'nobody'")


def test_a_difference_stops_the_switch_and_is_told_with_counts_and_digests(
    ledger: CreditLedger, connection: Connection, owner_url: str, projected: Story
) -> None:
    # given live rows that the log does not give
    rows = len(dump(connection, worker_directory)["people"])
    _tamper(owner_url)
    tampered, digest = dump(connection, worker_directory), digest_of(connection, "views", "people")
    # when it is rebuilt, then the difference is told and the live table stays
    with pytest.raises(TablesDiffer, match=f"people: live {rows} rows") as told:
        rebuild(ledger, owner_url, worker_directory, unwatched)
    (difference,) = told.value.differences
    assert difference.live == digest != difference.fresh
    assert difference.fresh.rows == rows
    assert dump(connection, worker_directory) == tampered
    assert projected


def test_a_changed_model_may_differ(
    ledger: CreditLedger, connection: Connection, owner_url: str, projected: Story
) -> None:
    # given a rebuild that was stopped by a difference
    right = dump(connection, worker_directory)
    _tamper(owner_url)
    with pytest.raises(TablesDiffer):
        rebuild(ledger, owner_url, worker_directory, unwatched)
    # when the change is said to be wanted
    watcher = Watcher()
    rebuild(ledger, owner_url, worker_directory, watcher, changed=True)
    # then it switches at once: all had been built before
    assert dump(connection, worker_directory) == right
    assert watcher.told[0][0] == watcher.told[0][1]
    assert projected


def test_a_stopped_live_follower_is_compared_where_it_stands_and_overtaken(
    ledger: CreditLedger, connection: Connection, clock: MovableClock, owner_url: str, projected: Story
) -> None:
    # given events that the live follower never handled
    person = registered_worker(ledger, clock).subject
    # when the read model is rebuilt
    rebuild(ledger, owner_url, worker_directory, unwatched)
    # then the new tables are at the head of the log
    assert worker_directory.find_people(connection, [person])
    assert positions_of(connection, worker_directory.NAME) == ledger.event_log.heads()
    assert projected


def test_a_rollback_brings_the_former_tables_back_up_to_date(
    ledger: CreditLedger, connection: Connection, clock: MovableClock, owner_url: str, projected: Story
) -> None:
    # given a switch to other rows, and a registration after it
    _tamper(owner_url)
    rebuild(ledger, owner_url, worker_directory, unwatched, changed=True)
    rebuilt = dump(connection, worker_directory)
    person = registered_worker(ledger, clock).subject
    catch_up(followers(ledger))
    # when it is rolled back
    rollback(ledger, owner_url, worker_directory, unwatched)
    # then the former rows are there, and the new person, too
    query = "SELECT count(*) FROM views.people WHERE role = 'nobody'"
    assert connection.execute(query).fetchone() == (len(rebuilt["people"]),)
    assert worker_directory.find_people(connection, [person])
    assert positions_of(connection, worker_directory.NAME) == ledger.event_log.heads()
    # and a second rollback undoes the first
    rollback(ledger, owner_url, worker_directory, unwatched)
    assert connection.execute(query).fetchone() == (0,)
    assert catch_up(followers(ledger)) == 0
    assert projected


def test_there_is_no_way_back_before_the_first_switch(
    ledger: CreditLedger, owner_url: str, projected: Story
) -> None:
    assert projected
    with pytest.raises(NothingKept):
        rollback(ledger, owner_url, employment, unwatched)


def test_a_reader_without_an_end_holds_up_the_switch_and_nobody_else(
    ledger: CreditLedger, connection: Connection, owner_url: str, projected: Story
) -> None:
    # given somebody in the middle of a long transaction, and others who ask all the time
    done, subject = Event(), projected.worker.subject

    def ask_all_the_time() -> None:
        while not done.is_set():
            with ledger.pool.connection() as asking, asking.transaction():
                asking.execute("SELECT set_config('lock_timeout', %s, true)", (LONGEST_LOCK_WAIT,))
                assert worker_directory.find_people(asking, [subject])

    before = dump(connection, worker_directory)
    with ThreadPoolExecutor(1) as pool, psycopg.connect(owner_url) as endless:
        endless.execute("SELECT FROM views.people")
        asking = pool.submit(ask_all_the_time)
        # when the switch is tried again and again, then it is given up and the others did not wait
        try:
            with pytest.raises(SwitchBlocked):
                rebuild(ledger, owner_url, worker_directory, unwatched, patience_seconds=2.5)
        finally:
            done.set()
        asking.result()
    # and once the reader is gone, it goes on from where it was
    watcher = Watcher()
    rebuild(ledger, owner_url, worker_directory, watcher)
    assert watcher.told[0][0] == watcher.told[0][1]
    assert dump(connection, worker_directory) == before
