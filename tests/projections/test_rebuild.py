"""Read models are filled exactly once, and a rebuild gives the same rows while queries go on."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from types import ModuleType
from uuid import UUID

import pytest
from psycopg import Connection

from ledger.credit_ledger import CreditLedger
from ledger.use_cases.accounts import cancel_account
from projections import catalogue, employment, worker_directory
from projections.catalogue import PROJECTIONS, followers
from projections.follower import Follower, ProjectionStopped, positions_of
from projections.log_reader import LoggedEvent, LogReader
from projections.rebuild import rebuild
from projections.runner import catch_up
from tests.conftest import MovableClock
from tests.controls.people import cause, registered_worker
from tests.controls.races import at_full_width, race
from tests.controls.tables import dump
from tests.projections.conftest import Story


def _progress(_done: int, _of: int) -> None:
    """Nobody watches."""


@pytest.mark.parametrize("projection", PROJECTIONS, ids=lambda projection: str(projection.NAME))
def test_a_rebuild_gives_identical_tables(
    ledger: CreditLedger, connection: Connection, owner_url: str, projected: Story, projection: ModuleType
) -> None:
    # given a read model that followed the log
    before, places = dump(connection, projection), positions_of(connection, projection.NAME)
    assert all(before.values()), "the story fills every table"
    # when it is rebuilt
    rebuild(ledger, owner_url, projection, _progress)
    # then its rows and its place in the log are the same, and it goes on
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
                counts.add(min(1, len(employment.of_worker(connection, subject))))
        return counts

    with ThreadPoolExecutor(3) as pool:
        readers = [pool.submit(ask) for _ in range(3)]
        # when both read models are rebuilt, twice
        for projection in (worker_directory, employment) * 2:
            rebuild(ledger, owner_url, projection, _progress)
        done.set()
        # then no answer was missing or empty
        assert [reader.result() for reader in readers] == [{1}] * 3


def test_what_happens_during_a_rebuild_is_not_lost(
    ledger: CreditLedger, connection: Connection, clock: MovableClock, owner_url: str, projected: Story
) -> None:
    # given a registration that comes when the new tables are half full
    fresh: list[UUID] = []

    def interfere(_done: int, _of: int) -> None:
        if not fresh:
            fresh.append(registered_worker(ledger, clock).subject)
            cancel_account(ledger, cause(clock, "person"), projected.worker.subject)
            catch_up(followers(ledger))

    # when the rebuild ends
    rebuild(ledger, owner_url, worker_directory, interfere)
    catch_up(followers(ledger))
    # then the new person is there, and the one who left is not
    found = worker_directory.find_people(connection, [*fresh, projected.worker.subject])
    assert list(found) == fresh


def test_a_handler_that_fails_moves_neither_rows_nor_position(
    ledger: CreditLedger, connection: Connection, story: Story
) -> None:
    # given a follower that dies after it wrote its rows
    def dying(connection: Connection, events: Sequence[LoggedEvent]) -> None:
        worker_directory.handle(connection, events)
        raise RuntimeError("killed")

    follower = Follower(LogReader(ledger, None), worker_directory.NAME, dying)
    with pytest.raises(ProjectionStopped):
        catch_up([follower])
    # then neither the rows nor the position are there, and the next one does it all
    assert dump(connection, worker_directory) == {"people": []}
    assert set(positions_of(connection, worker_directory.NAME).values()) == {0}
    assert catch_up(followers(ledger)) > 0
    assert worker_directory.find_people(connection, [story.worker.subject])


def test_two_runners_of_one_read_model_handle_every_event_once(
    ledger: CreditLedger, connection: Connection, story: Story
) -> None:
    assert story
    handled: list[object] = []

    def count(connection: Connection, events: Sequence[LoggedEvent]) -> None:
        handled.extend(logged.position for logged in events)
        worker_directory.handle(connection, events)

    at_full_width(ledger)

    def runner() -> int:
        return catch_up([Follower(LogReader(ledger, None), worker_directory.NAME, count)])

    race(*[runner] * 4)
    assert len(handled) == len(set(handled)) == sum(ledger.event_log.heads().values())
    assert positions_of(connection, worker_directory.NAME) == ledger.event_log.heads()


def test_the_catalogue_names_every_read_model_once() -> None:
    assert len(catalogue.BY_NAME) == len(PROJECTIONS)
    tables = [table.name for projection in PROJECTIONS for table in projection.TABLES]
    assert len(set(tables)) == len(tables)
