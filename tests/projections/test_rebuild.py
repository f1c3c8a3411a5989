"""Read models are filled exactly once, and a rebuild gives the same rows while queries go on."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from types import ModuleType
from uuid import UUID

import pytest
from psycopg import Connection

from ledger.credit_ledger import CreditLedger
from projections import catalogue, employment, worker_directory
from projections.catalogue import PROJECTIONS, followers
from projections.follower import Follower, positions_of
from projections.log_reader import LoggedEvent, LogReader
from projections.rebuild import rebuild
from projections.runner import catch_up, run
from tests.conftest import MovableClock
from tests.controls.accounts import cancel_account
from tests.controls.people import ACCEPTED, cause, registered_worker
from tests.controls.rebuilds import unwatched
from tests.controls.tables import dump, indexes, rights
from tests.projections.conftest import Story


@pytest.mark.parametrize("projection", PROJECTIONS, ids=lambda projection: str(projection.NAME))
def test_a_rebuild_gives_identical_tables(
    ledger: CreditLedger, connection: Connection, owner_url: str, projected: Story, projection: ModuleType
) -> None:
    # given a read model that followed the log
    before, places = dump(connection, projection), positions_of(connection, projection.NAME)
    assert all(before.values()), "the story fills every table"
    shape = indexes(connection, projection), rights(connection, projection)
    # when it is rebuilt
    rebuild(ledger, owner_url, projection, unwatched)
    # then its rows, indexes, rights and its place in the log are the same, and it goes on
    assert (indexes(connection, projection), rights(connection, projection)) == shape
    assert dump(connection, projection) == before
    assert positions_of(connection, projection.NAME) == places
    assert positions_of(connection, f"{projection.NAME}_next") == dict.fromkeys(range(16), 0)
    assert catch_up(followers(ledger)) == 0
    assert projected


@pytest.mark.parametrize("projection", PROJECTIONS, ids=lambda projection: str(projection.NAME))
def test_events_one_by_one_give_what_a_batch_gives(
    ledger: CreditLedger, connection: Connection, projected: Story, projection: ModuleType
) -> None:
    # given the rows that batches gave
    before = dump(connection, projection)

    # when the same events are handled again, one at a time
    def one_by_one(connection: Connection, events: Sequence[LoggedEvent]) -> None:
        for event in events:
            projection.handle(connection, [event])

    catch_up([Follower(LogReader(ledger, None), "again", one_by_one)])
    # then nothing differs
    assert dump(connection, projection) == before
    assert projected


def test_queries_are_answered_all_through_a_rebuild(
    ledger: CreditLedger, owner_url: str, projected: Story
) -> None:
    # given readers that ask all the time
    done, subject = Event(), projected.worker.subject

    def ask() -> set[int]:
        counts = set()
        while not done.is_set():
            with ledger.pool.connection() as connection:
                counts.add(len(worker_directory.find_people(connection, [subject])))
                counts.add(min(1, len(employment.of_worker(connection, subject, None, 100))))
        return counts

    with ThreadPoolExecutor(3) as pool:
        readers = [pool.submit(ask) for _ in range(3)]
        # when both read models are rebuilt, twice
        try:
            for projection in (worker_directory, employment) * 2:
                rebuild(ledger, owner_url, projection, unwatched)
        finally:
            done.set()
        # then no answer was missing or empty
        assert [reader.result() for reader in readers] == [{1}] * 3


def test_what_is_appended_while_a_rebuild_runs_is_in_the_view(
    ledger: CreditLedger, connection: Connection, clock: MovableClock, owner_url: str, projected: Story
) -> None:
    # given registrations that come all the time, and a live follower that handles them
    done = Event()

    def register() -> list[UUID]:
        people = []
        while not done.is_set():
            people.append(registered_worker(ledger, clock).subject)
        return people

    with ThreadPoolExecutor(2) as pool:
        coming, following = pool.submit(register), pool.submit(run, followers(ledger), done)
        # when the read model is rebuilt three times
        try:
            for _ in range(3):
                rebuild(ledger, owner_url, worker_directory, unwatched)
        finally:
            done.set()
        people = [projected.worker.subject, *coming.result()]
        following.result()
    # then nobody is missing
    catch_up(followers(ledger))
    assert set(worker_directory.find_people(connection, people)) == set(people)
    assert positions_of(connection, worker_directory.NAME) == ledger.event_log.heads()


def test_what_happens_during_a_rebuild_is_not_lost(
    ledger: CreditLedger, connection: Connection, clock: MovableClock, owner_url: str, projected: Story
) -> None:
    # given a registration that comes when the new tables are half full
    fresh: list[UUID] = []

    def interfere(_done: int, _of: int) -> None:
        if not fresh:
            fresh.append(registered_worker(ledger, clock).subject)
            cancel_account(ledger, cause(clock, "person"), projected.worker.subject, ACCEPTED)
            catch_up(followers(ledger))

    # when the rebuild ends
    rebuild(ledger, owner_url, worker_directory, interfere)
    catch_up(followers(ledger))
    # then the new person is there, and the one who left is not
    found = worker_directory.find_people(connection, [*fresh, projected.worker.subject])
    assert list(found) == fresh


def test_the_catalogue_names_every_read_model_once() -> None:
    assert len(catalogue.BY_NAME) == len(PROJECTIONS)
    tables = [table.name for projection in PROJECTIONS for table in projection.TABLES]
    assert len(set(tables)) == len(tables)
