"""How batches of events get their places in the log."""

from uuid import UUID

import pytest
from eventsourcing.persistence import StoredEvent

from domain.streams import PARTITIONS
from ledger.credit_ledger import CreditLedger
from ledger.store.append import AlreadyAppended, StreamConflict
from ledger.store.positions import Position
from ledger.store.recorder import LedgerRecorder
from tests.controls.races import at_full_width, race
from tests.controls.stored_events import stored, stream_in

ONE, TWO, THREE = stream_in(1), stream_in(2), stream_in(1, 2)
APPEND_ID = UUID(int=7)


@pytest.fixture
def recorder(ledger: CreditLedger) -> LedgerRecorder:
    return at_full_width(ledger).event_log


def _positions(ids: object) -> list[str]:
    assert isinstance(ids, list)
    return [str(Position.from_id(number)) for number in ids]


def test_a_batch_over_streams_and_partitions_is_numbered_without_gaps_in_its_order(
    recorder: LedgerRecorder,
) -> None:
    # given a batch that mixes three streams of two partitions
    batch = [stored(ONE), stored(TWO), stored(ONE, 2), stored(THREE), stored(TWO, 2)]
    # when it is appended, and another one after it
    first = recorder.insert_events(batch)
    second = recorder.insert_events([stored(ONE, 3)])
    # then each partition counts on by itself
    assert _positions(first) == ["1.1", "2.1", "1.2", "1.3", "2.2"]
    assert _positions(second) == ["1.4"]
    in_order = [(e.originator_id, e.originator_version) for e in recorder.read_partition(1, 0, 10)]
    assert in_order == [(ONE, 1), (ONE, 2), (THREE, 1), (ONE, 3)]
    assert recorder.heads() == dict.fromkeys(range(PARTITIONS), 0) | {1: 4, 2: 2}


def test_a_partition_is_read_on_from_any_number(recorder: LedgerRecorder) -> None:
    recorder.insert_events([stored(ONE, version) for version in range(1, 6)])
    assert [e.originator_version for e in recorder.read_partition(1, 2, 2)] == [3, 4]
    assert recorder.read_partition(1, 5, 2) == []
    assert recorder.read_partition(2, 0, 2) == []


def test_a_conflict_names_the_stream_and_leaves_nothing_behind(recorder: LedgerRecorder) -> None:
    # given a stream that moved on
    recorder.insert_events([stored(ONE)])
    # when a batch over two streams continues it from where it was
    with pytest.raises(StreamConflict, match=str(ONE)):
        recorder.insert_events([stored(TWO), stored(ONE)])
    # then neither stream has an event of the batch, and no number is lost
    assert recorder.select_events(TWO) == []
    assert _positions(recorder.insert_events([stored(TWO), stored(ONE, 2)])) == ["2.1", "1.2"]


def test_a_retry_with_the_same_id_gets_the_same_places_and_writes_nothing(recorder: LedgerRecorder) -> None:
    # given an append that was committed
    batch = [stored(ONE), stored(TWO)]
    first = recorder.insert_events(batch, append_id=APPEND_ID)
    for retry in (batch, [stored(ONE, 2)], [stored(ONE, 2), stored(ONE, 3), stored(ONE, 4)]):
        # when it comes again, even with other contents, more or fewer of them
        with pytest.raises(AlreadyAppended) as done:
            recorder.insert_events(retry, append_id=APPEND_ID)
        # then it is told where the events of the first run lie
        assert done.value.notification_ids == first == recorder.find_append(APPEND_ID)
    assert recorder.heads()[1] == 1


def test_the_same_append_from_many_threads_is_written_once(recorder: LedgerRecorder) -> None:
    def attempt() -> tuple[bool, list[int]]:
        try:
            return True, list(recorder.insert_events([stored(ONE)], append_id=APPEND_ID))
        except AlreadyAppended as before:
            return False, before.notification_ids

    # when eight threads append the same at once
    outcomes = race(*[attempt] * 8)
    # then one writes, and the others are told where
    ids = recorder.find_append(APPEND_ID)
    assert sorted(outcomes, key=str) == [(False, ids)] * 7 + [(True, ids)]
    assert recorder.heads()[1] == 1


def test_an_append_that_was_never_committed_is_not_found(recorder: LedgerRecorder) -> None:
    recorder.insert_events([stored(ONE)])
    with pytest.raises(StreamConflict):
        recorder.insert_events([stored(ONE)], append_id=APPEND_ID)
    assert recorder.find_append(APPEND_ID) is None


def test_batches_in_opposite_orders_of_partitions_never_deadlock(recorder: LedgerRecorder) -> None:
    # given batches over the same partitions, half of them the other way round
    def batch(number: int) -> list[StoredEvent]:
        events = [stored(stream_in(partition, number)) for partition in range(PARTITIONS)]
        return events if number % 2 else events[::-1]

    # when they race
    race(*[lambda n=n: recorder.insert_events(batch(n)) for n in range(1, 17)])
    # then all are in, numbered without gaps
    assert recorder.heads() == dict.fromkeys(range(PARTITIONS), 16)
    for partition in range(PARTITIONS):
        numbers = [Position.from_id(e.id).number for e in recorder.read_partition(partition, 0, 100)]
        assert numbers == list(range(1, 17))


def test_places_of_a_stream_are_told_in_order(recorder: LedgerRecorder) -> None:
    recorder.insert_events([stored(THREE), stored(ONE), stored(ONE, 2)])
    assert recorder.positions_of(ONE) == [Position(1, 2), Position(1, 3)]
    assert recorder.positions_of(TWO) == []


def test_nothing_to_append_is_no_append(recorder: LedgerRecorder) -> None:
    assert recorder.insert_events([], append_id=APPEND_ID) == []
    assert recorder.find_append(APPEND_ID) is None
    assert recorder.max_notification_id() is None
