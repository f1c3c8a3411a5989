"""Followers handle each event once, stop where they fail, and are woken by hints they can do without."""

import logging
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest
from prometheus_client import REGISTRY
from psycopg import Connection

from domain.kiosk import Kiosk
from jiazheng.bootstrap import build_ledger
from jiazheng.embedded.waiting import wait_until
from jiazheng.settings import Settings
from ledger.credit_ledger import CreditLedger
from ledger.store.hints import POLLING, Hints, Polling, Wakeups
from ledger.store.positions import Position
from projections import worker_directory
from projections.catalogue import followers
from projections.follower import Follower, ProjectionStopped, positions_of
from projections.log_reader import LoggedEvent, LogReader
from projections.runner import catch_up, run
from tests.conftest import MovableClock
from tests.controls.people import registered_worker
from tests.controls.races import at_full_width, race
from tests.controls.tables import dump
from tests.projections.conftest import Story

SECRET = "what the event says"
ERRORS, LAG = "jiazheng_follower_errors_total", "jiazheng_follower_lag_events"


def _metric(name: str, follower: str) -> float:
    return REGISTRY.get_sample_value(name, {"follower": follower}) or 0.0


def _failing(ledger: CreditLedger) -> Follower:
    def fail(_: Connection, events: Sequence[LoggedEvent]) -> None:
        raise ValueError(SECRET, events)

    return Follower(LogReader(ledger, None), "failing", fail)


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


def test_an_error_stops_its_follower_and_no_other_and_nothing_is_skipped(
    ledger: CreditLedger, connection: Connection, story: Story, caplog: pytest.LogCaptureFixture
) -> None:
    # given a follower that fails beside those that work
    before, stop = _metric(ERRORS, "failing"), Event()
    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(run, [_failing(ledger), *followers(ledger)], stop)
        # when they run
        arrived = wait_until(
            lambda: bool(worker_directory.find_people(connection, [story.worker.subject])), 20
        )
        lagging = wait_until(lambda: _metric(LAG, "trail") == 0, 20)
        stop.set()
        # then it is stopped and says so in the end, and the others went on
        with pytest.raises(ProjectionStopped, match="failing stopped"):
            running.result()
    assert arrived
    assert lagging
    # and it stands before the event, in the metrics as well
    assert set(positions_of(connection, "failing").values()) == {0}
    assert _metric(ERRORS, "failing") == before + 1
    assert _metric(LAG, "failing") == sum(ledger.event_log.heads().values())
    # and the log names projection, partition and position, and nothing of the event
    (line,) = [record.getMessage() for record in caplog.records if record.levelno == logging.ERROR]
    assert "failing stopped in partition" in line
    assert "after position 0: ValueError at test_runner.py" in line
    assert SECRET not in line


def test_the_error_of_a_stopped_follower_quotes_no_event(ledger: CreditLedger, story: Story) -> None:
    assert story
    with pytest.raises(ProjectionStopped) as failure:
        catch_up([_failing(ledger)])
    assert SECRET not in str(failure.value)
    assert failure.value.__suppress_context__


def test_a_follower_whose_events_never_come_is_at_the_head_all_the_same(
    ledger: CreditLedger, connection: Connection, story: Story
) -> None:
    # given a follower of kiosks, of which the story has none
    def never(_: Connection, events: Sequence[LoggedEvent]) -> None:
        raise AssertionError(events)

    reader = LogReader(ledger, [Kiosk.Created], batch_events=3)
    # when it catches up
    catch_up([Follower(reader, "kiosks", never)])
    # then it has passed every event
    assert positions_of(connection, "kiosks") == ledger.event_log.heads()
    assert story


def test_a_follower_gets_what_it_handles_and_nothing_else(ledger: CreditLedger, story: Story) -> None:
    got: list[LoggedEvent] = []
    reader = LogReader(ledger, worker_directory.HANDLES, batch_events=3)
    catch_up([Follower(reader, "some", lambda _, events: got.extend(events))])
    assert {type(logged.event) for logged in got} == set(worker_directory.HANDLES)
    wanted = [
        logged.position
        for partition in range(16)
        for logged in LogReader(ledger, None).read(partition, 0).events
        if isinstance(logged.event, worker_directory.HANDLES)
    ]
    assert sorted(logged.position for logged in got) == sorted(wanted)
    assert isinstance(wanted[0], Position)
    assert story


def _arrives(ledger: CreditLedger, connection: Connection, clock: MovableClock, wakeups: Wakeups) -> None:
    """Somebody who registers while a runner waits is in the view."""
    stop = Event()
    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(run, followers(ledger), stop, wakeups)
        try:
            for _ in range(3):
                person = registered_worker(ledger, clock).subject
                assert wait_until(lambda: person in worker_directory.find_people(connection, [person]), 20)  # noqa: B023 - called at once
        finally:
            stop.set()
            ledger.wakeups.tell()
        running.result()


def test_a_hint_ends_the_wait_of_a_follower(
    ledger: CreditLedger, connection: Connection, clock: MovableClock, settings: Settings
) -> None:
    # given a runner that would look by itself only every minute
    hints = Hints(settings.redis_url, idle_seconds=60)
    _arrives(ledger, connection, clock, hints)
    hints.close()


def test_without_hints_everything_arrives(
    settings: Settings, ledger: CreditLedger, connection: Connection, clock: MovableClock
) -> None:
    silent = build_ledger(settings.model_copy(update={"hints": False}))
    assert silent.wakeups is POLLING
    _arrives(silent, connection, clock, Polling())
    silent.close()
    assert ledger


def test_with_valkey_away_everything_arrives_and_no_append_fails(
    settings: Settings, ledger: CreditLedger, connection: Connection, clock: MovableClock
) -> None:
    # given a ledger whose Valkey is not there
    alone = build_ledger(settings.model_copy(update={"redis_url": "redis://127.0.0.1:1"}))
    _arrives(alone, connection, clock, alone.wakeups)
    alone.close()
    assert ledger
