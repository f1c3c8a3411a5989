"""Fifty writers in two processes, a follower per partition, and somebody who is slow."""

from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context
from threading import Event
from uuid import UUID, uuid4

import psycopg
import pytest

from domain.streams import PARTITIONS
from jiazheng.embedded.waiting import wait_until
from jiazheng.settings import Settings
from ledger.credit_ledger import CreditLedger
from ledger.store.positions import Position
from ledger.store.recorder import LedgerRecorder
from tests.controls.races import at_full_width
from tests.controls.stored_events import stream_in
from tests.controls.writers import HOT, Acknowledged, write

pytestmark = pytest.mark.slow

PROCESSES, WRITERS, APPENDS = 2, 50, 200
DEADLINE_SECONDS = 300.0
SLOW_PARTITION = 3
SLOW_STREAM = stream_in(SLOW_PARTITION, 98)
SLOW_TIMES = 5
BATCH = 300
POLL_SECONDS = 0.1

Place = tuple[int, UUID, int]
"""Number in the partition, stream, version."""

LOCK_AND_APPEND = """
    INSERT INTO ledger.events
    SELECT partition, head + 1, %s, %s, 'jz.test.happened', '{}', %s
    FROM ledger.partitions WHERE partition = %s
"""
BOTH_WAIT = "SELECT count(*) >= 2 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"


class _Follower:
    """Reads a partition by number while it grows."""

    def __init__(self, recorder: LedgerRecorder, partition: int) -> None:
        self._recorder = recorder
        self._partition = partition
        self.seen: list[Place] = []

    def follow(self, written: Event) -> list[Place]:
        """What was seen, in the order in which it was; ends when nothing more comes after the last write."""
        while self._read() or not written.wait(POLL_SECONDS) or self._read():
            pass
        return self.seen

    def _read(self) -> bool:
        fresh = self._recorder.read_partition(self._partition, self._last(), BATCH)
        self.seen += [(Position.from_id(e.id).number, _uuid(e), e.originator_version) for e in fresh]
        return bool(fresh)

    def _last(self) -> int:
        return self.seen[-1][0] if self.seen else 0


def _uuid(event: object) -> UUID:
    return UUID(str(getattr(event, "originator_id")))  # noqa: B009 - the library types it too widely


def _hold_the_partition(owner_url: str) -> None:
    """Append by hand, again and again, and commit only once others wait for the partition."""
    with psycopg.connect(owner_url) as connection, psycopg.connect(owner_url, autocommit=True) as other:
        for version in range(1, SLOW_TIMES + 1):
            connection.execute("SELECT pg_advisory_xact_lock(1785359972, %s)", (SLOW_PARTITION,))
            connection.execute(LOCK_AND_APPEND, (SLOW_STREAM, version, uuid4(), SLOW_PARTITION))
            assert wait_until(lambda: other.execute(BOTH_WAIT).fetchone() == (True,), DEADLINE_SECONDS)
            connection.commit()


@contextmanager
def _long_reader(owner_url: str) -> Iterator[None]:
    """Somebody who looks at the log as it was before, for as long as the others write."""
    with psycopg.connect(owner_url) as connection:
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        before = connection.execute("SELECT count(*) FROM ledger.events").fetchone()
        yield
        assert connection.execute("SELECT count(*) FROM ledger.events").fetchone() == before


def _write_in_processes(url: str) -> list[Acknowledged]:
    with ProcessPoolExecutor(PROCESSES, get_context("spawn")) as processes:
        running: list[Future[list[Acknowledged]]] = [
            processes.submit(write, url, range(nth, WRITERS, PROCESSES), APPENDS, DEADLINE_SECONDS)
            for nth in range(PROCESSES)
        ]
        return [append for future in running for append in future.result()]


def _deadlocks(owner_url: str) -> object:
    with psycopg.connect(owner_url) as connection:
        query = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"
        return connection.execute(query).fetchone()


def test_followers_see_every_append_once_in_order_and_without_gaps(
    ledger: CreditLedger, settings: Settings, owner_url: str
) -> None:
    # given a follower per partition, a long-running reader, and somebody who holds a partition
    recorder, written, before = at_full_width(ledger).event_log, Event(), _deadlocks(owner_url)
    followers = [_Follower(recorder, partition) for partition in range(PARTITIONS)]
    with ThreadPoolExecutor(PARTITIONS + 1) as threads, _long_reader(owner_url):
        slow = threads.submit(_hold_the_partition, owner_url)
        following = [threads.submit(follower.follow, written) for follower in followers]
        # when many write at once
        try:
            acknowledged = _write_in_processes(settings.database_url)
            slow.result()
        finally:
            written.set()
        seen = [future.result() for future in following]
    # then nobody waited in a circle, and every append was acknowledged
    assert _deadlocks(owner_url) == before
    assert len({append.append_id for append in acknowledged}) == WRITERS * APPENDS
    # and each follower saw each number of its partition once, in order
    for partition in range(PARTITIONS):
        assert [number for number, _, _ in seen[partition]] == list(range(1, len(seen[partition]) + 1))
    # and what was acknowledged is where it was said to be, and nothing else is there
    assert _told(acknowledged) | _by_hand(seen) == _seen(seen)
    # and the events of each stream follow each other
    for versions in _versions(seen).values():
        assert versions == list(range(1, len(versions) + 1))
    assert {len(_versions(seen)[stream]) > APPENDS for stream in HOT} == {True}
    # and what only one may hold, one got
    won = sorted(append.won for append in acknowledged if append.won)
    assert won == sorted({append.won for append in acknowledged if append.won})
    assert len(won) == APPENDS


def _told(acknowledged: list[Acknowledged]) -> set[tuple[int, UUID, int]]:
    return {
        (number, *event)
        for append in acknowledged
        for number, event in zip(append.ids, append.events, strict=True)
    }


def _seen(seen: list[list[Place]]) -> set[tuple[int, UUID, int]]:
    return {
        (Position(partition, number).notification_id, stream, version)
        for partition, places in enumerate(seen)
        for number, stream, version in places
    }


def _by_hand(seen: list[list[Place]]) -> set[tuple[int, UUID, int]]:
    slow = {place for place in _seen(seen) if place[1] == SLOW_STREAM}
    assert len(slow) == SLOW_TIMES
    return slow


def _versions(seen: list[list[Place]]) -> dict[UUID, list[int]]:
    found: dict[UUID, list[int]] = {}
    for places in seen:
        for _, stream, version in places:
            found.setdefault(stream, []).append(version)
    return found
